import type { Interval } from '../state/viewState.ts';
import type { Palette } from '../theme/palette.ts';
import { xOf } from './scale.ts';

const NO_BREAK = '\u00a0';

/**
 * A duration to the microsecond, and below a millisecond to the nanosecond: for a reader who measures. `1.203482 s`, `203.482 ms`,
 * `12.345 µs`, `345 ns`.
 */
export function exactDuration(nanos: number): string {
  const size = Math.abs(nanos);
  if (size >= 999.9995e6) return `${(nanos / 1e9).toFixed(6)}${NO_BREAK}s`;
  if (size >= 999.9995e3) return `${(nanos / 1e6).toFixed(3)}${NO_BREAK}ms`;
  if (size >= 999.5) return `${(nanos / 1e3).toFixed(3)}${NO_BREAK}µs`;
  return `${Math.round(nanos)}${NO_BREAK}ns`;
}

/** The axis of the tracks, where figures of what is measured stand. */
export interface Axis {
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly view: Interval;
  readonly width: number;
  readonly y: number;
  readonly height: number;
}

const PAD = 5;

/** The selected range with its exact length. */
export function paintLength(axis: Axis, { from, to }: Interval): void {
  const { context, palette, view, width, y, height } = axis;
  const x0 = Math.max(0, xOf(from, view, width));
  const x1 = Math.min(width, xOf(to, view, width));
  if (x1 < 0 || x0 > width) return;
  context.fillStyle = palette.trackPicked;
  context.fillRect(x0, y, Math.max(1, x1 - x0), height);
  context.fillStyle = palette.accent;
  context.fillRect(x0, y + height - 2, Math.max(1, x1 - x0), 2);
  flag(axis, exactDuration(to - from), (x0 + x1) / 2, palette.trackPicked, palette.text);
}

/** The instant of the cursor, from the start of the run. */
export function paintCursor(axis: Axis, at: number, start: number): void {
  const { palette, view, width } = axis;
  const x = xOf(at, view, width);
  if (x >= 0 && x <= width) flag(axis, exactDuration(at - start), x, palette.text, palette.bg);
}

/** A text on a ground of its own, centred on `x` as far as the picture allows. */
function flag(
  { context, palette, width, y, height }: Axis,
  text: string,
  x: number,
  ground: string,
  ink: string,
): void {
  context.font = `11px ${palette.sans}`;
  context.textBaseline = 'middle';
  const wide = context.measureText(text).width + 2 * PAD;
  const left = Math.max(0, Math.min(width - wide, Math.round(x - wide / 2)));
  context.fillStyle = ground;
  context.fillRect(left, y + 1, wide, height - 4);
  context.fillStyle = ink;
  context.fillText(text, left + PAD, y + height / 2);
}
