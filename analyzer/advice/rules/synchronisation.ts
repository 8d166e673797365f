import { NO_WAIT, savedByReplay } from '../../analysis/deviceReplay/replay.ts';
import { type DeviceSteps, waitNames } from '../../analysis/deviceReplay/steps.ts';
import { canReplay, isLaunch, promised, savedBySharedWaits } from '../../analysis/deviceReplay/whatIf.ts';
import { stepsOf } from '../../analysis/deviceTrace.ts';
import type { Site } from '../../analysis/sites.ts';
import { mostOften, StackWeights } from '../../analysis/stackWeights.ts';
import type { Trace } from '../../analysis/trace.ts';
import { DIRECTIONS, toSeconds } from '../../model/index.ts';
import { deviceName, intervalOf, lanesOf } from '../deviceCopyRule.ts';
import { addSamples } from '../deviceSamples.ts';
import { saving } from '../gain.ts';
import { inCode, lineOf } from '../places.ts';
import { duration } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Fewer waits are the ends of phases, or of the run. */
const LEAST_WAITS = 10;
/** Share of the run that the waits must take. */
const WORTH = 0.02;
const MOST_LINES = 3;
const H2D = DIRECTIONS.indexOf('H2D');

interface Waits {
  readonly unit: number;
  readonly site: Site;
  readonly steps: number[];
  waited: number;
}

/** A thread waits for the device and then does nothing with the result but launch more. */
export const synchronisation: Rule = {
  id: 'G06',
  title: 'Needless synchronisation',
  explains: ['G09'],
  evaluate: (trace) => {
    const { spans, kernels } = trace.tables;
    if (spans.length < LEAST_WAITS || kernels.length < LEAST_WAITS) return [];
    const steps = stepsOf(trace);
    if (!canReplay(steps)) return [];
    return needless(trace, steps)
      .filter((its) => its.steps.length >= LEAST_WAITS && its.waited >= WORTH * trace.wall)
      .slice(0, MOST_LINES)
      .map((its): Conclusion => {
        const effect = new Uint8Array(steps.length);
        for (const step of its.steps) effect[step] = NO_WAIT;
        const saved = savedByReplay(steps, { effect });
        const { least, most } = savedBySharedWaits(trace, its.unit, its.steps) ?? promised(saved);
        const count = its.steps.length;
        return {
          subject: `device ${its.unit}`,
          title: `${count} waits for ${deviceName(trace, its.unit)} before the next launch${inCode(trace, its.site)}`,
          why: `Each wait (${duration(its.waited / count)} on average) let the queue run empty, and what followed was a launch and no look at a result: the device had nothing to do from the end of the wait until then.`,
          change: `Leave out the synchronisation ${lineOf(trace, its.site)}: the order of the stream keeps kernels behind each other. Wait once, before the results are read.`,
          site: its.site,
          lanes: lanesOf(steps, its.steps),
          interval: intervalOf(steps, its.steps),
          evidence: { waits: count, waitSeconds: toSeconds(its.waited) },
          gain: saving(trace.wall, least, most),
        };
      });
  },
};

/** Waits that come after the launch of a kernel, or a small upload, and before one, by device and line, those that took longest first. */
function needless(trace: Trace, steps: DeviceSteps): Waits[] {
  const { tables } = trace;
  const { of, work, lane, next, awaited, callStart, callEnd } = steps;
  const isWait = waitNames(tables);
  const before = new Int32Array(tables.lanes.length).fill(-1);
  const groups = new Map<string, Waits & { readonly unsure: boolean }>();
  const byLane = new Map<number, number[]>();
  for (let step = 0; step < steps.length; step++) {
    const thread = lane[step] as number;
    if (thread < 0) continue;
    const last = before[thread] as number;
    if ((of[step] as number) >= 0) {
      before[thread] = step;
      continue;
    }
    const span = -1 - (of[step] as number);
    const then = next[step] as number;
    if (isWait[tables.spans.name[span] as number] !== 1 || (awaited[step] as number) < 0) continue;
    if (then < 0 || last < 0 || !isLaunch(steps, then) || readsBack(last)) continue;
    const its = byLane.get(thread);
    if (its) its.push(step);
    else byLane.set(thread, [step]);
  }
  for (const [thread, waits] of byLane) {
    const stacks = new StackWeights();
    const known = new Map<number, Site>();
    for (const step of waits) {
      const stack = tables.spans.stack[-1 - (of[step] as number)] as number;
      if (!(stack >= 0 && stack < tables.stacks.length)) continue;
      stacks.add(stack, 1 + (callEnd[step] as number) - (callStart[step] as number));
      if (!known.has(stack)) known.set(stack, trace.siteOf(stack));
    }
    // Of CUDA's waits only samples know where they were.
    if (known.size === 0)
      for (const step of waits)
        addSamples(trace, thread, callStart[step] as number, callEnd[step] as number, stacks);
    const usual = mostOften(stacks.weights(), trace.siteOf).site;
    for (const step of waits) {
      const stack = tables.spans.stack[-1 - (of[step] as number)] as number;
      const site = known.get(stack) ?? usual;
      const unit = work.unit[of[awaited[step] as number] as number] as number;
      const key = `${unit} ${site.function} ${site.line}`;
      let group = groups.get(key);
      if (!group) {
        group = { unit, site, steps: [], waited: 0, unsure: false };
        groups.set(key, group);
      }
      group.steps.push(step);
      group.waited += (callEnd[step] as number) - (callStart[step] as number);
    }
  }
  return [...groups.values()].sort((a, b) => b.waited - a.waited);

  /** Whether a step copied something that the host may look at, or may write to, after the wait. */
  function readsBack(step: number): boolean {
    const row = (of[step] as number) - work.kernels;
    if (row < 0) return false;
    return tables.transfers.direction[row] !== H2D || (tables.transfers.bytes[row] as number) > SMALL;
  }
}

/** Bytes of an upload after which a program waits for nothing: it is the driver's own copy that goes to the device. */
const SMALL = 65_536;
