import type { LoggedProcess } from './join.ts';
import { Pool } from './pool.ts';
import type { FieldsOf } from './records.ts';
import type { PoolRows } from './rows.ts';

const KIND = 'multiprocessing.Process';

/** The `Process` objects of a program: all that one process starts are tasks of one pool. */
export class ProcessTasks {
  private readonly rows: PoolRows;
  private readonly made: (pool: Pool) => void;
  /** By the process that starts them. */
  private readonly pools = new Map<number, Pool>();

  constructor(rows: PoolRows, made: (pool: Pool) => void) {
    this.rows = rows;
    this.made = made;
  }

  /** A `Process` of its own is a task: submitted when it is started, done when its function is. */
  take(
    from: LoggedProcess,
    record: { readonly kind: 'starts' | 'runs' | 'exits' } & Readonly<FieldsOf<'starts'>>,
  ): void {
    const parent = record.kind === 'starts' ? from.pid : record.parent;
    const pool = this.poolOf(parent, record.time);
    const number = identityNumber(from.names.text(record.name));
    const task = pool.task(number, 0);
    if (record.kind === 'starts') {
      task.submit = record.time;
      task.from = this.rows.lane(from.pid, record.thread, record.time);
      task.stack = from.names.stack(record.stack);
      pool.submitted++;
    } else if (record.kind === 'runs') {
      task.lane = this.rows.lane(from.pid, record.thread, record.time);
      task.dequeue = record.time;
      task.start = record.time;
      pool.isReady(record.time);
      pool.size = Math.max(pool.size, pool.submitted - pool.completed);
    } else {
      task.end = record.time;
      // `stack` of this kind is the number of the text that names the exception.
      task.exception = from.names.string(record.stack);
      pool.completed++;
    }
    if (task.function < 0) task.function = from.names.function(record.function);
    if (task.end >= 0 && task.submit >= 0) pool.close(number, 0);
    pool.touch();
  }

  private poolOf(parent: number, time: number): Pool {
    let pool = this.pools.get(parent);
    if (!pool) {
      pool = new Pool(this.rows, parent, time);
      pool.kind = KIND;
      this.pools.set(parent, pool);
      this.made(pool);
    }
    return pool;
  }
}

/** The last number of an identity such as `2:1`: that of a child among those of its parent. */
function identityNumber(identity: string): number {
  const number = Number(identity.slice(identity.lastIndexOf(':') + 1));
  return Number.isSafeInteger(number) && number >= 0 && number < 2 ** 31 ? number : 0;
}
