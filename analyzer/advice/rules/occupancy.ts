import { covered } from '../../analysis/coverage.ts';
import { busyOf, stepsOf } from '../../analysis/deviceTrace.ts';
import { computes } from '../../analysis/deviceWork.ts';
import { mostOften, StackWeights } from '../../analysis/stackWeights.ts';
import type { Trace } from '../../analysis/trace.ts';
import { toSeconds } from '../../model/index.ts';
import { deviceName } from '../deviceCopyRule.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Share of the run that the kernel must take: a small one may be small. */
const LEAST_TIME = 0.2;
/** Share of the device's multiprocessors that its blocks occupy at most; the rest has nothing to do whatever the kernel does. */
const MOST_FILLED = 0.5;
/** Share of a kernel's time that must be of such launches. */
const LEAST_SHARE = 0.5;
/** A kernel that runs beside others leaves the rest to them. */
const MOST_BESIDE = 0.1;

interface Runs {
  readonly name: number;
  readonly unit: number;
  took: number;
  narrow: number;
  /** Blocks of the launches that occupy little, weighted with time. */
  blocks: number;
  count: number;
  readonly stacks: StackWeights;
}

/** Kernels with fewer blocks than the device has multiprocessors: reported, without a claim of what more of them would give. */
export const occupancy: Rule = {
  id: 'G10',
  title: 'Low occupancy',
  evaluate: (trace) => {
    const { devices } = trace.tables;
    if (trace.tables.kernels.length === 0 || stepsOf(trace).works === 0) return [];
    return runsOf(trace).flatMap((runs): Conclusion[] => {
      const { unit, name, took, narrow, count, blocks, stacks } = runs;
      if (took < LEAST_TIME * trace.wall || narrow < LEAST_SHARE * took) return [];
      const busy = busyOf(trace).units[unit];
      if (!busy || besides(trace, unit) > MOST_BESIDE) return [];
      const units = devices.computeUnits[trace.deviceWork.units.row[unit] as number] as number;
      const mean = blocks / narrow;
      const called = trace.tables.strings.value[name] ?? '';
      const { site } = mostOften(stacks.weights(), trace.siteOf);
      return [
        {
          subject: `device ${unit}`,
          title: `${called} occupies ${Math.max(1, Math.round(mean))} of the ${units} multiprocessors of ${deviceName(trace, unit)}${inCode(trace, site)}`,
          why: `${count} launches took ${duration(took)}, ${percent(took / covered(busy.kernels))} of the kernels' time, and had fewer blocks than half the device can run side by side.`,
          change: `Launch it with more and smaller blocks ${lineOf(trace, site)}, let each thread do less, or give it several problems at once.`,
          site,
          lanes: [],
          interval: null,
          evidence: {
            launches: count,
            kernelSeconds: toSeconds(took),
            meanBlocks: mean,
            multiprocessors: units,
          },
          gain: null,
        },
      ];
    });
  },
};

/** What of the time of a device's kernels was beside another kernel: the sum of their times over the union, less one. */
function besides(trace: Trace, unit: number): number {
  const { work } = stepsOf(trace);
  let sum = 0;
  for (let at = 0; at < work.kernels; at++)
    if (work.unit[at] === unit && computes(work.kind[at] as number))
      sum += (work.end[at] as number) - (work.start[at] as number);
  const union = covered((busyOf(trace).units[unit] as { kernels: Parameters<typeof covered>[0] }).kernels);
  return union > 0 ? sum / union - 1 : 0;
}

function runsOf({ tables, deviceWork }: Trace): Runs[] {
  const { kernels, devices, stacks } = tables;
  const runs = new Map<number, Runs>();
  const count = deviceWork.units.count;
  for (let at = 0; at < kernels.length; at++) {
    const unit = deviceWork.unit[at] as number;
    const device = kernels.device[at] as number;
    // Of CUDA's devices the units are multiprocessors; what they are elsewhere differs.
    if (unit < 0 || !computes(deviceWork.kind[at] as number) || devices.kind[device] !== 'cuda') continue;
    const units = devices.computeUnits[device] as number;
    const blocks = (kernels.gridX[at] as number) * (kernels.gridY[at] || 1) * (kernels.gridZ[at] || 1);
    if (!(units > 0 && blocks > 0)) continue;
    const name = kernels.name[at] as number;
    const key = name * count + unit;
    let its = runs.get(key);
    if (!its) {
      its = { name, unit, took: 0, narrow: 0, blocks: 0, count: 0, stacks: new StackWeights() };
      runs.set(key, its);
    }
    const took = (deviceWork.end[at] as number) - (deviceWork.start[at] as number);
    if (!(took > 0)) continue;
    its.took += took;
    its.count++;
    if (blocks <= MOST_FILLED * units) {
      its.narrow += took;
      its.blocks += blocks * took;
    }
    const stack = kernels.stack[at] as number;
    if (stack >= 0 && stack < stacks.length) its.stacks.add(stack, took);
  }
  return [...runs.values()].sort((a, b) => b.took - a.took).slice(0, 3);
}
