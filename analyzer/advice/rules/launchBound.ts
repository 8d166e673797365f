import { savedByReplay } from '../../analysis/deviceReplay/replay.ts';
import { tookOf } from '../../analysis/deviceReplay/steps.ts';
import { canReplay, FUSED, fused, launches, periodOf, promised } from '../../analysis/deviceReplay/whatIf.ts';
import { stepsOf } from '../../analysis/deviceTrace.ts';
import { mostOften, StackWeights } from '../../analysis/stackWeights.ts';
import type { Trace } from '../../analysis/trace.ts';
import { toSeconds } from '../../model/index.ts';
import { deviceName, intervalOf, lanesOf } from '../deviceCopyRule.ts';
import { saving } from '../gain.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Fewer launches in rows are no loop. */
const LEAST_LAUNCHES = 100;
/** Share of the launches after which the device had done its kernel before the next one came. */
const LEAST_SHORT = 0.5;
/** Share of the run that such launches must take longer than their kernels. */
const LEAST_EXCESS = 0.03;
/** Fewer kernels, or a graph of them, take at least so much of the pace away. */
const PACE_LEAST = 0.5;

interface Launching {
  readonly unit: number;
  readonly steps: number[];
  /** Nanos. */
  period: number;
  took: number;
  excess: number;
  short: number;
  readonly stacks: StackWeights;
}

/** Kernels that take less time than it takes the host to launch the next. */
export const launchBound: Rule = {
  id: 'G04',
  title: 'Launch-bound',
  explains: ['G09', 'G10'],
  evaluate: (trace) => {
    if (trace.tables.kernels.length < LEAST_LAUNCHES) return [];
    const steps = stepsOf(trace);
    const marks = launches(steps, FUSED);
    const bound = launching(trace, marks).filter(
      (its) =>
        its.steps.length >= LEAST_LAUNCHES &&
        its.short >= LEAST_SHORT * its.steps.length &&
        its.excess >= LEAST_EXCESS * trace.wall,
    );
    if (bound.length === 0 || !canReplay(steps)) return [];
    return bound.map((its): Conclusion => {
      const only = new Uint8Array(steps.length);
      for (const step of its.steps) only[step] = marks[step] as number;
      const paced = savedByReplay(steps, { effect: only });
      const { least, most } = promised(PACE_LEAST * paced, savedByReplay(steps, fused(only)));
      const { site } = mostOften(its.stacks.weights(), trace.siteOf);
      const count = its.steps.length;
      return {
        subject: `device ${its.unit}`,
        title: `${deviceName(trace, its.unit)} waits for the launches of ${count} short kernels${inCode(trace, site)}`,
        why: `A kernel took ${duration(its.took / count)} and the host ${duration(its.period / count)} until it launched the next; after ${percent(its.short / count)} of the launches the device ran dry.`,
        change: `Give the device fewer and larger kernels ${lineOf(trace, site)}: fuse them (one kernel for the whole loop, torch.compile), work on more data at once, or replay them as a CUDA graph.`,
        site,
        lanes: lanesOf(steps, its.steps),
        interval: intervalOf(steps, its.steps),
        evidence: {
          launches: count,
          meanKernelSeconds: toSeconds(its.took / count),
          meanPeriodSeconds: toSeconds(its.period / count),
          shortShare: its.short / count,
          excessSeconds: toSeconds(its.excess),
        },
        gain: saving(trace.wall, least, most),
      };
    });
  },
};

/** The launches that follow another at the pace of launching, by device. */
function launching(trace: Trace, marks: Uint8Array): Launching[] {
  const { tables, deviceWork } = trace;
  const steps = stepsOf(trace);
  const byUnit = new Map<number, Launching>();
  for (let step = 0; step < steps.length; step++) {
    if (marks[step] === 0) continue;
    const at = steps.of[step] as number;
    const unit = deviceWork.unit[at] as number;
    if (unit < 0) continue;
    let its = byUnit.get(unit);
    if (!its) {
      its = { unit, steps: [], period: 0, took: 0, excess: 0, short: 0, stacks: new StackWeights() };
      byUnit.set(unit, its);
    }
    const [period, took] = [periodOf(steps, step), tookOf(steps, step)];
    its.steps.push(step);
    its.period += period;
    its.took += took;
    if (took < period) {
      its.excess += period - took;
      its.short++;
    }
    const stack = tables.kernels.stack[at] as number;
    if (stack >= 0 && stack < tables.stacks.length)
      its.stacks.add(stack, period * ((tables.kernels.certainty[at] as number) || 1));
  }
  return [...byUnit.values()];
}
