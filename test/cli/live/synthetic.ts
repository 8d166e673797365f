import type { SessionBatch } from '../../../analyzer/collect/collector.ts';
import { Batches, type Call } from './batches.ts';
import { randomNumbers } from './random.ts';
import { SyntheticPools } from './syntheticPools.ts';

const SCRIPT = '/home/ada/tiles/train.py';
const PYTHON = '/usr/lib/python3.11';
const NUMPY = '/home/ada/venv/lib/python3.11/site-packages/numpy/core/multiarray.py';
const MAIN: Call[] = [
  ['<module>', SCRIPT, 1],
  ['main', SCRIPT, 112],
];
const POOL: Call[] = [
  ...MAIN,
  ['Pool._repopulate_pool', `${PYTHON}/multiprocessing/pool.py`, 310],
  ['worker', `${PYTHON}/multiprocessing/pool.py`, 97],
];
const TASK: Call[] = [
  ...POOL,
  ['mapstar', `${PYTHON}/multiprocessing/pool.py`, 47],
  ['solve_tile', SCRIPT, 48],
];

const WORK: readonly (readonly [number, readonly Call[]])[] = [
  [30, [...TASK, ['assemble', SCRIPT, 71], ['dot', NUMPY, 741]]],
  [9, [...TASK, ['assemble', SCRIPT, 71]]],
  [8, [...TASK, ['assemble', SCRIPT, 71], ['concatenate', NUMPY, 152]]],
  [18, [...TASK, ['refine', SCRIPT, 83], ['objective', SCRIPT, 87]]],
  [12, [...TASK, ['refine', SCRIPT, 83], ['objective', SCRIPT, 87], ['exp', NUMPY, 12]]],
  [4, [...TASK, ['refine', SCRIPT, 83], ['minimize', NUMPY.replaceAll('numpy', 'scipy'), 53]]],
  [6, TASK],
  [3, [...TASK, ['fibonacci', SCRIPT, 9], ['fibonacci', SCRIPT, 9], ['fibonacci', SCRIPT, 9]]],
];
const DUMPS: Call[] = [
  ...MAIN,
  ['Pool.map', `${PYTHON}/multiprocessing/pool.py`, 362],
  ['ForkingPickler.dumps', `${PYTHON}/multiprocessing/reduction.py`, 48],
];
const STEP: Call[] = [...MAIN, ['train_step', SCRIPT, 91]];
const TAKES_A_TASK: Call[] = [...POOL, ['SimpleQueue.get', `${PYTHON}/multiprocessing/queues.py`, 364]];

const COUNTERS = [0, 1, 2, 3]
  .map((core) => `core ${core} load (%)`)
  .concat('memory used (B)', 'other processes (%)');

/** A pool of workers in motion: what a live view must be able to show. `workers` lanes beside the main one. */
export class SyntheticRun {
  readonly batches = new Batches();
  private readonly random = randomNumbers(7);
  private readonly workers: number;
  private readonly hz: number;
  private readonly pools: SyntheticPools | null;
  private time = 0;

  /** `pools`: whether an agent sees the tasks of the pool as well, and those of others beside it. */
  constructor(workers: number, hz = 500, pools = false) {
    this.workers = workers;
    this.hz = hz;
    this.pools = pools ? new SyntheticPools(this.batches, workers) : null;
    this.batches.lane(0, 'main', 'main', { process: 4100 });
    for (let i = 1; i <= workers; i++) this.batches.lane(i, 'worker', `worker ${i}`, { process: 4100 + i });
    COUNTERS.forEach((name, i) => {
      this.batches.lane(1000 + i, 'device', name, { kind: 'counter' });
    });
  }

  /** The batch of the next `ms` milliseconds. */
  advance(ms = 250): SessionBatch {
    const { batches, random } = this;
    const step = 1000 / this.hz;
    const end = this.time + ms;
    for (let time = this.time + step; time <= end + 1e-6; time += step) {
      this.main(time, step);
      for (let lane = 1; lane <= this.workers; lane++) this.worker(lane, time, step);
    }
    for (let core = 0; core < 4; core++)
      batches.counter(1000 + core, end, 100 * Math.min(1, 0.55 + random() * 0.5));
    batches.counter(1004, end, 3.1e9 + 2e8 * random()).counter(1005, end, 12 + 4 * random());
    this.pools?.advance(this.time, end);
    this.time = end;
    return batches.batch();
  }

  private main(time: number, step: number): void {
    const { batches, random } = this;
    const phase = (time / 1000) % 7;
    if (phase < 3) batches.sample(0, time, batches.stack(DUMPS), { cpu: step * (0.8 + 0.2 * random()) });
    else if (phase < 5) batches.sample(0, time, batches.stack(STEP), { cpu: step * (0.4 + 0.3 * random()) });
    else batches.sample(0, time, batches.stack(DUMPS.slice(0, -1)), { state: 'waiting', wait: 'lock' });
  }

  private worker(lane: number, time: number, step: number): void {
    const { batches, random } = this;
    const phase = (time / 1000 + lane * 3.1) % 11;
    if (lane % 5 === 4 && phase > 4) {
      batches.sample(lane, time, batches.stack(TAKES_A_TASK), { state: 'waiting', wait: 'pipe' });
    } else if (lane % 3 === 2 && phase > 6) {
      const gil = random() < 0.7;
      batches.sample(lane, time, this.work(), gil ? { state: 'gil', wait: 'gil' } : { cpu: step });
    } else if (lane % 7 === 6 && phase > 7) {
      batches.sample(lane, time, this.work(), { state: 'ready', cpu: step * 0.3, ready: step * 0.7 });
    } else batches.sample(lane, time, this.work(), { cpu: step * (0.75 + 0.25 * random()) });
  }

  private work(): number {
    let at = this.random() * 90;
    for (const [weight, calls] of WORK) {
      at -= weight;
      if (at <= 0) return this.batches.stack(calls);
    }
    return this.batches.stack(TASK);
  }
}
