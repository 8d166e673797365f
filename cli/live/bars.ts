import type { Glyphs } from './glyphs.ts';
import type { History } from './history.ts';
import type { Line } from './line.ts';
import { BIN, type Gauge, type Series, SHOWN_BINS } from './series.ts';

/** A bar for a share from 0 to 1, in `cells` cells, an eighth of a cell exact. */
export function drawBar(line: Line, share: number, cells: number, style: string): void {
  const end = line.column + cells;
  const { widths } = line.look.glyphs;
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * cells * 8);
  // What is there is seen, however little it is.
  const shown = share > 0 ? Math.max(1, eighths) : 0;
  const full = Math.floor(shown / 8);
  const rest = shown % 8;
  line.glyphs((widths[7] ?? '#').repeat(full) + (rest > 0 ? (widths[rest - 1] ?? '') : ''), style);
  line.to(end);
}

/** Cells a sparkline takes of `room`: a divisor of its bins, so that every cell stands for the same time. */
export function sparkCells(room: number): number {
  for (let bins = 1; bins <= SHOWN_BINS; bins++) {
    if (SHOWN_BINS % bins === 0 && SHOWN_BINS / bins <= room) return SHOWN_BINS / bins;
  }
  return 0;
}

const shares = { cpu: 0, ready: 0, gil: 0, lock: 0 };

/**
 * CPU of the 30 seconds up to `now`, newest at the right, of a lane that began at `start` and whose data reaches to
 * `until` (all in Nanos since the run's start). Height is the share of a CPU. A cell in which the lane was
 * kept from running for longer than it was idle has its background tinted by what kept it.
 *
 * Cells stand at fixed times: a picture that is cut anew with every frame seems to boil.
 */
export function drawSpark(
  line: Line,
  history: History,
  cells: number,
  start: number,
  until: number,
  now: number,
): void {
  const { palette, glyphs } = line.look;
  const span = (SHOWN_BINS / cells) * BIN;
  const last = Math.ceil(now / span) - 1;
  for (let cell = last - cells + 1; cell <= last; cell++) {
    const from = Math.max(cell * span, Math.floor(start / BIN) * BIN);
    const to = Math.min((cell + 1) * span, Math.floor(until / BIN) * BIN);
    if (from >= to) {
      line.skip(1);
      continue;
    }
    history.shares(from, to, shares);
    const { cpu, ready, gil, lock } = shares;
    const style = cpu < 0.02 ? palette.faint : palette.activity.running;
    const rest = 1 - cpu;
    let tint = '';
    if (ready + gil + lock > rest / 2) {
      if (gil >= ready && gil >= lock) tint = palette.tint.gil;
      else tint = lock >= ready ? palette.tint.lock : palette.tint.ready;
    }
    line.glyphs(heightOf(cpu, glyphs), tint + style);
  }
}

/**
 * A number over the 30 seconds up to `now`, newest at the right; the highest of them is a full cell. Cells stand at fixed
 * times, and those before the number was known are blank.
 */
export function drawGauge(line: Line, gauge: Gauge, cells: number, now: number): void {
  const { palette, glyphs } = line.look;
  if (gauge.value === null) {
    line.skip(cells);
    return;
  }
  const span = (SHOWN_BINS / cells) * BIN;
  const last = Math.ceil(now / span) - 1;
  const means: (number | null)[] = [];
  let most = 0;
  for (let cell = last - cells + 1; cell <= last; cell++) {
    const to = Math.min((cell + 1) * span, now);
    const mean = to > gauge.since ? gauge.mean(Math.max(0, cell * span), to) : null;
    means.push(mean);
    most = Math.max(most, mean ?? 0);
  }
  for (const mean of means) {
    if (mean === null) line.skip(1);
    else line.glyphs(heightOf(most > 0 ? mean / most : 0, glyphs), mean > 0 ? palette.accent : palette.faint);
  }
}

/**
 * An amount over the 30 seconds up to `now`, newest at the right, known from `start` on. `full`: the amount a nanosecond that fills a
 * cell, null for the highest of them.
 */
export function drawSeries(
  line: Line,
  series: Series,
  cells: number,
  start: number,
  now: number,
  full: number | null,
  style: string,
): void {
  const { palette, glyphs } = line.look;
  const span = (SHOWN_BINS / cells) * BIN;
  const last = Math.ceil(now / span) - 1;
  const means: (number | null)[] = [];
  let most = full ?? 0;
  for (let cell = last - cells + 1; cell <= last; cell++) {
    const from = Math.max(cell * span, Math.floor(start / BIN) * BIN);
    const to = Math.min((cell + 1) * span, Math.floor(now / BIN) * BIN);
    const mean = from < to ? Math.max(0, series.sum(from, to)) / (to - from) : null;
    means.push(mean);
    if (full === null) most = Math.max(most, mean ?? 0);
  }
  for (const mean of means) {
    if (mean === null) line.skip(1);
    else
      line.glyphs(heightOf(most > 0 ? mean / most : 0, glyphs), mean > 0.005 * most ? style : palette.faint);
  }
}

/** The block for a share from 0 to 1. Full blocks would grow together with the row above. */
export function heightOf(share: number, { heights }: Glyphs): string {
  const steps = heights.length - 1;
  return heights[Math.min(steps, Math.max(1, Math.round(share * steps))) - 1] ?? ' ';
}
