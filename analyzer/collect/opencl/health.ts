import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';
import type { LogHealth } from './tail.ts';

export interface HealthParts {
  /** Why there is no layer, with what to do about it; null when there is one. */
  readonly obstacle: string | null;
  /** Processes that use OpenCL without a log. */
  readonly missed: readonly number[];
}

/** Processes that a warning names. */
const MOST_NAMED = 5;
const NANOS_PER_MICRO = 1000;

/** The health of the collector from that of its logs. */
export function openClHealth(logs: LogHealth, { obstacle, missed }: HealthParts): CollectorHealth {
  const warnings: string[] = [];
  const warn = (number: number, one: string, many: string, what: string): void => {
    if (number > 0) warnings.push(`${count(number, one, many)} ${what}`);
  };
  if (missed.length > 0) {
    const named = missed.slice(0, MOST_NAMED).join(', ') + (missed.length > MOST_NAMED ? ', ...' : '');
    const why =
      obstacle ??
      'its loader of OpenCL knows no layers, or its environment was cleared. Those of ocl-icd since 2.3 and of Khronos since 2021 do';
    const processes = count(missed.length, 'process', 'processes');
    warnings.push(`the OpenCL commands of ${processes} are not recorded (${named}): ${why}.`);
  }
  warn(logs.failed, 'command', 'commands', 'ended with an error and did nothing that is shown.');
  warn(
    logs.untimed,
    'command',
    'commands',
    'had no times of the device and are left out: their queue cannot tell.',
  );
  warn(logs.unfinished, 'command', 'commands', 'had not ended when recording did and are left out.');
  if (logs.stopped > 0) {
    const processes = count(logs.stopped, 'process', 'processes');
    warnings.push(`${processes} had no more room to write down commands: ${logs.lost} records are missing.`);
  }
  warn(logs.damaged, 'record', 'records', 'could not be read and are left out.');
  return {
    id: 'opencl',
    status: warnings.length === 0 ? 'ok' : obstacle !== null ? 'unavailable' : 'partial',
    requestedHz: null,
    achievedHz: null,
    samples: 0,
    missed: 0,
    dropped: logs.damaged + logs.lost,
    torn: 0,
    figures: {
      processes: logs.processes,
      commands: logs.commands,
      kernels: logs.kernels,
      transfers: logs.transfers,
      records: logs.records,
      clockErrorMicros: Math.ceil(logs.uncertainty / NANOS_PER_MICRO),
    },
    warnings,
  };
}
