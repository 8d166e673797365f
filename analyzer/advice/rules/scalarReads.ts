import { GONE } from '../../analysis/deviceReplay/replay.ts';
import type { DeviceSteps } from '../../analysis/deviceReplay/steps.ts';
import { savedBySharedWaits } from '../../analysis/deviceReplay/whatIf.ts';
import { stepsOf } from '../../analysis/deviceTrace.ts';
import { toSeconds } from '../../model/index.ts';
import { waitAfter } from '../deviceCopies.ts';
import { aboutCopies, copyGain, deviceName, marking, worthGroups } from '../deviceCopyRule.ts';
import { saving } from '../gain.ts';
import { inCode, lineOf } from '../places.ts';
import { duration } from '../quantities.ts';
import type { Rule } from '../rule.ts';

/** Fewer reads are results, and not a habit of each step. */
const LEAST_READS = 10;
/** Of the reads that a program makes in each step it goes on to make one in ten, or none. */
const READ_LESS = 0.9;

function* withWaits(steps: DeviceSteps, copies: Iterable<number>): Iterable<number> {
  for (const step of copies) {
    yield step;
    const wait = waitAfter(steps, step);
    if (wait >= 0) yield wait;
  }
}

/** A number is read back from the device in each step, and the device runs dry each time. */
export const scalarReads: Rule = {
  id: 'D09',
  title: 'Chatty reads of single numbers',
  explains: ['G06', 'G09'],
  evaluate: (trace) =>
    worthGroups(trace, 'scalar')
      .filter(({ steps }) => steps.length >= LEAST_READS)
      .map((group) => {
        const count = group.steps.length;
        const { saved: _, ...gain } = copyGain(
          trace,
          group,
          (steps) => ({ changes: { effect: marking(steps, group.steps, GONE) }, share: READ_LESS }),
          null,
        );
        const shared = savedBySharedWaits(trace, group.unit, withWaits(stepsOf(trace), group.steps));
        return {
          ...aboutCopies(trace, group),
          title: `${count} times the host waits for a number from ${deviceName(trace, group.unit)}${inCode(trace, group.site)}`,
          why: `Each read of ${Math.round(group.bytes / count)} bytes waits until the device has done all that was launched before, and the device then has nothing to do: ${duration(group.called)} in these calls.`,
          change: `Keep the number on the device ${lineOf(trace, group.site)} (sum it up there) and read it once in many steps, or after the loop.`,
          evidence: {
            reads: count,
            meanBytes: group.bytes / count,
            callSeconds: toSeconds(group.called),
          },
          ...gain,
          ...(shared && { gain: saving(trace.wall, shared.least, shared.most) }),
        };
      }),
};
