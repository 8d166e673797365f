import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyBatch } from '../../../../analyzer/collect/collector.ts';
import { Numbering, RecordingCounts } from '../../../../analyzer/collect/numbering.ts';
import { poolsHealth } from '../../../../analyzer/collect/pools/health.ts';
import { RunJoin } from '../../../../analyzer/collect/pools/join.ts';
import { PoolRows } from '../../../../analyzer/collect/pools/rows.ts';
import { PoolsTail } from '../../../../analyzer/collect/pools/tail.ts';
import { agentEnvironment } from '../../../../analyzer/collect/python-agent/environment.ts';
import type { CollectorHealth, Tables } from '../../../../analyzer/model/index.ts';
import { validateTables } from '../../../../analyzer/recording/validate.ts';
import {
  AGENTS,
  baseEnvironment,
  newFolder,
  type Run,
  type RunOptions,
  start,
} from '../python-agent/interpreters.ts';

export interface PoolsRun extends Run {
  readonly tables: Tables;
  readonly health: CollectorHealth;
  /** The folder that holds the logs. */
  readonly records: string;
}

/** Runs a program with the agent that records pools, and joins what its processes left. */
export async function runWithPools(
  python: string,
  source: string,
  options: RunOptions = {},
): Promise<PoolsRun> {
  const records = newFolder();
  const env = { ...baseEnvironment(), ...options.env };
  const additions = agentEnvironment(env, AGENTS, records, { hz: null, pools: true });
  const run = await start(python, source, options, { ...env, ...additions });
  return { ...run, ...joined(records), records };
}

/** What the logs of a folder come to, as tables that refer to each other correctly. */
export function joined(records: string): { tables: Tables; health: CollectorHealth } {
  const rows = new PoolRows();
  const join = new RunJoin(rows);
  const tail = new PoolsTail(records, rows, join, null);
  tail.poll();
  tail.finish();
  join.finish();
  const batch = rows.drain() ?? emptyBatch(rows.interner.drain());
  const tables = new Numbering(new RecordingCounts()).apply(batch);
  validateTables(tables);
  const figures = {
    pools: join.poolCount,
    tasks: join.taskCount,
    messages: join.messages.sent,
    unreached: [],
    unhooked: [],
  };
  return { tables, health: poolsHealth(tail.health(), figures) };
}

export interface TaskSeen {
  readonly pool: string;
  readonly startMethod: string;
  readonly function: string;
  /** Line of the function's definition. */
  readonly line: number;
  /** Function and line that submitted it, innermost. */
  readonly site: string;
  readonly job: number;
  readonly items: number;
  readonly process: number;
  readonly thread: number;
  readonly submit: number;
  readonly dequeue: number;
  readonly start: number;
  readonly end: number;
  readonly returned: number;
  readonly bytesOut: number;
  readonly bytesBack: number;
  readonly packOut: number;
  readonly unpackOut: number;
  readonly packBack: number;
  readonly unpackBack: number;
  readonly repeats: number;
  readonly weight: number;
  readonly exception: string | null;
}

/** The tasks as objects, in the order of their beginning. */
export function tasksOf({ pools, tasks, frames, stacks, strings, lanes }: Tables): TaskSeen[] {
  const seen: TaskSeen[] = [];
  for (let i = 0; i < tasks.length; i++) {
    const number = (name: keyof typeof tasks): number => (tasks[name] as Float64Array)[i] as number;
    const pool = number('pool');
    const frame = number('function');
    const stack = number('stack');
    const top = stack < 0 ? -1 : (stacks.frame[stack] as number);
    const lane = number('lane');
    const exception = number('exception');
    const nameOf = (which: number): string => strings.value[frames.name[which] as number] ?? '';
    seen.push({
      pool: pools.kind[pool] as string,
      startMethod: pools.startMethod[pool] as string,
      function: frame < 0 ? '' : nameOf(frame),
      line: frame < 0 ? 0 : (frames.line[frame] as number),
      site: top < 0 ? '' : `${nameOf(top)}:${frames.line[top]}`,
      process: lane < 0 ? 0 : (lanes.process[lane] as number),
      thread: lane < 0 ? 0 : (lanes.thread[lane] as number),
      exception: exception < 0 ? null : (strings.value[exception] as string),
      job: number('job'),
      items: number('items'),
      submit: number('submit'),
      dequeue: number('dequeue'),
      start: number('start'),
      end: number('end'),
      returned: number('returned'),
      bytesOut: number('bytesOut'),
      bytesBack: number('bytesBack'),
      packOut: number('packOut'),
      unpackOut: number('unpackOut'),
      packBack: number('packBack'),
      unpackBack: number('unpackBack'),
      repeats: number('repeats'),
      weight: number('weight'),
    });
  }
  return seen.sort((a, b) => a.start - b.start);
}

/** Every log of a folder, by name. */
export function logsOf(records: string): Map<string, Buffer> {
  const names = existsSync(records) ? readdirSync(records).filter((name) => name.endsWith('.pools')) : [];
  return new Map(names.map((name) => [name, readFileSync(join(records, name))]));
}
