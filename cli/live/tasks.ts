import { queueWait, runTime, wayBack } from '../../analyzer/analysis/taskTimes.ts';
import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import { NOT_LOOKED } from '../../analyzer/model/index.ts';

/** A mean that knows what it is made of: values that were not seen take no part in it. */
export class Mean {
  sum = 0;
  weight = 0;

  add(value: number, weight: number): void {
    this.sum += value * weight;
    this.weight += weight;
  }

  /** Null while nothing is known. */
  get value(): number | null {
    return this.weight > 0 ? this.sum / this.weight : null;
  }
}

type Tasks = SessionBatch['tasks'];

/** How a task ended. */
export type Outcome = 'done' | 'failed' | 'lost' | 'never run';

export function outcomeOf(tasks: Tasks, row: number): Outcome {
  if ((tasks.exception[row] ?? -1) >= 0) return 'failed';
  const came = (tasks.end[row] ?? -1) >= 0 || (tasks.returned[row] ?? -1) >= 0;
  if (came) return 'done';
  const left = (tasks.dequeue[row] ?? -1) >= 0 || (tasks.start[row] ?? -1) >= 0;
  return left ? 'lost' : 'never run';
}

/** Sums over tasks: of a function, or of a pool. Times are Nanos, volumes bytes, each of one task. */
export class TaskFigures {
  /** Tasks that came back, those that an exception ended among them. */
  done = 0;
  failed = 0;
  /** Tasks that a worker took and that never came back. */
  lost = 0;
  longest = 0;
  /** Calls in a task: the chunk size. */
  readonly items = new Mean();
  readonly run = new Mean();
  readonly queueWait = new Mean();
  readonly wayBack = new Mean();
  /** Serialising and deserialising, both ways. */
  readonly serialising = new Mean();
  readonly bytesOut = new Mean();
  readonly bytesBack = new Mean();
  /** Share of the arguments, 0 to 1, that earlier tasks had carried, weighted by their bytes. */
  readonly repeated = new Mean();
  /** Row of `strings`, the type of the latest exception; -1 for none. */
  exception = -1;

  add(tasks: Tasks, row: number): void {
    const weight = tasks.weight[row] ?? 1;
    const outcome = outcomeOf(tasks, row);
    if (outcome === 'never run') return;
    if (outcome === 'lost') this.lost += weight;
    else this.done += weight;
    if (outcome === 'failed') {
      this.failed += weight;
      this.exception = tasks.exception[row] ?? -1;
    }
    this.items.add(tasks.items[row] ?? 1, weight);
    this.times(tasks, row, weight);
    this.volumes(tasks, row, weight);
  }

  private times(tasks: Tasks, row: number, weight: number): void {
    const run = runTime(tasks, row);
    this.longest = Math.max(this.longest, run);
    addSeen(this.run, run, weight);
    addSeen(this.queueWait, queueWait(tasks, row), weight);
    addSeen(this.wayBack, wayBack(tasks, row), weight);
    let serialising = 0;
    for (const part of [tasks.packOut, tasks.unpackOut, tasks.packBack, tasks.unpackBack]) {
      const nanos = part[row] ?? -1;
      if (nanos < 0) return;
      serialising += nanos;
    }
    this.serialising.add(serialising, weight);
  }

  private volumes(tasks: Tasks, row: number, weight: number): void {
    const out = tasks.bytesOut[row] ?? -1;
    const back = tasks.bytesBack[row] ?? -1;
    if (out >= 0) this.bytesOut.add(out, weight);
    if (back >= 0) this.bytesBack.add(back, weight);
    const repeats = tasks.repeats[row] ?? NOT_LOOKED;
    if (repeats !== NOT_LOOKED && out > 0) this.repeated.add(Math.min(1, repeats / 100), out * weight);
  }
}

/** `time`: Nanos; -1 where it was not seen. */
function addSeen(mean: Mean, time: number, weight: number): void {
  if (time >= 0) mean.add(time, weight);
}
