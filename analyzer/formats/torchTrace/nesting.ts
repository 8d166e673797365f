import type { Interner, StackId } from '../../model/index.ts';
import type { TraceEvent } from './events.ts';

/** `train.py(12): step`, as Kineto writes functions of Python. */
const PYTHON = /^(.+)\((\d+)\): (.+)$/;

/**
 * What ran on a thread when: functions of Python where the profiler was asked for stacks, and operators. They enclose each other, so
 * the stack at a time is what has begun and not ended.
 */
export class Nesting {
  private readonly events: TraceEvent[];
  private readonly interner: Interner;
  private readonly open: { readonly end: number; readonly stack: StackId }[] = [];
  private next = 0;

  /** `events`: of one thread, in any order. */
  constructor(events: readonly TraceEvent[], interner: Interner) {
    this.events = [...events].sort((a, b) => a.start - b.start || b.end - a.end);
    this.interner = interner;
  }

  /** Stack at a time, -1 for none. Times must be asked for in their order. */
  at(time: number): StackId | -1 {
    for (let event = this.events[this.next]; event && event.start <= time; event = this.events[++this.next]) {
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
    return this.interner.frame(
      code,
      file,
      Number(line),
      Number(line),
      kind === 'python' ? 'python' : 'native',
    );
  }
}
