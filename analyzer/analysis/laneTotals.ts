import { GIL_WAIT, type Tables } from '../model/index.ts';

/** Nanos that each lane spent in each state, and its observations. The four times of a lane add up to its sampled life. */
export interface LaneTotals {
  readonly running: Float64Array;
  readonly ready: Float64Array;
  /** Waiting for anything but the GIL. */
  readonly waiting: Float64Array;
  readonly gil: Float64Array;
  readonly samples: Float64Array;
}

export function laneTotals(
  { samples, lanes }: Pick<Tables, 'samples' | 'lanes'>,
  starts: Float64Array,
): LaneTotals {
  const n = lanes.length;
  const running = new Float64Array(n);
  const ready = new Float64Array(n);
  const waiting = new Float64Array(n);
  const gil = new Float64Array(n);
  const count = new Float64Array(n);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const cpu = samples.cpu[i] as number;
    const delay = samples.ready[i] as number;
    // The kernel's counters lag a tick behind the clock, so one row may hold more CPU time than wall time.
    const rest = (samples.time[i] as number) - (starts[i] as number) - cpu - delay;
    running[lane] = (running[lane] as number) + cpu;
    ready[lane] = (ready[lane] as number) + delay;
    const idle = samples.state[i] === GIL_WAIT ? gil : waiting;
    idle[lane] = (idle[lane] as number) + rest;
    count[lane] = (count[lane] as number) + (samples.count[i] as number);
  }
  for (let lane = 0; lane < n; lane++) {
    waiting[lane] = Math.max(0, waiting[lane] as number);
    gil[lane] = Math.max(0, gil[lane] as number);
  }
  return { running, ready, waiting, gil, samples: count };
}
