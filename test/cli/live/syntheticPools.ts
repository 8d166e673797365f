import type { Batches, Call } from './batches.ts';
import { randomNumbers } from './random.ts';

const SCRIPT = '/home/ada/tiles/train.py';
/** Of the kinds, by their place: the one whose pool is made anew, and the mean length of each queue. */
const MADE_ANEW = 2;
const QUEUES = [40, 6, 0];

interface Kind {
  readonly name: string;
  readonly startMethod: string;
  readonly madeIn: readonly Call[];
  readonly functions: readonly Call[];
  /** Milliseconds of a task. */
  readonly run: number;
  readonly bytesOut: number;
  readonly bytesBack: number;
  readonly repeats: number;
}

const MAIN: Call = ['main', SCRIPT, 112];
const KINDS: readonly Kind[] = [
  {
    name: 'multiprocessing.Pool',
    startMethod: 'fork',
    madeIn: [MAIN],
    functions: [
      ['solve_tile', SCRIPT, 48],
      ['refine', SCRIPT, 83],
    ],
    run: 46,
    bytesOut: 4.2e6,
    bytesBack: 31e3,
    repeats: 97,
  },
  {
    name: 'ThreadPoolExecutor',
    startMethod: 'thread',
    madeIn: [MAIN, ['read_tiles', SCRIPT, 22]],
    functions: [['read_tile', SCRIPT, 30]],
    run: 12,
    bytesOut: 0,
    bytesBack: 0,
    repeats: 0,
  },
  {
    name: 'joblib.Parallel',
    startMethod: 'spawn',
    madeIn: [MAIN, ['score', SCRIPT, 130]],
    functions: [['Scorer.fold', '/home/ada/tiles/score.py', 12]],
    run: 480,
    bytesOut: 800,
    bytesBack: 120,
    repeats: 4,
  },
];

/** What an agent sees of a program with three kinds of pools, of which one is made anew every four seconds. */
export class SyntheticPools {
  private readonly batches: Batches;
  private readonly workers: number;
  private readonly random = randomNumbers(11);
  /** When each worker of each kind is free, in milliseconds. */
  private readonly free: number[][];
  private joblib = MADE_ANEW;
  private since = 0;
  /** Tasks of each kind that came back, of the pool that lives. */
  private readonly completed = KINDS.map(() => 0);

  constructor(batches: Batches, workers: number) {
    this.batches = batches;
    this.workers = workers;
    this.free = KINDS.map(() => Array.from({ length: workers }, () => 20));
    for (const id of KINDS.keys()) this.tell(id, 0, -1);
  }

  advance(from: number, to: number): void {
    for (const [at, kind] of KINDS.entries()) this.work(kind, at, from, to);
    const again = Math.floor(to / 4000) > Math.floor(from / 4000);
    for (const at of KINDS.keys()) this.tell(at, to, again && at === MADE_ANEW ? to : -1);
    if (again) {
      this.joblib++;
      this.since = to;
      this.completed[MADE_ANEW] = 0;
      this.tell(MADE_ANEW, to, -1);
    }
    this.talk(from, to);
  }

  /** Says how a pool is at `time`; `end`: when it was gone, -1 while it lives. */
  private tell(at: number, time: number, end: number): void {
    const { name, startMethod, madeIn } = KINDS[at] as Kind;
    const completed = this.completed[at] ?? 0;
    const wave = 1 + Math.sin(time / 2600 + 2 * at);
    const busy = Math.max(1, this.workers - (this.random() < 0.3 ? 1 : 0));
    const queued = Math.round((QUEUES[at] ?? 0) * wave);
    this.batches.pool(at === MADE_ANEW ? this.joblib : at, name, {
      start: at === MADE_ANEW ? this.since : 0,
      end,
      size: this.workers,
      submitted: completed + (end >= 0 ? 0 : queued > 0 ? this.workers + queued : busy),
      completed,
      startMethod,
      stack: this.batches.stack(madeIn),
    });
  }

  private work(kind: Kind, at: number, from: number, to: number): void {
    const free = this.free[at] ?? [];
    const pool = at === MADE_ANEW ? this.joblib : at;
    free.forEach((since, worker) => {
      let start = Math.max(since, from - 100);
      for (;;) {
        const end = start + kind.run * (0.6 + 0.8 * this.random());
        if (end > to) break;
        const failed = at === 1 && this.random() < 0.004;
        this.batches.task(pool, {
          function: kind.functions[this.random() < 0.7 ? 0 : kind.functions.length - 1] as Call,
          lane: 1 + worker,
          submit: Math.max(0, start - 300 * this.random()),
          dequeue: start,
          start: start + 0.2,
          end,
          returned: end + 1.5,
          items: at === 0 ? 4 : 1,
          bytesOut: kind.bytesOut,
          bytesBack: kind.bytesBack,
          pickling: kind.bytesOut / 4e6,
          ...(kind.bytesOut > 0 ? { repeats: kind.repeats } : {}),
          ...(failed ? { exception: 'FileNotFoundError' } : {}),
        });
        this.completed[at] = (this.completed[at] ?? 0) + 1;
        start = end + 0.3;
      }
      free[worker] = start;
    });
  }

  private talk(from: number, to: number): void {
    const { batches, random } = this;
    for (let time = from + 20; time <= to; time += 20) batches.message(1, time, 900 + 300 * random());
    const save = batches.stack([MAIN, ['Progress.save', SCRIPT, 61]]);
    const update = batches.stack([MAIN, ['solve_tile', SCRIPT, 48], ['Progress.update', SCRIPT, 57]]);
    const log = batches.stack([MAIN, ['log', SCRIPT, 70]]);
    for (let lane = 1; lane <= this.workers; lane++) {
      const waited = 40 * random();
      batches.lockWait(lane, to - waited, to, { stack: update, holder: 0, holderStack: save });
      if (lane % 2 === 0) batches.lockWait(lane, to - waited / 9, to, { stack: log });
    }
  }
}
