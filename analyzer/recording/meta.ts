import type { CollectorHealth, Host, RecordingMeta } from '../model/index.ts';
import { nanos, SAMPLING_MODES, UserError } from '../model/index.ts';

/** The version that this perfscope writes, and the newest that it reads. See docs/recording-format.md. */
export const FORMAT_VERSION = 4;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const number = (value: unknown, otherwise = 0): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
const numberOrNull = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
const oneOf = <T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T =>
  allowed.find((item) => item === value) ?? otherwise;

function parseHost(value: unknown): Host {
  const host = isObject(value) ? value : {};
  return {
    platform: text(host.platform, 'unknown'),
    release: text(host.release),
    arch: text(host.arch),
    cores: number(host.cores),
    memoryBytes: number(host.memoryBytes),
    cpu: textOrNull(host.cpu),
    physicalCores: numberOrNull(host.physicalCores),
    distribution: textOrNull(host.distribution),
    gpus: texts(host.gpus),
  };
}

function parseHealth(value: unknown): CollectorHealth | null {
  if (!isObject(value)) return null;
  const figures: Record<string, number> = {};
  if (isObject(value.figures)) {
    for (const [name, figure] of Object.entries(value.figures)) {
      if (typeof figure === 'number') figures[name] = figure;
    }
  }
  return {
    id: text(value.id, 'unknown'),
    status: oneOf(value.status, ['ok', 'partial', 'unavailable'] as const, 'partial'),
    requestedHz: numberOrNull(value.requestedHz),
    achievedHz: numberOrNull(value.achievedHz),
    samples: number(value.samples),
    missed: number(value.missed),
    dropped: number(value.dropped),
    torn: number(value.torn),
    figures,
    warnings: texts(value.warnings),
  };
}

/**
 * Reads `recording.json`. What is missing or of another type becomes unknown rather than an error: the tables are what
 * matters. Throws a UserError (exit code 3) when it is no recording at all, or one of a newer perfscope.
 */
export function parseMeta(json: string, source: string): RecordingMeta {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new UserError(`${source} is not a perfscope recording: its recording.json is no JSON.`, 3, {
      cause,
    });
  }
  if (!isObject(value) || value.format !== 'perfscope') {
    throw new UserError(
      `${source} is not a perfscope recording: its recording.json says nothing of perfscope.`,
      3,
    );
  }
  const version = number(value.version);
  if (version > FORMAT_VERSION) {
    throw new UserError(
      `${source} has format version ${version}; this perfscope reads up to ${FORMAT_VERSION}. Install a newer perfscope.`,
      3,
    );
  }
  if (version < 1) throw new UserError(`${source} names no format version.`, 3);
  const clock = isObject(value.clock) ? value.clock : {};
  const collectors = Array.isArray(value.collectors) ? value.collectors : [];
  return {
    format: 'perfscope',
    version,
    producer: text(value.producer, 'unknown'),
    command: texts(value.command),
    directory: text(value.directory),
    exitCode: numberOrNull(value.exitCode),
    signal: textOrNull(value.signal),
    origin: oneOf(value.origin, ['record', 'attach', 'import'] as const, 'record'),
    mode: oneOf(value.mode, SAMPLING_MODES, 'cpu'),
    ...(value.timeless === true ? { timeless: true } : {}),
    clock: {
      start: nanos(number(clock.start)),
      end: nanos(number(clock.end)),
      startEpochMs: number(clock.startEpochMs),
    },
    kernelCpuSeconds: numberOrNull(value.kernelCpuSeconds),
    ownCpuSeconds: number(value.ownCpuSeconds),
    host: parseHost(value.host),
    collectors: collectors.map(parseHealth).filter((health) => health !== null),
    complete: value.complete !== false,
    warnings: texts(value.warnings),
  };
}
