import { evidenceName } from '../../analyzer/advice/words.ts';
import type { Finding } from '../../analyzer/model/index.ts';
import {
  bytes,
  bytesPerSecond,
  count,
  duration,
  hertz,
  percent,
  place,
  quantity,
  visible,
} from '../format.ts';

/** A figure of evidence as a reader has it: `busiestSeconds: 1.2` is `busiest` and `1.20 s`. */
export function evidenceFigure(name: string, value: number | string): [name: string, value: string] {
  const { words, unit, scale } = evidenceName(name);
  const shown = visible(words);
  if (typeof value === 'string') return [shown, visible(value)];
  if (!Number.isFinite(value)) return [shown, 'unknown'];
  const scaled = value * scale;
  switch (unit) {
    case 'seconds':
      return [shown, duration(scaled * 1e9)];
    case 'bytes':
      return [shown, bytes(scaled)];
    case 'bytes/s':
      return [shown, bytesPerSecond(scaled)];
    case 'share':
      return [shown, percent(scaled)];
    case 'ratio':
      return [shown, `${quantity(scaled, '')}x`];
    case 'hertz':
      return [shown, hertz(scaled)];
    case 'number':
      return [shown, Number.isInteger(scaled) ? count(scaled) : quantity(scaled, '')];
  }
}

/** `app.py:12`, and the function that the line is in. */
export const placeOf = ({ location }: Pick<Finding, 'location'>): { line: string; function: string } =>
  location === null
    ? { line: '', function: '' }
    : { line: visible(place(location.file, location.line)), function: visible(location.function) };

/** The reason why no gain is told, where it is the same one for all; it is then said once and not on every card. */
export function commonReason(findings: readonly Finding[]): string | null {
  const reasons = new Set(findings.flatMap(({ withheld }) => withheld ?? []));
  const [reason] = reasons;
  return reasons.size === 1 && findings.every(({ gain }) => gain === null) ? (reason ?? null) : null;
}
