import type { Tables } from '../../model/index.ts';
import type { DeviceWork } from '../deviceWork.ts';

/** Streams of one process that are looked through for what a thread waited for. */
const MOST_STREAMS = 64;

interface Steps {
  readonly of: Int32Array;
  readonly work: DeviceWork;
}

/** The steps of each stream in their order, as far as they have been added, and which of them had ended at what time. */
export class Streams {
  private readonly lanes: Tables['lanes'];
  private readonly lastOf: Int32Array;
  private readonly before: Int32Array;
  private readonly after: Int32Array;
  /** By stream, a step that had ended when this was last asked: most questions are about ever later times. */
  private readonly cursor: Int32Array;
  private readonly ofProcess = new Map<number, number[]>();

  constructor(lanes: Tables['lanes'], steps: number) {
    this.lanes = lanes;
    this.lastOf = new Int32Array(lanes.length).fill(-1);
    this.cursor = new Int32Array(lanes.length).fill(-1);
    this.before = new Int32Array(steps).fill(-1);
    this.after = new Int32Array(steps).fill(-1);
  }

  /** The last step of a stream, -1 for none. */
  last(stream: number): number {
    return this.lastOf[stream] as number;
  }

  add(stream: number, step: number): void {
    const last = this.lastOf[stream] as number;
    if (last >= 0) {
      this.after[last] = step;
      this.before[step] = last;
    } else {
      this.cursor[stream] = step;
      const process = this.lanes.process[stream] as number;
      const streams = this.ofProcess.get(process);
      if (!streams) this.ofProcess.set(process, [stream]);
      else if (streams.length < MOST_STREAMS) streams.push(stream);
    }
    this.lastOf[stream] = step;
  }

  /** The step on another stream of the same process whose work was the last to end after `from` and not after `to`; -1 for none. */
  latest(own: number, steps: Steps, from: number, to: number): number {
    return this.search(this.lanes.process[own] as number, own, steps, from, to, -1);
  }

  /** The same among all streams of a thread's process, but for step `except`. */
  endedIn(thread: number, steps: Steps, from: number, to: number, except: number): number {
    return this.search(this.lanes.process[thread] as number, -1, steps, from, to, except);
  }

  private search(
    process: number,
    butStream: number,
    steps: Steps,
    from: number,
    to: number,
    but: number,
  ): number {
    let [best, time] = [-1, from];
    for (const stream of this.ofProcess.get(process) ?? []) {
      if (stream === butStream) continue;
      const step = this.endedBy(stream, steps, to);
      if (step < 0 || step === but) continue;
      const end = endOf(steps, step);
      if (end > time && end <= to) [best, time] = [step, end];
    }
    return best;
  }

  /** The last step of a stream whose work had ended at `time`. */
  private endedBy(stream: number, steps: Steps, time: number): number {
    let step = this.cursor[stream] as number;
    // Another thread may have asked about a later time, but not about a much later one.
    while (step >= 0 && endOf(steps, step) > time) step = this.before[step] as number;
    if (step < 0) return -1;
    let next = this.after[step] as number;
    while (next >= 0 && endOf(steps, next) <= time) {
      step = next;
      next = this.after[step] as number;
    }
    this.cursor[stream] = step;
    return step;
  }
}

const endOf = ({ of, work }: Steps, step: number): number => work.end[of[step] as number] as number;
