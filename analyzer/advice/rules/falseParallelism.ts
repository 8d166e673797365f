import { covered } from '../../analysis/coverage.ts';
import { cpuIn, inside, timelineIn } from '../../analysis/laneCode.ts';
import { type PoolUse, poolUses } from '../../analysis/poolUse.ts';
import type { Site } from '../../analysis/sites.ts';
import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import { functionOfPool, nameOf, ofFunction, placeOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { computes, isLoader, slotsOf } from '../slots.ts';

/** Fewer tasks may depend on each other, as the steps of a program do. */
const LEAST_TASKS = 5;
/** Tasks under way at once, on average, up to which they come one after the other: the last of a task and the first of the next touch. */
const MOST_AT_ONCE = 1.15;
/** Share of the time with a task under way in which the sender may work: one that works more does not wait for them. */
const MOST_SENDER_WORK = 0.5;
/** Share of the run below which it is not worth a word. */
const LEAST_SHARE = 0.15;
/** Share of what is won in theory that one gets at least: processes share caches and memory, and the last task ends alone. */
const SURELY = 0.92;
/** And at most: a run is a little shorter when it is not recorded, and what these tasks cost is not. */
const AT_MOST = 1.05;

/** Tasks that are handed to a pool one at a time: each is waited for before the next is submitted. */
export const falseParallelism: Rule = {
  id: 'P09',
  title: 'False parallelism',
  explains: ['P01', 'P02', 'P03', 'P04', 'P08', 'P10'],
  evaluate: (trace) => poolUses(trace).flatMap((use) => (isOthers(trace, use) ? [] : conclude(trace, use))),
};

/**
 * Node's pools are J08's, loaders are asked by their training loop, and threads that compute share one interpreter: more of them at once are
 * no faster.
 */
function isOthers(trace: Trace, use: PoolUse): boolean {
  const method = trace.tables.pools.startMethod[use.pool];
  return isLoader(trace, use) || method === 'worker' || (method === 'thread' && computes(trace, use));
}

function conclude(trace: Trace, use: PoolUse): Conclusion[] {
  const { pool, underWay, atWork, held, inFlight, run, tasks, sender } = use;
  const time = covered(underWay);
  if (tasks < LEAST_TASKS || sender < 0 || time < LEAST_SHARE * trace.wall) return [];
  const slots = slotsOf(trace, use);
  if (slots < 2 || inFlight > MOST_AT_ONCE * time || held > MOST_AT_ONCE * covered(atWork)) return [];
  if (cpuIn(trace, sender, inside(underWay)) > MOST_SENDER_WORK * time) return [];
  const site = whereItWaits(trace, use);
  const submits = siteOfSubmission(trace, use);
  const called = functionOfPool(trace, pool);
  const many = Math.min(slots, tasks);
  const isOneLine = placeOf(trace, submits) === placeOf(trace, site);
  return [
    {
      subject: `pool ${pool}`,
      title: `Only one task${ofFunction(trace, pool)} is under way at a time, although ${slots} could be`,
      why: `Each of ${tasks} tasks was submitted after the one before had come back: ${duration(run)} of ${called < 0 ? 'work' : nameOf(trace, called)} took ${duration(time)}, ${percent(time / trace.wall)} of the run, and the code that submits only waited.`,
      change: isOneLine
        ? `Submit all tasks before waiting for the first result at ${placeOf(trace, site) || 'the call'}: collect futures (or use apply_async or map) and ask for results afterwards.`
        : `Move the wait at ${placeOf(trace, site)} out of the loop that submits at ${placeOf(trace, submits)}: submit all tasks, then ask for results.`,
      site,
      lanes: use.workers.slice(0, 64),
      interval: { start: underWay.from[0] as number, end: underWay.to.at(-1) as number },
      evidence: {
        tasks,
        tasksAtOnce: inFlight / time,
        workers: slots,
        runSeconds: run / 1e9,
        waitSeconds: time / 1e9,
      },
      gain: saving(trace.wall, SURELY * run * (1 - 1 / many), AT_MOST * (time - run / many)),
    },
  ];
}

function siteOfSubmission({ tables: { tasks }, siteOf }: Trace, { rows }: PoolUse): Site {
  return siteOf(tasks.stack[rows[0] as number] ?? -1);
}

/**
 * The line that waits for a task: the one of a function that also submits, itself or by what it calls. Where it waits in the call that
 * submits, or in an event loop, the line that submits.
 */
function whereItWaits(trace: Trace, use: PoolUse): Site {
  const submits = siteOfSubmission(trace, use);
  const callers = linesOf(trace, trace.tables.tasks.stack[use.rows[0] as number] ?? -1);
  const { offset, row, from, to, cpu } = timelineIn(trace);
  const { samples } = trace.tables;
  const byLine = new Map<string, number>();
  let longest = submits;
  let most = 0;
  const [first, last] = [use.underWay.from[0] as number, use.underWay.to.at(-1) as number];
  for (let at = offset[use.sender] as number; at < (offset[use.sender + 1] as number); at++) {
    if ((to[at] as number) <= first || (from[at] as number) >= last) continue;
    const site = trace.siteOf(samples.stack[row[at] as number] as number);
    const callsAt = callers.get(site.function);
    if (callsAt === undefined || (callsAt === site.line && site.function !== submits.function)) continue;
    const key = `${site.function} ${site.line}`;
    const waited = (byLine.get(key) ?? 0) + (to[at] as number) - (from[at] as number) - (cpu[at] as number);
    byLine.set(key, waited);
    if (waited <= most) continue;
    most = waited;
    longest = site;
  }
  return longest;
}

/** The line that each function on a stack executes, the innermost where there are several. */
function linesOf({ tables: { stacks, frames }, functions }: Trace, stack: number): Map<number, number> {
  const lines = new Map<number, number>();
  for (let at = stack; at >= 0; at = stacks.parent[at] as number) {
    const frame = stacks.frame[at] as number;
    const its = functions.ofFrame[frame] as number;
    if (!lines.has(its)) lines.set(its, frames.line[frame] as number);
  }
  return lines;
}
