import { newTask, type TaskRow } from '../newTask.ts';
import type { PoolRows } from './rows.ts';

/** One call that submitted tasks. */
export interface Job {
  readonly submit: number;
  readonly from: number;
  readonly stack: number;
  /** What its tasks run, -1 where each of them says it. */
  readonly function: number;
  /** Calls that each of its tasks makes, unless it says another number. */
  readonly items: number;
  /** Tasks that are still to come back; Infinity when it was not said how many there are. */
  left: number;
}

/** Jobs whose submission is remembered, since their tasks may come back long after: a million submitted futures. */
const MOST_JOBS = 1 << 20;
/** Tasks that wait for the rest of what is to be known of them; beyond, the oldest are written as they are. */
const MOST_OPEN = 200_000;
const TASKS_OF_A_JOB = 2 ** 22;

/** A pool of the run while it is recorded: its jobs and the tasks that are on their way. */
export class Pool {
  /** Our number, the row of `pools`. */
  readonly id: number;
  readonly process: number;
  kind = '';
  startMethod = '';
  size = 0;
  stack = -1;
  /** Nanos; all but `start` are -1 when not seen. */
  start: number;
  ready = -1;
  stop = -1;
  end = -1;
  /** Lane of the thread that made it, -1 when unknown. */
  maker = -1;
  /** The last task that was written: what is left out is most likely of its kind. */
  last: Pick<TaskRow, 'job' | 'function'> = { job: 0, function: -1 };
  submitted = 0;
  completed = 0;
  /** Tasks that its process said it had given to it, where each has a record only when it is done. */
  given = 0;
  /** Whether it can be told in its process which task has come back. */
  returns = true;
  /** Whether its tasks themselves say when they were submitted, and no record before. */
  submitsWithTasks = false;
  /** Its process does not write down every task that it sends. */
  sampled = false;
  private changed = true;
  private readonly rows: PoolRows;
  private readonly jobs = new Map<number, Job>();
  private readonly open = new Map<number, TaskRow>();

  constructor(rows: PoolRows, process: number, start: number) {
    this.rows = rows;
    this.id = rows.newPool();
    this.process = process;
    this.start = start;
  }

  /** Something that its row tells has changed. */
  touch(): void {
    this.changed = true;
  }

  /** The first of its workers has started. */
  isReady(time: number): void {
    if (this.ready >= 0 && this.ready <= time) return;
    this.ready = time;
    // Some are only known when they have their workers.
    this.start = Math.min(this.start, time);
    this.changed = true;
  }

  addJob(number: number, job: Job): void {
    if (this.jobs.size < MOST_JOBS) this.jobs.set(number, job);
  }

  hasJob(number: number): boolean {
    return this.jobs.has(number);
  }

  /** Whether nobody said how many tasks the job has. */
  isOpenEnded(number: number): boolean {
    return this.jobs.get(number)?.left === Number.POSITIVE_INFINITY;
  }

  /** The task on its way with that number, which is made when it is not there. */
  task(job: number, task: number): TaskRow {
    const key = job * TASKS_OF_A_JOB + task;
    let row = this.open.get(key);
    if (!row) {
      // How many calls it makes is its own to say, or its job's.
      row = { ...newTask(this.id, job), items: 0 };
      this.open.set(key, row);
      if (this.open.size > MOST_OPEN) this.writeOldest();
    }
    return row;
  }

  /** Writes a task that is on its way no more. */
  close(job: number, task: number): void {
    const key = job * TASKS_OF_A_JOB + task;
    const row = this.open.get(key);
    if (row && this.counts(row)) this.write(row);
    this.open.delete(key);
  }

  /** Writes a row with what its job knows. */
  write(row: TaskRow): void {
    const job = this.jobs.get(row.job);
    if (job && row.submit < 0) {
      row.submit = job.submit;
      row.from = job.from;
      row.stack = job.stack;
    }
    if (row.stack < 0) {
      // joblib submits most tasks from a thread of its own: the code that made the pool is what a user knows.
      row.stack = this.stack;
      row.from = this.maker;
    }
    if (row.function < 0) row.function = job?.function ?? -1;
    if (row.items === 0) row.items = job?.items ?? 1;
    if (row.function >= 0) this.last = row;
    if (job) {
      job.left -= row.weight;
      if (job.left <= 0) this.jobs.delete(row.job);
    }
    this.rows.task(row);
  }

  /** No more will be known of the tasks that are open. */
  finish(): void {
    for (const row of this.open.values()) if (this.counts(row)) this.write(row);
    this.open.clear();
    this.changed = true;
  }

  /** Writes its row when that has changed. */
  describe(): void {
    if (!this.changed) return;
    this.changed = false;
    const { id, kind, process, start, ready, stop, end, size, startMethod, stack, submitted, completed } =
      this;
    this.rows.pools.push({
      id,
      kind,
      process,
      start,
      ready,
      stop,
      end,
      size,
      startMethod,
      stack,
      submitted,
      completed,
    });
  }

  /** Whether a row is a task that no other row stands for: what was left out where it was sent counts there. */
  private counts(row: TaskRow): boolean {
    return !this.sampled || row.packOut >= 0;
  }

  private writeOldest(): void {
    for (const [key, row] of this.open) {
      if (this.counts(row)) this.write(row);
      this.open.delete(key);
      break;
    }
  }
}
