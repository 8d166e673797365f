import type { Interner, StackId } from '../../model/index.ts';
import type { TraceEvent, TraceEvents } from './events.ts';

/** `train.py(12): step`, as Kineto writes functions of Python. */
const PYTHON = /^(.+)\((\d+)\): (.+)$/;

/**
 * What ran on a thread when: functions of Python where the profiler was asked for stacks, and operators. They enclose each other, so
 * the stack at a time is what has begun and not ended.
 */
export class Nesting {
  private readonly events: TraceEvents;
  private readonly rows: Uint32Array;
  private readonly interner: Interner;
  private readonly open: { readonly end: number; readonly stack: StackId }[] = [];
  private next = 0;

  /** `rows`: functions and operators of one thread, in the order in which they begin, the longer of two first. */
  constructor(events: TraceEvents, rows: Uint32Array, interner: Interner) {
    this.events = events;
    this.rows = rows;
    this.interner = interner;
  }

  /** Stack at a time, -1 for none. Times must be asked for in their order. */
  at(time: number): StackId | -1 {
    for (let row = this.rows[this.next]; row !== undefined; row = this.rows[++this.next]) {
      const event = this.events.at(row);
      if (event.start > time) break;
      // What ends where the next begins does not enclose it.
      this.close(event.start + 1);
      this.open.push({
        end: event.end,
        stack: this.interner.stack(this.open.at(-1)?.stack ?? -1, this.frame(event)),
      });
    }
    this.close(time);
    return this.open.at(-1)?.stack ?? -1;
  }

  private close(time: number): void {
    while ((this.open.at(-1)?.end ?? Number.POSITIVE_INFINITY) < time) this.open.pop();
  }

  private frame({ kind, name }: TraceEvent) {
    const [, file = '', line = '0', code = name] = (kind === 'python' && PYTHON.exec(name)) || [];
    const number = Number(line) % 2 ** 32;
    return this.interner.frame(code, file, number, number, kind === 'python' ? 'python' : 'native');
  }
}
