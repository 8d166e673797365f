import { NO_WAIT } from '../../analysis/deviceReplay/replay.ts';
import type { DeviceSteps } from '../../analysis/deviceReplay/steps.ts';
import { PINNED_LEAST, PINNED_MOST } from '../../analysis/deviceReplay/whatIf.ts';
import { toSeconds } from '../../model/index.ts';
import { aboutCopies, copyGain, deviceName, marking, worthGroups } from '../deviceCopyRule.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, volume } from '../quantities.ts';
import type { Rule } from '../rule.ts';

/** Copies that are asked not to wait, and do, because their memory is pageable. */
export const pageableCopies: Rule = {
  id: 'D05',
  title: 'An asynchronous copy from or to pageable memory',
  explains: ['D08'],
  evaluate: (trace) =>
    worthGroups(trace, 'pageable').map((group) => {
      const faster = (steps: DeviceSteps, times: number) => {
        const scale = new Float32Array(steps.length).fill(1);
        for (const step of group.steps) scale[step] = 1 / times;
        return scale;
      };
      const { saved: _, ...gain } = copyGain(
        trace,
        group,
        (steps) => ({
          changes: { effect: new Uint8Array(steps.length), scale: faster(steps, PINNED_LEAST) },
          share: 1,
        }),
        (steps) => ({ effect: marking(steps, group.steps, NO_WAIT), scale: faster(steps, PINNED_MOST) }),
      );
      const count = group.steps.length;
      const [way, end] = group.direction === 'H2D' ? ['to', 'from'] : ['from', 'to'];
      return {
        ...aboutCopies(trace, group),
        title: `${count} copies ${way} ${deviceName(trace, group.unit)} wait because their memory is pageable${inCode(trace, group.site)}`,
        why: `They were asked to be asynchronous and moved ${volume(group.bytes)} ${end} pageable memory, which the driver first copies itself: ${duration(group.called)} in their calls, at ${volume(group.took > 0 ? (group.bytes / group.took) * 1e9 : 0)}/s.`,
        change:
          group.direction === 'H2D'
            ? `Let the memory that is copied ${lineOf(trace, group.site)} be pinned (pin_memory=True of the loader, tensor.pin_memory(), cudaHostAlloc), and pass non_blocking=True.`
            : `Copy into a pinned buffer that is made once (torch.empty(..., pin_memory=True), cudaHostAlloc) ${lineOf(trace, group.site)}, and wait only where its content is read.`,
        evidence: {
          copies: count,
          pageableBytes: group.bytes,
          copySeconds: toSeconds(group.took),
          callSeconds: toSeconds(group.called),
        },
        ...gain,
      };
    }),
};
