import { timelineIn } from '../analysis/laneCode.ts';
import type { Carriage, PoolUse } from '../analysis/poolUse.ts';
import { type Site, UNKNOWN_SITE } from '../analysis/sites.ts';
import { stacksWithin } from '../analysis/stacksWithin.ts';
import type { Trace } from '../analysis/trace.ts';
import { DIRECTIONS } from '../model/index.ts';

/** What puts into a queue or pipe of processes, and takes from it; interpreters name methods with their class from 3.11 on. */
const PUTS = /(?:^|\.)(?:put|send|send_bytes)$/;
const TAKES = /(?:^|\.)(?:get|recv|recv_bytes)$/;
const QUEUES = /multiprocessing[/\\](?:queues|connection)\.py$/;

const MESSAGE = DIRECTIONS.indexOf('message');

/** What the messages between processes and the one that started them carried, and how many they were. */
export interface MessageLoad extends Carriage {
  readonly messagesOut: number;
  readonly messagesBack: number;
}

/** The messages of a pool whose tasks are processes: to them as arguments, and from them as results. */
export function messageLoad(trace: Trace, use: PoolUse): MessageLoad {
  const { transfers, lanes, pools } = trace.tables;
  const parent = pools.process[use.pool] as number;
  const children = new Set(use.workers.map((lane) => lanes.process[lane] as number));
  children.delete(parent);
  const sum = { bytesOut: 0, bytesBack: 0, packOut: 0, unpackOut: 0, packBack: 0, unpackBack: 0 };
  let [messagesOut, messagesBack] = [0, 0];
  for (let row = 0; row < transfers.length; row++) {
    if (transfers.direction[row] !== MESSAGE) continue;
    const to = transfers.toLane[row] as number;
    const giver = lanes.process[transfers.lane[row] as number] as number;
    const taker = to < 0 ? 0 : (lanes.process[to] as number);
    const weight = transfers.weight[row] as number;
    const bytes = volume(transfers.bytes[row] as number) * weight;
    const packed = weight * between(transfers.start[row] as number, transfers.end[row] as number);
    const unpacked = weight * between(transfers.toStart[row] as number, transfers.toEnd[row] as number);
    if (giver === parent && children.has(taker)) {
      messagesOut += weight;
      sum.bytesOut += bytes;
      sum.packOut += packed;
      sum.unpackOut += unpacked;
    } else if (taker === parent && children.has(giver)) {
      messagesBack += weight;
      sum.bytesBack += bytes;
      sum.packBack += packed;
      sum.unpackBack += unpacked;
    }
  }
  return { ...sum, repeated: null, messagesOut, messagesBack };
}

const between = (from: number, to: number): number => (from >= 0 && to > from ? to - from : 0);
const volume = (bytes: number): number => (bytes > 0 && bytes < Number.POSITIVE_INFINITY ? bytes : 0);

/**
 * The line that hands messages over: the one that was seen longest to put or send, in the processes that send them; where none was
 * seen, the one that takes them in the processes that get them.
 */
export function siteOfMessages(trace: Trace, use: PoolUse, way: 'out' | 'back'): Site {
  const parent = trace.tables.pools.process[use.pool] as number;
  const { process } = trace.tables.lanes;
  const parents: number[] = [];
  for (let lane = 0; lane < process.length; lane++) if (process[lane] === parent) parents.push(lane);
  const [givers, takers] = way === 'out' ? [parents, use.workers] : [use.workers, parents];
  const site = longestIn(trace, givers, queueStacks(trace, 'putting', PUTS));
  return site.function >= 0 ? site : longestIn(trace, takers, queueStacks(trace, 'taking', TAKES));
}

function longestIn(trace: Trace, lanes: readonly number[], chosen: Uint8Array): Site {
  const { offset, row, from, to } = timelineIn(trace);
  const { stack } = trace.tables.samples;
  const times = new Map<string, number>();
  let longest = UNKNOWN_SITE;
  let most = 0;
  for (const lane of lanes)
    for (let at = offset[lane] as number; at < (offset[lane + 1] as number); at++) {
      const its = stack[row[at] as number] as number;
      if (its < 0 || chosen[its] !== 1) continue;
      const site = trace.siteOf(its);
      if (trace.homes[site.function]?.origin !== 'own') continue;
      const key = `${site.function} ${site.line}`;
      const time = (times.get(key) ?? 0) + (to[at] as number) - (from[at] as number);
      times.set(key, time);
      if (time <= most) continue;
      most = time;
      longest = site;
    }
  return longest;
}

/** 1 for each stack within a method that takes a message. */
export const takingStacks = (trace: Trace): Uint8Array => queueStacks(trace, 'taking', TAKES);

function queueStacks(trace: Trace, key: string, method: RegExp): Uint8Array {
  return trace.once(`queueStacks ${key}`, () => {
    const { name: names, file } = trace.functions;
    const isMethod = Uint8Array.from(names, (name, id) =>
      Number(method.test(name) && QUEUES.test(file[id] ?? '')),
    );
    return stacksWithin(trace, isMethod);
  });
}
