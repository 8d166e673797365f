import { covered } from '../../analysis/coverage.ts';
import { pipelining } from '../../analysis/deviceReplay/pipelining.ts';
import { tookOf } from '../../analysis/deviceReplay/steps.ts';
import { hiding } from '../../analysis/deviceReplay/whatIf.ts';
import { busyOf, stepsOf } from '../../analysis/deviceTrace.ts';
import { mostOften, StackWeights } from '../../analysis/stackWeights.ts';
import { toSeconds } from '../../model/index.ts';
import { deviceName, intervalOf, lanesOf } from '../deviceCopyRule.ts';
import { saving } from '../gain.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Share of the run that overlap must hide to be worth two streams and two buffers. */
const LEAST_HIDDEN = 0.03;
/** Fewer turns of copy and kernel are a beginning and an end. */
const LEAST_TURNS = 4;
/** A program that hides this share of its copies has begun to overlap; what is left has other reasons. */
const MOST_OVERLAP = 0.2;

/** Copies and kernels take turns on a device that could do both at once. */
export const serialCopies: Rule = {
  id: 'D08',
  title: 'Copies are not overlapped with kernels',
  explains: ['G09'],
  evaluate: (trace) => {
    const { tables, deviceWork, siteOf } = trace;
    if (tables.transfers.length === 0) return [];
    return busyOf(trace).units.flatMap((busy, unit): Conclusion[] => {
      // Where host and device share memory, copies and kernels share its bandwidth, and often the cores.
      if (tables.devices.sharesMemory[deviceWork.units.row[unit] as number] === 1) return [];
      const memory = covered(busy.memory);
      if (memory < LEAST_HIDDEN * trace.wall) return [];
      const overlapped = (memory + covered(busy.kernels) - covered(busy.any)) / memory;
      if (overlapped > MOST_OVERLAP) return [];
      const steps = stepsOf(trace);
      const its = pipelining(tables, steps, unit, busy);
      if (its.turns < LEAST_TURNS || its.hidden < LEAST_HIDDEN * trace.wall) return [];
      const stacks = new StackWeights();
      for (const step of its.steps) {
        const row = (steps.of[step] as number) - deviceWork.kernels;
        const stack = tables.transfers.stack[row] as number;
        if (stack >= 0 && stack < tables.stacks.length) stacks.add(stack, tookOf(steps, step) || 1);
      }
      const { site } = mostOften(stacks.weights(), siteOf);
      const kernels = covered(busy.kernels);
      const { least, most } = hiding(its.hidden);
      return [
        {
          subject: `device ${unit}`,
          title: `${deviceName(trace, unit)} copies and computes in turns and never both${inCode(trace, site)}`,
          why: `Its copies took ${duration(memory)} and its kernels ${duration(kernels)}, with ${percent(overlapped)} of the copies during kernels; in ${its.turns} turns, ${duration(its.hidden)} of copies could have taken place while a kernel before or after them ran.`,
          change: `Use two streams and two buffers in turn ${lineOf(trace, site)}: copy the next part from pinned memory on one stream while the kernels of this part run on the other.`,
          site,
          lanes: lanesOf(steps, its.steps),
          interval: intervalOf(steps, its.steps),
          evidence: {
            copySeconds: toSeconds(memory),
            kernelSeconds: toSeconds(kernels),
            exposedCopySeconds: toSeconds(its.exposed),
            hideableSeconds: toSeconds(its.hidden),
            turns: its.turns,
          },
          gain: saving(trace.wall, least, most),
        },
      ];
    });
  },
};
