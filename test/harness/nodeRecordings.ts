import {
  countersSchema,
  DEOPT_KINDS,
  deoptsSchema,
  emptyTables,
  functionTiersSchema,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  NOT_LOOKED,
  nanos,
  poolsSchema,
  type Recording,
  type Row,
  SPAN_KINDS,
  type StackId,
  samplesSchema,
  spansSchema,
  TableBuilder,
  TIERS,
  tasksSchema,
  transfersSchema,
  WITHOUT_DEVICE,
} from '../../analyzer/model/index.ts';
import { META } from './recordings.ts';

/**
 * Recordings of Node programs from a few words. All times are milliseconds from the start.
 *
 * A stack is calls from the outermost in, as `name file:line:functionLine`; `name` alone has no file and is native.
 */
export interface NodeRun {
  /** How long it took. */
  readonly wall: number;
  readonly cores?: number;
  /** Names of threads of one process, the main one first; with when they began and ended, if not all along. */
  readonly threads?: readonly (
    | string
    | { readonly name: string; readonly from: number; readonly to: number }
  )[];
  /** What a thread did until `to`, in order; it ran unless `waits`. */
  readonly rows?: readonly {
    readonly thread?: number;
    readonly to: number;
    readonly stack?: readonly string[];
    readonly waits?: boolean;
  }[];
  readonly collections?: readonly { readonly thread?: number; readonly from: number; readonly to: number }[];
  /** Milliseconds that the main thread's loop was late, for each quarter of a second from the start. */
  readonly delays?: readonly number[];
  readonly pools?: readonly (Partial<Omit<Row<typeof poolsSchema>, 'stack'>> & {
    readonly stack?: readonly string[];
  })[];
  readonly tasks?: readonly NodeTask[];
  readonly messages?: readonly {
    readonly thread: number;
    readonly from: number;
    readonly to: number;
    readonly bytes: number;
    readonly stack: readonly string[];
  }[];
  readonly deopts?: readonly { readonly function: string; readonly reason: string; readonly at: string }[];
  readonly tiers?: readonly {
    readonly function: string;
    readonly tier: (typeof TIERS)[number];
    readonly ticks: number;
  }[];
}

export interface NodeTask {
  readonly pool?: number;
  readonly thread: number;
  readonly submit: number;
  readonly start: number;
  readonly end: number;
  readonly returned: number;
  readonly function?: string;
  readonly stack?: readonly string[];
  readonly bytesOut?: number;
  readonly bytesBack?: number;
  /** Milliseconds. */
  readonly packOut?: number;
  readonly packBack?: number;
}

const MS = 1e6;
const { start } = META.clock;
const at = (ms: number): number => start + ms * MS;

/** The frame of `name file:line:functionLine`. */
function frameOf(interner: Interner, call: string) {
  const match = /^(.*) (\S+):(\d+):(\d+)$/.exec(call);
  if (!match) return interner.frame(call, '', 0, 0, 'native');
  const [, name = '', file = '', line, functionLine] = match;
  return interner.frame(name, file, Number(line), Number(functionLine), 'javascript');
}

function stackOf(interner: Interner, calls: readonly string[] = []): number {
  let id: StackId | -1 = -1;
  for (const call of calls) id = interner.stack(id, frameOf(interner, call));
  return id;
}

export function nodeRun(run: NodeRun): Recording {
  const interner = new Interner();
  const lanes = new TableBuilder(lanesSchema);
  const threads = run.threads ?? ['node'];
  threads.forEach((thread, id) => {
    const { name, from, to } = typeof thread === 'string' ? { name: thread, from: 0, to: run.wall } : thread;
    lanes.push({
      id,
      kind: LANE_KINDS.indexOf('thread'),
      role: LANE_ROLES.indexOf(id === 0 ? 'main' : 'worker'),
      process: 100,
      thread: 100 + id,
      name,
      start: at(from),
      end: at(to),
      cpu: -1,
    });
  });
  const counters = new TableBuilder(countersSchema);
  if (run.delays) {
    const id = lanes.length;
    const [kind, role] = [LANE_KINDS.indexOf('counter'), LANE_ROLES.indexOf('device')];
    lanes.push({
      id,
      kind,
      role,
      process: 100,
      thread: 100,
      name: 'event-loop delay (ms)',
      start,
      end: -1,
      cpu: -1,
    });
    for (const [i, value] of run.delays.entries()) counters.push({ lane: id, time: at(250 * i), value });
  }
  const samples = new TableBuilder(samplesSchema);
  const reached = new Map<number, number>();
  for (const { thread = 0, to, stack, waits = false } of run.rows ?? []) {
    const from = reached.get(thread) ?? ((lanes.columns.start[thread] as number) - start) / MS;
    reached.set(thread, to);
    samples.push({
      lane: thread,
      time: at(to),
      cpu: waits ? 0 : (to - from) * MS,
      ready: 0,
      stack: stackOf(interner, stack),
      count: 1,
      state: waits ? 2 : 0,
      wait: 0,
      flags: 0,
    });
  }
  const spans = new TableBuilder(spansSchema);
  for (const { thread = 0, from, to } of run.collections ?? [])
    spans.push({
      lane: thread,
      kind: SPAN_KINDS.indexOf('gc'),
      name: interner.string('minor GC'),
      start: at(from),
      end: at(to),
      stack: -1,
    });
  const tables = {
    ...emptyTables(),
    samples: samples.finish(),
    counters: counters.finish(),
    spans: spans.finish(),
    ...tasksOf(interner, run),
    ...engineOf(interner, run),
    lanes: lanes.finish(),
  };
  const meta = {
    ...META,
    command: ['node', 'app.js'],
    clock: { ...META.clock, end: nanos(at(run.wall)) },
    host: { ...META.host, cores: run.cores ?? 2 },
  };
  return { meta, tables: { ...tables, ...interner.drain() } };
}

function tasksOf(interner: Interner, run: NodeRun) {
  const pools = new TableBuilder(poolsSchema);
  for (const { stack, ...rest } of run.pools ?? [])
    pools.push({
      id: pools.length,
      kind: 'Piscina',
      process: 100,
      start,
      ready: start,
      stop: -1,
      end: at(run.wall),
      size: 2,
      startMethod: 'worker',
      submitted: 0,
      completed: 0,
      ...rest,
      stack: stackOf(interner, stack),
    });
  const tasks = new TableBuilder(tasksSchema);
  for (const { pool = 0, thread, function: called, stack, ...task } of run.tasks ?? [])
    tasks.push({
      pool,
      job: tasks.length,
      function: called === undefined ? -1 : frameOf(interner, called),
      stack: stackOf(interner, stack),
      lane: thread,
      from: 0,
      submit: at(task.submit),
      dequeue: at(task.start),
      start: at(task.start),
      end: at(task.end),
      returned: at(task.returned),
      items: 1,
      weight: 1,
      bytesOut: task.bytesOut ?? 0,
      bytesBack: task.bytesBack ?? 0,
      packOut: (task.packOut ?? 0) * MS,
      unpackOut: 0,
      packBack: (task.packBack ?? 0) * MS,
      unpackBack: 0,
      repeats: NOT_LOOKED,
      exception: -1,
    });
  const transfers = new TableBuilder(transfersSchema);
  for (const { thread, from, to, bytes, stack } of run.messages ?? [])
    transfers.push({
      lane: thread,
      direction: 8,
      start: at(from),
      end: at(to),
      bytes,
      stack: stackOf(interner, stack),
      toLane: 0,
      toStart: at(to),
      toEnd: at(to),
      weight: 1,
      estimated: 0,
      ...WITHOUT_DEVICE,
    });
  return { pools: pools.finish(), tasks: tasks.finish(), transfers: transfers.finish() };
}

function engineOf(interner: Interner, run: NodeRun) {
  const deopts = new TableBuilder(deoptsSchema);
  for (const { function: called, reason, at: place } of run.deopts ?? []) {
    const [file = '', line] = place.split(':');
    deopts.push({
      lane: 0,
      time: at(deopts.length),
      function: frameOf(interner, called),
      kind: DEOPT_KINDS.indexOf('eager'),
      reason: interner.string(reason),
      file: interner.string(file),
      line: Number(line),
    });
  }
  const functionTiers = new TableBuilder(functionTiersSchema);
  for (const { function: called, tier, ticks } of run.tiers ?? [])
    functionTiers.push({ lane: 0, function: frameOf(interner, called), tier: TIERS.indexOf(tier), ticks });
  return { deopts: deopts.finish(), functionTiers: functionTiers.finish() };
}

/** The same recording with every number of a column replaced, to see what rules make of what a stranger may have written. */
export function withColumn(
  recording: Recording,
  table: keyof Recording['tables'],
  column: string,
  value: number,
): Recording {
  const its = recording.tables[table] as unknown as Record<string, Float64Array>;
  const changed = { ...its, [column]: (its[column] as Float64Array).slice().fill(value) };
  return { ...recording, tables: { ...recording.tables, [table]: changed } as Recording['tables'] };
}
