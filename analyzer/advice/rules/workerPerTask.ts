import { unionOf } from '../../analysis/intervals.ts';
import type { Trace } from '../../analysis/trace.ts';
import type { WorkerTasks } from '../../analysis/workerTasks.ts';
import { saving } from '../gain.ts';
import { workerTasksOf } from '../nodePools.ts';
import { placeText } from '../places.ts';
import { duration, figure, secondsFigure } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Workers below which nobody gains much by keeping them. */
const FEWEST = 6;
/** Tasks of a worker: those that get more are kept. */
const MOST_TASKS = 1.5;
/** Share of the workers that lived at a time: a set that is made at once and used once is a pool of its own. */
const MOST_AT_ONCE = 0.5;
/** Start-up by work from which on workers are too short. */
const LEAST_STARTUP = 0.5;
/** Share of the start-ups that goes away at least: their CPU time may have filled cores that were idle. */
const LEAST_SAVED = 0.7;
/** Nanos of a task that new threads run mostly without optimised code, and the share of it that kept ones may save. */
const COLD = 100e6;
const MOST_OF_COLD = 0.8;

/** J07: a worker is made for each task and ended after it. */
export const workerPerTask: Rule = {
  id: 'J07',
  title: 'A worker for each task',
  explains: ['P01', 'P02', 'P03', 'P07', 'P09', 'J08'],
  evaluate: (trace) => workerTasksOf(trace).flatMap((tasks) => conclude(trace, tasks) ?? []),
};

function conclude(trace: Trace, its: WorkerTasks): Conclusion | null {
  const { tables, wall } = trace;
  const { pools, lanes } = tables;
  const { pool, rows } = its;
  const made = its.lanes.length;
  if (pools.kind[pool] !== 'Worker' || made < FEWEST || rows.length > MOST_TASKS * made) return null;
  const site = trace.siteOf(pools.stack[pool] as number);
  if (trace.homes[site.function]?.origin !== 'own') return null;
  const lives = its.lanes
    .map((lane) => ({ start: lanes.start[lane] as number, end: lanes.end[lane] as number }))
    .filter(({ start, end }) => start >= 0 && end > start);
  const atOnce = mostAtOnce(lives);
  if (atOnce > MOST_AT_ONCE * made) return null;
  const life = lives.reduce((sum, { start, end }) => sum + end - start, 0);
  const startup = life - Math.min(life, its.run);
  if (!(startup >= LEAST_STARTUP * its.run) || lives.length === 0) return null;
  const union = unionOf(
    Float64Array.from(lives, ({ start }) => start),
    Float64Array.from(lives, ({ end }) => end),
  );
  const alive = union.from.reduce((sum, from, i) => sum + (union.to[i] as number) - from, 0);
  const concurrency = Math.max(1, alive > 0 ? life / alive : 1);
  const kept = Math.max(1, atOnce);
  const share = Math.max(0, 1 - kept / made) / concurrency;
  const saved = startup * share;
  const cold = its.run < COLD * rows.length ? MOST_OF_COLD * its.run * share : 0;
  const each = startup / lives.length;
  return {
    subject: `pool ${pool}`,
    title: `Each task has a worker of its own, which is longer in starting than at work`,
    why: `${made} workers were made one after another, ${atOnce} at a time, for ${rows.length} tasks; beginning and ending took each ${duration(each)}, the task ${duration(its.run / rows.length)}.`,
    change: `Keep the workers that ${placeText(trace, site)} makes and send them one task after another, as piscina and workerpool do.`,
    site,
    lanes: its.lanes,
    interval: { start: its.from, end: its.to },
    evidence: {
      workers: made,
      atOnce,
      tasks: rows.length,
      startupSeconds: secondsFigure(startup),
      workSeconds: secondsFigure(its.run),
      startupByWork: its.run > 0 ? figure(startup / its.run) : 0,
    },
    gain: saving(wall, LEAST_SAVED * saved, saved + cold),
  };
}

/** How many of some lives there were at a time, at most. */
function mostAtOnce(lives: readonly { readonly start: number; readonly end: number }[]): number {
  const starts = Float64Array.from(lives, ({ start }) => start).sort();
  const ends = Float64Array.from(lives, ({ end }) => end).sort();
  let [most, ended] = [0, 0];
  for (let i = 0; i < starts.length; i++) {
    while ((ends[ended] as number) <= (starts[i] as number)) ended++;
    most = Math.max(most, i + 1 - ended);
  }
  return most;
}
