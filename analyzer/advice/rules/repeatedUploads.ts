import { GONE } from '../../analysis/deviceReplay/replay.ts';
import { toSeconds } from '../../model/index.ts';
import { aboutCopies, copyGain, deviceName, marking, worthGroups } from '../deviceCopyRule.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, volume } from '../quantities.ts';
import type { Rule } from '../rule.ts';

/** The same content goes to a device again and again. */
export const repeatedUploads: Rule = {
  id: 'D04',
  title: 'The same buffer is uploaded again',
  evaluate: (trace) =>
    worthGroups(trace, 'repeated').map((group) => {
      const count = group.steps.length;
      const { saved: _, ...gain } = copyGain(
        trace,
        group,
        (steps) => ({ changes: { effect: marking(steps, group.steps, GONE) }, share: 1 }),
        null,
      );
      const each = volume(group.bytes / count);
      return {
        ...aboutCopies(trace, group),
        title: `What ${deviceName(trace, group.unit)} has already is uploaded again ${count} times${inCode(trace, group.site)}`,
        why: `${count} copies to the device had the address, the size (${each}) and, by a hash of samples, the content of an earlier one; they took ${duration(group.took)} there, and their calls ${duration(group.called)}.`,
        change: `Upload it once before the loop and pass the device's buffer to what is called ${lineOf(trace, group.site)}; where a kernel overwrites it, keep a second copy on the device.`,
        evidence: {
          repeats: count,
          repeatedBytes: group.bytes,
          copySeconds: toSeconds(group.took),
          callSeconds: toSeconds(group.called),
        },
        ...gain,
      };
    }),
};
