import { firstAfter, type Intervals, overlap, unionOf } from '../intervals.ts';
import type { Trace } from '../trace.ts';
import type { Round } from './rounds.ts';

/** Modules of which a pool is made: time in them is what handing out costs, and not the program's own. */
const MACHINERY = new Set([
  'multiprocessing',
  'concurrent',
  'threading',
  'queue',
  '_queue',
  'joblib',
  'loky',
  'pickle',
  'copyreg',
  'selectors',
  'socket',
  'weakref',
  'perfscope',
  'piscina',
  'tinypool',
  'workerpool',
]);

/**
 * CPU time that a process spent in the program's own code and in what that called, pools left out, while its pools had tasks under
 * way: the generator that makes the arguments, the loop that uses the results. With fewer and larger tasks it stays as it is. In
 * Nanos, by process.
 */
export function productionOf(trace: Trace, rounds: readonly Round[]): ReadonlyMap<number, number> {
  const { tables } = trace;
  const { samples, lanes, tasks } = tables;
  const isOwn = ownStacks(trace);
  const underWay = roundsByProcess(tables, rounds);
  const within = Array.from(lanes.process, (process) => underWay.get(process));
  for (let row = 0; row < tasks.length; row++) {
    const lane = tasks.lane[row] as number;
    if (lane >= 0) within[lane] = undefined;
  }
  const spent = new Map<number, number>();
  const passed = new Uint32Array(lanes.length);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const stack = samples.stack[i] as number;
    const intervals = within[lane];
    if (!intervals || stack < 0 || isOwn[stack] === 0) continue;
    const start = trace.starts[i] as number;
    const end = samples.time[i] as number;
    const at = firstAfter(intervals, start, passed[lane]);
    passed[lane] = at;
    const share = overlap(intervals, start, end, at) / (end - start || 1);
    const process = lanes.process[lane] as number;
    spent.set(process, (spent.get(process) ?? 0) + share * (samples.cpu[i] as number));
  }
  return spent;
}

/** 1 for each stack whose innermost frame is the program's own, or was called by it without a pool between them. */
function ownStacks({ tables, functions, homes }: Trace): Uint8Array {
  const { stacks } = tables;
  const isOwn = new Uint8Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) {
    const home = homes[functions.ofFrame[stacks.frame[i] as number] as number];
    const parent = stacks.parent[i] as number;
    if (home?.origin === 'own') isOwn[i] = 1;
    else if (home && (MACHINERY.has(home.module) || home.module.startsWith('node:'))) isOwn[i] = 0;
    else isOwn[i] = parent >= 0 ? (isOwn[parent] as number) : 0;
  }
  return isOwn;
}

function roundsByProcess({ pools }: Trace['tables'], rounds: readonly Round[]): Map<number, Intervals> {
  const byProcess = new Map<number, { starts: number[]; ends: number[] }>();
  for (const { pool, start, end } of rounds) {
    const process = pools.process[pool] as number;
    const its = byProcess.get(process) ?? { starts: [], ends: [] };
    byProcess.set(process, its);
    its.starts.push(start);
    its.ends.push(end);
  }
  const unions = new Map<number, Intervals>();
  for (const [process, { starts, ends }] of byProcess)
    unions.set(process, unionOf(Float64Array.from(starts), Float64Array.from(ends)));
  return unions;
}
