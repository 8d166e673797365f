import { SCHEMAS, TableBuilder, type Tables } from '../model/index.ts';
import { rowStarts } from './weights.ts';

/** What one row of `samples` may hold, by the width of its columns. */
const MOST_NANOS = 2 ** 32 - 1;
const MOST_COUNT = 2 ** 16 - 1;

/** Rows of one lane in one window that say the same; times in Nanos. */
interface Merged {
  readonly stack: number;
  readonly state: number;
  readonly wait: number;
  readonly flags: number;
  cpu: number;
  ready: number;
  count: number;
  wall: number;
}

/**
 * Samples in fewer rows: what a lane did with one stack in one state within a window of `window` Nanos becomes one row. Wall time, CPU
 * time, readiness and the number of observations of each stack, state and lane are those that they were, over the whole run and over
 * every window; only when within a window something was done is not known any more: it stands in the order in which it first occurred.
 * More than a row can hold stays several. Rows come lane by lane within a window; those of a lane are in order of time.
 */
export function mergedSamples(tables: Pick<Tables, 'samples' | 'lanes'>, window: number): Tables['samples'] {
  const { samples, lanes } = tables;
  const starts = rowStarts(tables);
  const out = new TableBuilder(SCHEMAS.samples, Math.max(64, samples.length >> 2));
  const opened = Array.from({ length: lanes.length }, () => new Map<string, Merged>());
  const windowOf = new Float64Array(lanes.length).fill(Number.NaN);
  /** Where the next row of the lane begins. */
  const at = new Float64Array(lanes.length);

  const write = (lane: number, row: Merged): void => {
    const time = (at[lane] as number) + row.wall;
    at[lane] = time;
    const { stack, state, wait, flags, cpu, ready, count } = row;
    out.push({ lane, time, cpu, ready, stack, count, state, wait, flags });
  };
  const close = (lane: number): void => {
    const rows = opened[lane] as Map<string, Merged>;
    for (const row of rows.values()) write(lane, row);
    rows.clear();
  };

  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const start = starts[i] as number;
    const end = samples.time[i] as number;
    const its = Math.floor(end / window);
    if (its !== windowOf[lane]) {
      close(lane);
      windowOf[lane] = its;
      // Where the lane's last row ended, unless this is its first.
      at[lane] = start;
    }
    const next: Merged = {
      stack: samples.stack[i] as number,
      state: samples.state[i] as number,
      wait: samples.wait[i] as number,
      flags: samples.flags[i] as number,
      cpu: samples.cpu[i] as number,
      ready: samples.ready[i] as number,
      count: samples.count[i] as number,
      wall: end - start,
    };
    const rows = opened[lane] as Map<string, Merged>;
    const key = `${next.stack} ${next.state} ${next.wait} ${next.flags}`;
    const known = rows.get(key);
    if (known && holds(known, next)) {
      known.cpu += next.cpu;
      known.ready += next.ready;
      known.count += next.count;
      known.wall += next.wall;
      continue;
    }
    // The full one keeps its place before the one that goes on in its stead.
    if (known) rows.set(`${key} ${rows.size}`, known);
    rows.delete(key);
    rows.set(key, next);
  }
  for (let lane = 0; lane < lanes.length; lane++) close(lane);
  return out.finish();
}

const holds = (one: Merged, other: Merged): boolean =>
  one.cpu + other.cpu <= MOST_NANOS &&
  one.ready + other.ready <= MOST_NANOS &&
  one.count + other.count <= MOST_COUNT;
