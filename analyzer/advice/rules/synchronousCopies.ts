import { NO_WAIT } from '../../analysis/deviceReplay/replay.ts';
import type { DeviceSteps } from '../../analysis/deviceReplay/steps.ts';
import { PINNED_MOST } from '../../analysis/deviceReplay/whatIf.ts';
import type { Trace } from '../../analysis/trace.ts';
import { MEMORY_KINDS, toSeconds } from '../../model/index.ts';
import type { CopyGroup } from '../deviceCopies.ts';
import { aboutCopies, copyGain, deviceName, marking, worthGroups } from '../deviceCopyRule.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, volume } from '../quantities.ts';
import type { Rule } from '../rule.ts';

/** One copy at the beginning and one at the end have to be waited for by somebody. */
const LEAST_COPIES = 8;
/** What of a wait goes away at least: the host has work of its own for an upload's time, but seldom without the result of a download. */
const UPLOAD_LEAST = 0.5;
const DOWNLOAD_LEAST = 0.3;
const PAGEABLE = MEMORY_KINDS.indexOf('pageable');

/** Copies of a group as fast as from pinned memory, which they need to be asynchronous. */
function pinned(
  { tables: { transfers } }: Trace,
  { steps: its }: CopyGroup,
  steps: DeviceSteps,
): Float32Array {
  const scale = new Float32Array(steps.length).fill(1);
  for (const step of its) {
    const row = (steps.of[step] as number) - steps.work.kernels;
    if (transfers.from[row] === PAGEABLE || transfers.to[row] === PAGEABLE) scale[step] = 1 / PINNED_MOST;
  }
  return scale;
}

/** The host stands still while a copy is made. */
export const synchronousCopies: Rule = {
  id: 'D07',
  title: 'A synchronous copy',
  explains: ['D08', 'G09'],
  evaluate: (trace) =>
    worthGroups(trace, 'synchronous')
      .filter(({ steps }) => steps.length >= LEAST_COPIES)
      .map((group) => {
        const count = group.steps.length;
        const isUpload = group.direction === 'H2D';
        const { saved: _, ...gain } = copyGain(
          trace,
          group,
          (steps) => ({
            changes: { effect: marking(steps, group.steps, NO_WAIT) },
            share: isUpload ? UPLOAD_LEAST : DOWNLOAD_LEAST,
          }),
          (steps) => ({ effect: marking(steps, group.steps, NO_WAIT), scale: pinned(trace, group, steps) }),
        );
        return {
          ...aboutCopies(trace, group),
          title: `The host waits for ${count} copies ${isUpload ? 'to' : 'from'} ${deviceName(trace, group.unit)}${inCode(trace, group.site)}`,
          why: `Each call returned when its copy was done: ${duration(group.called)} of the thread for ${volume(group.bytes)}, in which it gave the device nothing else to do.`,
          change: isUpload
            ? `Copy asynchronously from pinned memory ${lineOf(trace, group.site)}, with two buffers in turn, and let the stream's order keep the kernel behind its copy.`
            : `Copy asynchronously into pinned memory ${lineOf(trace, group.site)}, launch what comes next, and wait only where the result is read.`,
          evidence: {
            copies: count,
            copiedBytes: group.bytes,
            copySeconds: toSeconds(group.took),
            callSeconds: toSeconds(group.called),
          },
          ...gain,
        };
      }),
};
