import { newTask } from '../newTask.ts';
import { Messages, type SentMessage } from './messages.ts';
import type { ProcessNames } from './names.ts';
import { Pool } from './pool.ts';
import { ProcessTasks } from './processTasks.ts';
import type { FieldsOf, PoolRecord } from './records.ts';
import type { PoolRows } from './rows.ts';

/** States that a pool's log tells of. */
const STARTED = 1;
const STOPPING = 2;
const GONE = 3;
const NO_RETURNS = 4;
const GIVEN = 5;
/** What a process says before it leaves out its first task. */
const SAMPLED = 'sampled';
const MOST_NOTES = 20;

/** One process whose log is read. */
export interface LoggedProcess {
  readonly pid: number;
  readonly names: ProcessNames;
  /** Pools that it made, by its own number. */
  readonly pools: Map<number, Pool>;
  /** Hooks that stepped aside, and why. */
  readonly notes: Set<string>;
  /** Not every task of its pools has a record. */
  sampled: boolean;
  /** When it knew that it is a worker, and of which pool; Nanos, -1 and null until then. */
  workerSince: number;
  lastMessage: SentMessage | null;
  worksFor: Pool | null;
}

/**
 * Joins what the processes of a run have written down: a parent knows when a task was submitted and what was pickled, a worker
 * when it took it and how long it ran. They meet in the number of the task and in the inode of the queue's pipe.
 */
export class RunJoin {
  readonly messages: Messages;
  private readonly rows: PoolRows;
  private readonly byKey = new Map<number, Pool>();
  private readonly pools: Pool[] = [];
  private readonly processes: ProcessTasks;

  constructor(rows: PoolRows) {
    this.rows = rows;
    this.messages = new Messages(rows);
    this.processes = new ProcessTasks(rows, (pool) => this.pools.push(pool));
  }

  get poolCount(): number {
    return this.pools.length;
  }

  get taskCount(): number {
    return this.pools.reduce((sum, pool) => sum + pool.completed, 0);
  }

  /** Takes one record; false when what it refers to is not there (yet). */
  take(from: LoggedProcess, record: PoolRecord): boolean {
    switch (record.kind) {
      case 'text':
        from.names.learnText(record.number, record.text);
        return true;
      case 'note':
        if (record.text === SAMPLED) for (const pool of from.pools.values()) pool.sampled = true;
        if (record.text === SAMPLED) from.sampled = true;
        else if (from.notes.size < MOST_NOTES) from.notes.add(record.text);
        return true;
      case 'thread':
        this.rows.nameThread(from.pid, record.number, record.text);
        return true;
      case 'function':
        from.names.learnFunction(record);
        return true;
      case 'stack':
        from.names.learnStack(record);
        return true;
      case 'process':
        return true;
      case 'pool':
        this.newPool(from, record);
        return true;
      case 'poolState':
        return this.poolState(from, record);
      case 'submit':
        return this.submit(from, record);
      case 'sent':
        return this.sent(from, record);
      case 'ran':
        return this.ran(from, record);
      case 'back':
        return this.back(from, record);
      case 'task':
        return this.task(from, record);
      case 'out':
        this.out(from, record);
        return true;
      case 'in':
        this.messages.receive(record.channel, {
          lane: this.rows.lane(from.pid, record.thread, record.begin),
          start: record.begin,
          end: record.end,
          bytes: record.bytes,
        });
        return true;
      case 'child':
        from.workerSince = record.time;
        return true;
      case 'starts':
      case 'runs':
      case 'exits':
        this.processes.take(from, record);
        return true;
    }
  }

  /** Writes the rows of pools that changed, and messages that nobody will be seen to receive. */
  describe(now: number): void {
    for (const pool of this.pools) pool.describe();
    this.messages.flush(now);
  }

  /** No log will say any more. */
  finish(): void {
    for (const pool of this.pools) pool.finish();
    this.messages.flush(Number.POSITIVE_INFINITY);
    for (const pool of this.pools) pool.describe();
  }

  /**
   * What a process left out of its log since the last task and the last message that it wrote. Rows without times, or like
   * the last, keep the numbers exact.
   */
  leftOut(from: LoggedProcess, tasks: number, messages: number): void {
    const pool = [...from.pools.values()].at(-1);
    if (!from.sampled) return;
    if (pool && tasks > 0) {
      pool.write({ ...newTask(pool.id, pool.last.job), function: pool.last.function, weight: tasks });
      if (pool.startMethod === 'thread') pool.completed += tasks;
      if (pool.submitsWithTasks) pool.submitted += tasks;
    }
    if (messages > 0 && from.lastMessage) this.messages.send(0, { ...from.lastMessage, weight: messages });
  }

  private newPool(from: LoggedProcess, record: Readonly<FieldsOf<'pool'>>): void {
    const pool = new Pool(this.rows, from.pid, record.time);
    pool.kind = from.names.text(record.name);
    pool.startMethod = from.names.text(record.method);
    pool.size = record.size;
    pool.stack = from.names.stack(record.stack);
    pool.maker = this.rows.lane(from.pid, record.thread, record.time);
    pool.sampled = from.sampled;
    from.pools.set(record.number, pool);
    this.pools.push(pool);
    if (record.key > 0) this.byKey.set(record.key, pool);
  }

  private poolState(from: LoggedProcess, record: Readonly<FieldsOf<'poolState'>>): boolean {
    const { number, state, time, size } = record;
    const pool = from.pools.get(number);
    if (!pool) return false;
    if (state === STARTED) pool.size = size;
    if (state === GIVEN) pool.given = Math.max(pool.given, size);
    // A pool of threads has its workers as soon as it has started them.
    if (state === STARTED && pool.startMethod === 'thread') pool.isReady(time);
    else if (state === STOPPING) pool.stop = time;
    else if (state === GONE) pool.end = time;
    else if (state === NO_RETURNS) pool.returns = false;
    pool.touch();
    return true;
  }

  private submit(from: LoggedProcess, record: Readonly<FieldsOf<'submit'>>): boolean {
    const pool = from.pools.get(record.pool);
    if (!pool) return false;
    const tasks = Math.ceil(record.items / Math.max(1, record.chunk));
    pool.addJob(record.job, {
      submit: record.time,
      from: this.rows.lane(from.pid, record.thread, record.time),
      stack: from.names.stack(record.stack),
      function: from.names.function(record.function),
      items: record.chunk,
      left: tasks === 0 ? Number.POSITIVE_INFINITY : tasks,
    });
    pool.submitted += tasks;
    pool.touch();
    return true;
  }

  private sent(from: LoggedProcess, record: Readonly<FieldsOf<'sent'>>): boolean {
    const pool = from.pools.get(record.pool);
    if (!pool) return false;
    // An iterator's length is not known when it is submitted.
    if (pool.isOpenEnded(record.job)) pool.submitted += record.weight;
    const task = pool.task(record.job, record.task);
    task.function = from.names.function(record.function);
    task.items = record.items;
    task.weight = record.weight;
    task.bytesOut = record.bytes;
    task.packOut = record.end - record.begin;
    task.repeats = record.repeats;
    if (!pool.hasJob(record.job)) {
      // Nothing but the pickling tells that it was submitted.
      task.submit = record.begin;
      pool.submitted += record.weight;
    }
    if (!pool.returns) {
      pool.touch();
      if (task.end >= 0) pool.close(record.job, record.task);
    }
    return true;
  }

  private ran(from: LoggedProcess, record: Readonly<FieldsOf<'ran'>>): boolean {
    const pool = this.byKey.get(record.key);
    if (!pool) return false;
    if (from.worksFor !== pool) {
      from.worksFor = pool;
      if (from.workerSince >= 0) pool.isReady(from.workerSince);
    }
    const task = pool.task(record.job, record.task);
    const wasBack = task.returned >= 0;
    task.lane = this.rows.lane(from.pid, record.thread, record.taken);
    task.dequeue = record.taken;
    task.start = record.start;
    task.end = record.end;
    task.unpackOut = record.start - record.taken;
    task.packBack = record.packed - record.end;
    task.bytesBack = record.bytes;
    task.exception = from.names.string(record.exception);
    if (!pool.returns) {
      pool.completed++;
      pool.touch();
    }
    if (wasBack || (!pool.returns && task.packOut >= 0)) pool.close(record.job, record.task);
    return true;
  }

  private back(from: LoggedProcess, record: Readonly<FieldsOf<'back'>>): boolean {
    const pool = from.pools.get(record.pool);
    if (!pool) return false;
    const task = pool.task(record.job, record.task);
    task.returned = record.end;
    task.unpackBack = record.end - record.begin;
    pool.completed++;
    pool.touch();
    if (task.end >= 0) pool.close(record.job, record.task);
    return true;
  }

  private task(from: LoggedProcess, record: Readonly<FieldsOf<'task'>>): boolean {
    const pool = from.pools.get(record.pool);
    if (!pool) return false;
    const known = record.submit > 0;
    pool.write({
      ...newTask(pool.id, record.job),
      function: from.names.function(record.function),
      stack: from.names.stack(record.stack),
      lane: this.rows.lane(from.pid, record.thread, record.start),
      from: known ? this.rows.lane(from.pid, record.submitter, record.submit) : -1,
      submit: known ? record.submit : -1,
      dequeue: record.start,
      start: record.start,
      end: record.end,
      items: record.items,
      weight: record.weight,
      bytesOut: 0,
      bytesBack: 0,
      packOut: 0,
      unpackOut: 0,
      packBack: 0,
      unpackBack: 0,
      exception: from.names.string(record.exception),
    });
    pool.submitsWithTasks = known;
    if (known) pool.submitted += record.weight;
    pool.completed += record.weight;
    if (pool.ready < 0) pool.isReady(record.start);
    pool.touch();
    return true;
  }

  private out(from: LoggedProcess, record: Readonly<FieldsOf<'out'>>): void {
    const message = {
      lane: this.rows.lane(from.pid, record.thread, record.begin),
      start: record.begin,
      end: record.end,
      bytes: record.bytes,
      stack: from.names.stack(record.stack),
      weight: record.weight,
    };
    from.lastMessage = message;
    this.messages.send(record.channel, message);
  }
}
