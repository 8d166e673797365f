import type { Trace } from '../../analysis/trace.ts';
import type { WorkerTasks } from '../../analysis/workerTasks.ts';
import { saving } from '../gain.ts';
import { submittingSite, taskName, workerTasksOf } from '../nodePools.ts';
import { servingOf } from '../nodeThreads.ts';
import { placeText } from '../places.ts';
import { duration, figure, secondsFigure } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Tasks below which it may be chance that none was submitted before the other was back. */
const FEWEST = 6;
/** Tasks under way at a time from which on they were not awaited one by one. */
const ALONE = 1.1;
/** Share of the time from the first to the last in which one must have been under way: tasks that come now and then wait for nobody. */
const LEAST_BUSY = 0.5;
/** Share of the tasks that one line submits: others come from wherever something happens. */
const LEAST_OF_LINE = 0.8;
/** Share of the gain that is there at least: tasks side by side share memory and caches, and the last leaves workers idle. */
const LEAST_SAVED = 0.6;
/** Share of the tasks whose arguments have the size of the result before from which on they are taken for its successors. */
const CHAINED = 0.8;
/** Bytes from which on the size of a message tells something of what is in it. */
const TELLING = 200;
/** Share by which two sizes may differ that are of one value: estimates are within that. */
const ALIKE = 0.02;

/** J08: each task of a pool is awaited before the next is submitted. */
export const sequentialAwaits: Rule = {
  id: 'J08',
  title: 'Tasks awaited one by one',
  explains: ['P01', 'P03', 'P04', 'P08', 'P09', 'P10'],
  evaluate: (trace) => workerTasksOf(trace).flatMap((tasks) => conclude(trace, tasks) ?? []),
};

function conclude(trace: Trace, its: WorkerTasks): Conclusion | null {
  const { tables, meta, wall } = trace;
  const { pool, rows, from, to, busy, concurrency, lanes } = its;
  if (rows.length < FEWEST || concurrency > ALONE || busy < LEAST_BUSY * (to - from)) return null;
  // Requests come when they come: a server cannot submit the next one's task before.
  const submitter = tables.tasks.from[rows[0] as number] as number;
  if (servingOf(trace).some(({ lane }) => lane === submitter)) return null;
  const workers = workersFor(trace, its);
  const chain = chained(trace, rows);
  if (workers < 2 || chain === 'yes') return null;
  const submitted = submittingSite(trace, rows);
  if (!submitted || submitted.share < LEAST_OF_LINE) return null;
  const { site } = submitted;
  const kind = tables.pools.kind[pool] as string;
  const saved = busy * (1 - 1 / workers);
  const name = taskName(trace, its);
  return {
    subject: `pool ${pool}`,
    title: `Tasks of ${name} are awaited one by one: one worker of ${kind} works at a time`,
    why: `${rows.length} tasks were submitted, each when the one before was back (${figure(concurrency)} under way at a time), and took ${duration(busy)} together; ${workers} could have run at a time.`,
    change: `Submit the tasks at ${placeText(trace, site)} before awaiting any: await Promise.all(items.map((item) => pool.run(item))), in portions where there are very many.`,
    site,
    lanes,
    interval: { start: from, end: to },
    evidence: {
      tasks: rows.length,
      concurrency: figure(concurrency),
      awaitedSeconds: secondsFigure(busy),
      workers,
      cores: meta.host.cores,
    },
    gain: saving(wall, LEAST_SAVED * saved, saved),
    ...(chain === 'maybe' && {
      withheld: 'each task is given as much as the one before gave back, and may need that',
    }),
  };
}

/** How many workers could have run these tasks at a time. A library's pool makes workers as they are needed; others are as they are. */
function workersFor(
  { tables: { pools }, meta, laneTotals, wall }: Trace,
  { pool, run, lanes }: WorkerTasks,
): number {
  const cores = Math.max(1, meta.host.cores);
  const size = pools.size[pool] as number;
  const room = pools.kind[pool] === 'Worker' ? size : Math.max(size, cores);
  const cpu = lanes.reduce((sum, lane) => sum + (laneTotals.running[lane] ?? 0), 0);
  // Tasks that wait most of their time need no core for that.
  const waits = run > 0 && wall > 0 && cpu < 0.5 * run;
  return waits ? size : Math.min(room, cores);
}

/**
 * Whether tasks are given what the task before gave back, which would keep them from running side by side: `yes` where the sizes change and go
 * together, `maybe` where all are the same, as those of pictures of one size are, too.
 */
function chained({ tables: { tasks } }: Trace, rows: Uint32Array): 'no' | 'maybe' | 'yes' {
  let alike = 0;
  const sizes = new Set<number>();
  for (let i = 1; i < rows.length; i++) {
    const back = tasks.bytesBack[rows[i - 1] as number] as number;
    const out = tasks.bytesOut[rows[i] as number] as number;
    if (!(back >= TELLING && out >= TELLING)) continue;
    sizes.add(out);
    if (Math.abs(back - out) <= ALIKE * out) alike++;
  }
  if (alike < CHAINED * (rows.length - 1)) return 'no';
  return sizes.size > alike / 2 ? 'yes' : 'maybe';
}
