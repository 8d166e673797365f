import type { LimitCheck, LimitId } from '../../analyzer/analysis/limits.ts';
import { bytes, seconds } from './units.ts';

interface Wording {
  readonly name: string;
  readonly bound: 'at least' | 'at most';
  readonly shown: (value: number) => string;
}

export const LIMITS: Readonly<Record<LimitId, Wording>> = {
  'min-efficiency': { name: 'efficiency', bound: 'at least', shown: (value) => value.toFixed(2) },
  'max-transfer': { name: 'bytes moved', bound: 'at most', shown: bytes },
  'max-finding': { name: 'worst finding', bound: 'at most', shown: String },
  'max-wall': { name: 'wall time', bound: 'at most', shown: seconds },
  baseline: { name: 'wall time beside the baseline', bound: 'at most', shown: seconds },
};

/** `failed   efficiency 0.63, at least 0.70`. */
export function limitLine(check: LimitCheck): string {
  const state = check.status === 'unknown' ? 'unknown' : check.status;
  return `${state.padEnd(8)} ${limitWords(check)}`;
}

export function limitWords({ limit, allowed, measured, reason }: LimitCheck): string {
  const { name, bound, shown } = LIMITS[limit];
  const show = (value: number | string) => (typeof value === 'number' ? shown(value) : value);
  const figure =
    measured === null ? `cannot be judged, because ${reason ?? 'it is not known'}` : show(measured);
  return `${name} ${figure}, ${bound} ${show(allowed)}`;
}
