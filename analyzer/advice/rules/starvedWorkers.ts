import {
  between,
  cpuBetween,
  cpuIn,
  inside,
  type LaneCode,
  laneCode,
  siteBeside,
  siteOfMost,
  siteOfOutermost,
  wantedBetween,
} from '../../analysis/laneCode.ts';
import { type PoolUse, poolUses } from '../../analysis/poolUse.ts';
import type { Site } from '../../analysis/sites.ts';
import type { Trace } from '../../analysis/trace.ts';
import { type Feeding, feedingOf } from '../feeding.ts';
import { saving } from '../gain.ts';
import { nameOf, ofFunction, placeOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { isProcesses, slotsOf } from '../slots.ts';

/** Share of the time of being fed that workers have nothing, from which on they starve; the odd gap between two tasks is dispatch. */
const LEAST_IDLE = 0.25;
/** Share of that time that one thread works or wants to, from which on it is the limit. What is missing are moments of the sampler and the system. */
const LEAST_PRODUCER = 0.75;
/** Share of its work beside tasks under way: one that works between rounds of tasks, and waits for each, does not feed them. */
const LEAST_BESIDE = 0.3;
/** Share of the producer's work in the program's own code: pickling is another rule's. */
const LEAST_OWN = 0.6;
/** Share of the run that feeding takes. */
const LEAST_FEEDING = 0.2;
/** Tasks or messages below which nothing flows. */
const LEAST_FLOW = 10;
/** Share of the producer's work below one line, from which on it is that line's doing. */
const MOST_OF_IT = 0.6;
/** Share of the promise that is kept at least: some of the work stays with the producer. */
const SURELY = 0.65;

/** Workers wait for the next task or message, because one thread makes them slower than they are used up. */
export const starvedWorkers: Rule = {
  id: 'P10',
  title: 'Starved workers',
  explains: ['P01', 'P03', 'P04', 'P08'],
  evaluate: (trace) =>
    poolUses(trace).flatMap((use) => {
      const feeding = feedingOf(trace, use);
      return feeding ? conclude(trace, use, feeding) : [];
    }),
};

function conclude(trace: Trace, use: PoolUse, feeding: Feeding): Conclusion[] {
  const { from, to, workers, count, idle, worked, process, pieces } = feeding;
  const time = to - from;
  if (!(time > LEAST_FEEDING * trace.wall) || pieces < LEAST_FLOW || idle < LEAST_IDLE * time * count)
    return [];
  const producer = busiestOf(trace, process, workers, from, to);
  if (producer < 0) return [];
  const code = laneCode(trace, producer, between(from, to));
  if (wantedBetween(trace, producer, from, to) < LEAST_PRODUCER * time || code.own < LEAST_OWN * code.cpu)
    return [];
  if (cpuIn(trace, producer, inside(use.underWay)) < LEAST_BESIDE * code.cpu) return [];
  const inner = siteOfMost(trace, code, MOST_OF_IT);
  const site = siteToMove(trace, use, producer, code, inner);
  const slots = Math.max(2, slotsOf(trace, use));
  const together = Math.max((code.cpu + worked) / slots, worked / count);
  const saved = Math.max(0, time - together);
  return [
    {
      subject: `pool ${use.pool}`,
      title: `${count} workers${ofFunction(trace, use.pool)} have nothing to do for ${percent(idle / (time * count))} of the time: one thread makes their input`,
      why: `While ${pieces} pieces were handed out the thread that makes them was busy for ${percent(code.cpu / time)} of ${duration(time)}${inner.function < 0 ? '' : `, mostly in ${nameOf(trace, inner.function)} (${placeOf(trace, inner)})`}; the workers computed for ${duration(worked)} together.`,
      change: `Hand out what the input is made of, and let workers do what ${placeOf(trace, site) || 'the producer'} does.`,
      site,
      lanes: [producer, ...workers].slice(0, 64),
      interval: { start: from, end: to },
      evidence: {
        idleShare: idle / (time * count),
        producerSeconds: code.cpu / 1e9,
        workerSeconds: worked / 1e9,
        pieces,
      },
      gain: saving(trace.wall, SURELY * saved, saved),
    },
  ];
}

/**
 * The line that makes the input: for processes the innermost one; else that of the function which submits too, or of the generator
 * that a thread of the pool asks.
 */
function siteToMove(trace: Trace, use: PoolUse, producer: number, code: LaneCode, inner: Site): Site {
  if (isProcesses(trace, use)) return inner;
  const submitted = trace.tables.tasks.stack[use.rows[0] as number] as number;
  const site = producer === use.sender ? siteBeside(trace, code, submitted) : siteOfOutermost(trace, code);
  return site.function < 0 ? inner : site;
}

/** The lane of a process, none of the workers, that was on a CPU longest; -1 where there is none. */
function busiestOf(
  trace: Trace,
  process: number,
  workers: readonly number[],
  from: number,
  to: number,
): number {
  const { lanes } = trace.tables;
  let busiest = -1;
  let most = 0;
  for (let lane = 0; lane < lanes.length; lane++) {
    if (lanes.process[lane] !== process || workers.includes(lane)) continue;
    const cpu = cpuBetween(trace, lane, from, to);
    if (cpu <= most) continue;
    most = cpu;
    busiest = lane;
  }
  return busiest;
}
