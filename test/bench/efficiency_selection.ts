import { Trace } from '../../analyzer/analysis/trace.ts';
import { SCHEMAS, TableBuilder, type Tables } from '../../analyzer/model/index.ts';
import { syntheticRecording } from '../webview/syntheticRecording.ts';
import { NO_TASK } from '../webview/syntheticTasks.ts';

const PROCESSES = 32;
const THREADS = 2;
const POOLS = 4;
const [samples = 1e6, count = 1e6] = process.argv.slice(2).map(Number);

/** Tasks of four pools, each with a quarter of the processes, submitted by the first of them. */
function withPools(tables: Tables, start: number, length: number): Tables {
  const pools = new TableBuilder(SCHEMAS.pools);
  for (let id = 0; id < POOLS; id++)
    pools.push({
      id,
      kind: 'multiprocessing.Pool',
      process: 800,
      start,
      ready: start,
      stop: -1,
      end: -1,
      size: PROCESSES / POOLS,
      startMethod: 'fork',
      stack: id,
      submitted: count / POOLS,
      completed: count / POOLS,
    });
  const tasks = new TableBuilder(SCHEMAS.tasks, count);
  for (let i = 0; i < count; i++) {
    const lane = THREADS * (1 + (i % (PROCESSES - 1)));
    const time = Math.floor(start + (length * i) / count);
    const done = time + length / count;
    const seen = { submit: time, dequeue: time, start: time, end: done, returned: done };
    tasks.push({ ...NO_TASK, pool: lane % POOLS, job: i, lane, from: 0, function: i % 3, ...seen });
  }
  return { ...tables, pools: pools.finish(), tasks: tasks.finish() };
}

function timed<T>(what: string, work: () => T): T {
  const began = performance.now();
  const result = work();
  process.stdout.write(`${what.padEnd(28)}${(performance.now() - began).toFixed(1).padStart(9)} ms\n`);
  return result;
}

const made = syntheticRecording({
  processes: PROCESSES,
  threads: THREADS,
  rows: samples / PROCESSES / THREADS,
});
const { start, end } = made.meta.clock;
const trace = new Trace({ ...made, tables: withPools(made.tables, start, end - start) });
timed('by lane and time', () => trace.timeline);
timed('regions of pools', () => trace.regions);
const efficiency = timed('teams and their activity', () => trace.efficiency);
timed('the run', () => efficiency.run());
timed('all regions', () => efficiency.regions());
for (const share of [1, 0.5, 0.1]) {
  const to = start + share * (end - start);
  timed(`selection of ${100 * share} %`, () => efficiency.selection({ from: start, to, lanes: null }));
  const lanes = new Uint8Array(trace.tables.lanes.length).fill(1);
  timed(`  with all lanes chosen`, () => efficiency.selection({ from: start, to, lanes }));
}
