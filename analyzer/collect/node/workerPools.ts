import { newTask, type TaskRow } from '../newTask.ts';
import type { End } from './channels.ts';
import type { EventRows } from './eventRows.ts';
import type { Message } from './exchange.ts';

/** Kinds of pools, by the folder of the library that keeps them. */
const KINDS: Readonly<Record<string, string>> = {
  piscina: 'Piscina',
  tinypool: 'Tinypool',
  workerpool: 'workerpool',
};
const PLAIN = 'Worker';
/** How the workers of a pool are started, as `pools` has it. */
const START_METHOD = 'worker';
/** Nanos that a task waits for the profile that may tell where its function is defined. */
const PATIENCE = 600e6;

/** A worker as the thread knows it that made it. */
export interface MadeWorker {
  readonly thread: number;
  readonly file: string;
  readonly library: string;
  readonly stack: number;
  readonly maker: number;
  readonly made: number;
  /** Lane, beginning and end of its thread; -1 until that is known. */
  lane: number;
  began: number;
  ended: number;
  pool: WorkerPool | null;
  /** Tasks that it was given and that are not done, by when they were sent. */
  readonly open: OpenTask[];
  requests: number;
  /** It sends more than it is asked for: its messages are no answers. */
  isStream: boolean;
}

interface OpenTask {
  readonly row: TaskRow;
  readonly request: Message;
  /** Its file and function, as far as the request says. */
  readonly file: string;
  readonly name: string;
  /** Nanos when the worker's listener of the request returned; -1 until then. */
  handled: number;
}

/** Where the function of a task is defined. */
export type FindFunction = (file: string, name: string) => number;

/** A pool of a process while it is recorded. */
class WorkerPool {
  readonly id: number;
  readonly kind: string;
  readonly start: number;
  readonly stack: number;
  ready = -1;
  readonly workers: MadeWorker[] = [];
  submitted = 0;
  completed = 0;
  changed = true;

  constructor(id: number, kind: string, start: number, stack: number) {
    this.id = id;
    this.kind = kind;
    this.start = start;
    this.stack = stack;
  }

  /** The most workers that it had at a time. */
  get size(): number {
    const alive = ({ made }: MadeWorker) =>
      this.workers.filter((other) => other.made <= made && (other.ended < 0 || other.ended > made)).length;
    return Math.max(0, ...this.workers.map(alive));
  }

  /** When the last of its workers was over; -1 while one lives. */
  get end(): number {
    const ends = this.workers.map(({ ended }) => ended);
    return ends.includes(-1) ? -1 : Math.max(-1, ...ends);
  }
}

/** The pools of one process: what is sent to a worker is a task, and what comes back is its end. */
export class WorkerPools {
  private readonly rows: EventRows;
  private readonly process: number;
  private readonly find: FindFunction;
  private readonly pools = new Map<string, WorkerPool>();
  private readonly workers = new Map<number, MadeWorker>();
  private done: { task: OpenTask; time: number }[] = [];

  constructor(rows: EventRows, process: number, find: FindFunction) {
    this.rows = rows;
    this.process = process;
    this.find = find;
  }

  get poolCount(): number {
    return this.pools.size;
  }

  get taskCount(): number {
    return [...this.pools.values()].reduce((sum, pool) => sum + pool.completed, 0);
  }

  made(worker: MadeWorker): void {
    this.workers.set(worker.thread, worker);
  }

  worker(thread: number): MadeWorker | null {
    return this.workers.get(thread) ?? null;
  }

  began(thread: number, lane: number, time: number): void {
    const worker = this.workers.get(thread);
    if (!worker) return;
    worker.lane = lane;
    worker.began = time;
    if (worker.pool) ready(worker.pool, time);
  }

  /** A worker's thread is over. One that nobody asked for anything was a task itself. */
  ended(thread: number, time: number): void {
    const worker = this.workers.get(thread);
    if (!worker) return;
    if (worker.requests === 0 && worker.library === '') {
      const pool = this.poolOf(worker, '');
      const row = newTask(pool.id, pool.submitted++);
      Object.assign(row, { submit: worker.made, from: worker.maker, stack: worker.stack });
      Object.assign(row, {
        lane: worker.lane,
        dequeue: worker.began,
        start: worker.began,
        end: time,
        returned: time,
      });
      row.function = this.find(worker.file, '');
      pool.completed++;
      this.rows.tasks.push(row);
    }
    worker.ended = time;
    if (worker.pool) worker.pool.changed = true;
  }

  /** A message to a worker, from the thread that made it, and what it says of the function to call. False when it is no task. */
  request(worker: MadeWorker, message: Message, text: string): boolean {
    if (worker.isStream) return false;
    const { sent, received, submit, stack, from, to } = message;
    if (worker.library !== '' && (sent.ref < 0 || sent.name < 0)) return false;
    const [file = '', name = ''] = text.split('\n');
    worker.requests++;
    const pool = this.poolOf(worker, file);
    const row = newTask(pool.id, pool.submitted++);
    pool.changed = true;
    Object.assign(row, { submit: submit < 0 ? sent.begin : submit, stack, from: from.lane });
    Object.assign(row, { bytesOut: sent.bytes, packOut: sent.end - sent.begin });
    if (received && to) {
      Object.assign(row, { lane: to.lane, dequeue: received.time - received.duration, start: received.time });
      row.unpackOut = received.duration;
    }
    worker.open.push({ row, request: message, file: file || worker.file, name, handled: -1 });
    return true;
  }

  /** A worker's listener of a request has returned; its answer may still come. */
  handled(thread: number, end: End, index: number, time: number): void {
    const its = this.workers
      .get(thread)
      ?.open.find(({ request }) => request.end?.channel === end.channel && request.sent.index === index);
    if (its) its.handled = time;
  }

  /** A message from a worker to the thread that made it. False when it ends no task. */
  answer(worker: MadeWorker, message: Message, error: number): boolean {
    const { sent, received } = message;
    const at = worker.open.findIndex(({ request }) =>
      sent.ref >= 0 && request.sent.ref >= 0
        ? request.sent.ref === sent.ref
        : worker.library === '' && request.sent.end <= sent.begin,
    );
    const task = worker.open[at];
    if (!task) {
      if (worker.library === '' && worker.requests > 0 && worker.open.length === 0) worker.isStream = true;
      return false;
    }
    worker.open.splice(at, 1);
    const { row } = task;
    Object.assign(row, {
      end: sent.begin,
      packBack: sent.end - sent.begin,
      bytesBack: sent.bytes,
      exception: error,
    });
    if (received) {
      row.returned = received.time;
      row.unpackBack = received.duration;
    }
    if (worker.pool) {
      worker.pool.completed++;
      worker.pool.changed = true;
    }
    this.done.push({ task, time: sent.end });
    return true;
  }

  /** Writes the rows of pools that changed, and tasks that have waited long enough for the place of their function. */
  describe(now: number): void {
    const due = this.done.filter(({ time }) => time < now - PATIENCE);
    this.done = this.done.filter(({ time }) => time >= now - PATIENCE);
    for (const { task } of due) this.write(task);
    for (const pool of this.pools.values()) {
      if (!pool.changed) continue;
      pool.changed = false;
      const { id, kind, start, ready: isReady, end, size, stack, submitted, completed } = pool;
      const { process } = this;
      const times = { start, ready: isReady, stop: -1, end };
      this.rows.pools.push({
        id,
        kind,
        process,
        ...times,
        size,
        startMethod: START_METHOD,
        stack,
        submitted,
        completed,
      });
    }
  }

  /** No more will be known. `unanswered`: is given what was sent to workers that answer nothing, and is no task. */
  finish(unanswered: (message: Message) => void): void {
    for (const worker of this.workers.values()) {
      const answers = worker.library !== '' || (worker.pool?.completed ?? 0) > 0;
      for (const task of worker.open.splice(0)) {
        if (task.handled >= 0) {
          task.row.end = task.handled;
          if (worker.pool) worker.pool.completed++;
        }
        if (answers || task.handled >= 0) this.write(task);
        else unanswered(task.request);
      }
    }
    this.describe(Number.POSITIVE_INFINITY);
  }

  private write({ row, file, name }: OpenTask): void {
    row.function = this.find(file, name);
    this.rows.tasks.push(row);
  }

  /** The pool of a worker: those that one library, or one place of the program, made for one file. */
  private poolOf(worker: MadeWorker, file: string): WorkerPool {
    if (worker.pool) return worker.pool;
    const { library, maker, stack } = worker;
    const key =
      library === '' ? `${maker} ${stack} ${worker.file}` : `${maker} ${library} ${file || worker.file}`;
    let pool = this.pools.get(key);
    if (!pool) {
      pool = new WorkerPool(this.rows.newPool(), KINDS[library] ?? PLAIN, worker.made, stack);
      this.pools.set(key, pool);
    }
    worker.pool = pool;
    pool.workers.push(worker);
    if (worker.began >= 0) ready(pool, worker.began);
    pool.changed = true;
    return pool;
  }
}

function ready(pool: WorkerPool, time: number): void {
  if (pool.ready >= 0 && pool.ready <= time) return;
  pool.ready = Math.max(time, pool.start);
  pool.changed = true;
}
