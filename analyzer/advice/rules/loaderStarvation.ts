import type { DeviceBusy } from '../../analysis/deviceBusy.ts';
import { busyOf, stepsOf, timelineFor } from '../../analysis/deviceTrace.ts';
import { launchOf } from '../../analysis/deviceWork.ts';
import type { Site } from '../../analysis/sites.ts';
import { positionAt } from '../../analysis/timeline.ts';
import type { Trace } from '../../analysis/trace.ts';
import { toSeconds } from '../../model/index.ts';
import { deviceName } from '../deviceCopyRule.ts';
import { saving } from '../gain.ts';
import { type LoaderStacks, loaderStacks } from '../loaderFrames.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Share of the run that a device must be idle for its loader: what TensorBoard's profiler called a bottleneck of input. */
const LEAST_STARVED = 0.05;
/** Fewer batches waited for are the start of an epoch. */
const LEAST_WAITS = 5;
/** Gaps (Nanos) of less are the pace of launching. */
const LEAST_GAP = 20_000;
/** What is gained of what more workers could do at least: they cost start-up, and take cores from others. */
const WORKERS_LEAST = 0.8;

interface Starved {
  readonly waits: number;
  /** Nanos of gaps in which the thread that launches stood in its loader. */
  readonly time: number;
  readonly lane: number;
  readonly site: Site;
  readonly first: number;
  readonly last: number;
}

/** A device is idle while the loop that feeds it waits for its data loader. */
export const loaderStarvation: Rule = {
  id: 'G05',
  title: 'Starved by the data loader',
  explains: ['G09'],
  evaluate: (trace) => {
    if (trace.deviceWork.length === 0 || stepsOf(trace).works === 0) return [];
    const loader = loaderStacks(trace);
    if (!loader) return [];
    return busyOf(trace).units.flatMap((busy, unit): Conclusion[] => {
      const its = starvedOf(trace, busy, unit, loader);
      if (its.waits < LEAST_WAITS || its.time < LEAST_STARVED * trace.wall || its.site.function < 0)
        return [];
      return [concluded(trace, unit, its)];
    });
  },
};

function concluded(trace: Trace, unit: number, its: Starved): Conclusion {
  const { tables, meta, wall } = trace;
  const process = tables.lanes.process[its.lane] as number;
  const workers = workersOf(trace, process);
  const cores = Math.max(1, meta.host.cores);
  const isFull = workers >= cores;
  const { least, most } = savedByWorkers(its, workers, cores);
  const change = isFull
    ? `Make loading cheaper: its ${workers} workers have all ${cores} cores. Decode and resize once and keep the result, or do it on the device.`
    : `Give the loader that is asked ${lineOf(trace, its.site)} more workers (num_workers=${Math.max(2, cores)}, persistent_workers=True, pin_memory=True).`;
  return {
    subject: `device ${unit}`,
    title: `${deviceName(trace, unit)} is idle for ${percent(its.time / wall)} of the run, waiting for the data loader${inCode(trace, its.site)}`,
    why: `In ${its.waits} gaps the thread that launches stood in its loader, ${duration(its.time)} in all; ${workers === 0 ? 'the loader has no workers and loads in this thread' : `its ${workers} workers were not ready with the next batch`}.`,
    change,
    site: its.site,
    lanes: [its.lane],
    interval: { start: its.first, end: its.last },
    evidence: {
      waits: its.waits,
      starvedSeconds: toSeconds(its.time),
      loaderShare: its.time / wall,
      workers,
      cores,
    },
    gain: saving(wall, least, most),
  };
}

/**
 * Nanos that more workers save, of a loop that takes the longer of loading and the rest once they take place at the same time: at least with a
 * core left for the loop, at most with all of them. Workers that have all cores already are not helped by more.
 */
function savedByWorkers(
  { time, first, last }: Starved,
  workers: number,
  cores: number,
): { least: number; most: number } {
  const loop = Math.max(last - first, time);
  if (workers >= cores) return { least: 0, most: time };
  // Workers that the loop waits for are busy all the time.
  const loading = workers === 0 ? time : loop * workers;
  const saved = (count: number) => Math.max(0, loop - Math.max(loading / count, loop - time));
  return { least: WORKERS_LEAST * saved(Math.max(1, workers, cores - 1)), most: saved(cores) };
}

/** Workers of the largest loader of a process, 0 for one without. */
function workersOf({ tables: { pools } }: Trace, process: number): number {
  let most = 0;
  for (let i = 0; i < pools.length; i++)
    if (pools.process[i] === process && /DataLoader/.test(pools.kind[i] as string))
      most = Math.max(most, pools.size[i] as number);
  return most;
}

function starvedOf(trace: Trace, { any }: DeviceBusy, unit: number, loader: LoaderStacks): Starved {
  const { tables } = trace;
  const lane = launcherOf(trace, unit);
  const sites = new Map<string, { site: Site; time: number }>();
  let [waits, time, first, last] = [0, 0, 0, 0];
  const timeline = lane < 0 ? null : timelineFor(trace);
  for (let i = 0; timeline && i + 1 < any.from.length; i++) {
    const [start, end] = [any.to[i] as number, any.from[i + 1] as number];
    if (end - start < LEAST_GAP) continue;
    let inside = 0;
    const until = timeline.offset[lane + 1] as number;
    for (
      let at = positionAt(timeline, lane, start);
      at < until && (timeline.from[at] as number) < end;
      at++
    ) {
      const stack = tables.samples.stack[timeline.row[at] as number] as number;
      const its = Math.min(end, timeline.to[at] as number) - Math.max(start, timeline.from[at] as number);
      if (!(stack >= 0) || loader.within[stack] !== 1 || !(its > 0)) continue;
      inside += its;
      const site = loader.asked(stack);
      const key = `${site.function} ${site.line}`;
      const known = sites.get(key) ?? { site, time: 0 };
      known.time += its;
      sites.set(key, known);
    }
    if (inside === 0) continue;
    if (waits === 0) first = start;
    last = end;
    waits++;
    time += inside;
  }
  let most = { site: { function: -1, line: 0 }, time: 0 };
  for (const each of sites.values()) if (each.time > most.time) most = each;
  return {
    waits,
    time,
    lane,
    site: most.site,
    first,
    last,
  };
}

/** The thread that gave a device most of its work, -1 for none. */
function launcherOf({ tables, deviceWork }: Trace, unit: number): number {
  const counts = new Uint32Array(tables.lanes.length);
  for (let at = 0; at < deviceWork.length; at++) {
    if (deviceWork.unit[at] !== unit) continue;
    const { lane } = launchOf(tables, deviceWork, at);
    if (lane >= 0 && lane < counts.length) counts[lane] = (counts[lane] as number) + 1;
  }
  let best = -1;
  for (let lane = 0; lane < counts.length; lane++)
    if ((counts[lane] as number) > (best < 0 ? 0 : (counts[best] as number))) best = lane;
  return best;
}
