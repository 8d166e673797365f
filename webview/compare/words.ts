import { duration, percent } from '../format.ts';
import type { Unit } from './state.ts';

/** True minus, as wide as a plus. */
const MINUS = '\u2212';
/** A smaller part of a time is none that a reader should think about. */
const UNMOVED = 0.001;

/** A time in Nanos, or a share from 0 to 1. */
export const amount = (value: number, unit: Unit): string =>
  unit === 'share' ? percent(value) : duration(value);

/** What a time has changed by, with its sign: `+1.20 s`, `−12 %`; `±0` for nothing. Of shares in percentage points. */
export function deltaWords(before: number, after: number, unit: Unit): string {
  const delta = after - before;
  if (Math.abs(delta) <= UNMOVED * Math.max(before, after)) return '±0';
  const size = Math.abs(delta);
  const figure = unit === 'share' ? `${(100 * size).toFixed(size < 0.0995 ? 1 : 0)}\u00a0pp` : duration(size);
  return `${delta < 0 ? MINUS : '+'}${figure}`;
}

/** By what part of itself a time has changed: `+34 %`, `−60 %`; `new`, `gone`. Empty for what takes no time in either run. */
export function changeWords(before: number, after: number): string {
  if (before <= 0 && after <= 0) return '';
  if (before <= 0) return 'new';
  if (after <= 0) return 'gone';
  const ratio = after / before - 1;
  if (Math.abs(ratio) <= UNMOVED) return 'as before';
  // Ten times as much is told as that, and not as +900 %.
  if (ratio >= 9) return `${(ratio + 1).toFixed(0)}×`;
  return `${ratio < 0 ? MINUS : '+'}${percent(Math.abs(ratio))}`;
}

/** By what factor the run is faster, `threshold` being the share below which nothing is said to have moved. */
export function paceWords(ratio: number | null, threshold: number): string {
  if (ratio === null) return 'cannot be compared';
  if (ratio > 1 + threshold) return `${factor(ratio)} faster`;
  return ratio < 1 / (1 + threshold) ? `${factor(1 / ratio)} slower` : 'as fast as before';
}

/** `1.70x`, `12.4x`, `240x`. */
export const factor = (ratio: number): string => `${ratio.toFixed(ratio < 9.95 ? 2 : ratio < 99.5 ? 1 : 0)}x`;
