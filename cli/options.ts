import { InvalidArgumentError } from 'commander';
import { DEVICE_METRICS, type DeviceMetric } from '../analyzer/analysis/kernelCalls.ts';
import type { Metric } from '../analyzer/analysis/weights.ts';
import type { SamplingMode } from '../analyzer/model/index.ts';

/** What commands take that read one. */
export const FILE_ARGUMENT = 'a recording, the spool of an interrupted one, or what perfscope import reads';

export const MODES = ['cpu', 'wall', 'gil'] as const satisfies readonly SamplingMode[];
export const METRICS = [
  'cpu',
  'wall',
  'gil-wait',
  'gil-held',
  'samples',
  ...DEVICE_METRICS,
] as const satisfies readonly (Metric | DeviceMetric)[];
export const DEFAULT_RATE = 100;
const MAX_RATE = 10_000;

export function parseRate(text: string): number {
  const rate = Number(text);
  if (!Number.isInteger(rate) || rate < 1 || rate > MAX_RATE) {
    throw new InvalidArgumentError(`A rate is a whole number of samples a second from 1 to ${MAX_RATE}.`);
  }
  return rate;
}

/** Seconds; a suffix `ms`, `s`, `m` or `h` may follow. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const units = { ms: 0.001, s: 1, m: 60, h: 3600 };
  const value = match ? Number(match[1]) * units[(match[2] ?? 's') as keyof typeof units] : 0;
  if (!(value > 0))
    throw new InvalidArgumentError('A duration is a number of seconds, or such as 500ms, 30s, 5m, 1h.');
  return value;
}

export function parsePid(text: string): number {
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid < 1)
    throw new InvalidArgumentError('A process id is a positive whole number.');
  return pid;
}

/** A share: `5%` or `0.05`, below `most`. */
export const parseShare =
  (most: number) =>
  (text: string): number => {
    const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
    const share = match ? Number(match[1]) / (match[2] ? 100 : 1) : Number.NaN;
    if (!(share >= 0 && share <= most))
      throw new InvalidArgumentError(`A share is such as 5% or 0.05, at most ${100 * most}%.`);
    return share;
  };

const SIZES = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** Bytes; a suffix such as `KB`, `GB` or `MiB` may follow. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?i?B)?$/i.exec(text);
  const unit = SIZES[(match?.[2] ?? 'B').toUpperCase() as keyof typeof SIZES];
  if (!match || unit === undefined)
    throw new InvalidArgumentError('A volume is a number of bytes, or such as 500KB, 1.5GB, 64MiB.');
  return Number(match[1]) * unit;
}
