import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';
import type { LogHealth } from './tail.ts';

/** The health of the collector from that of its logs and from what processes could not do. `obstacle`: why there is nothing. */
export function operatorHealth(
  logs: LogHealth,
  notes: ReadonlyMap<string, number>,
  obstacle: string | null,
): CollectorHealth {
  const warnings = obstacle === null ? [] : [obstacle];
  for (const [note, processes] of notes) {
    warnings.push(
      `operators of ${count(processes, 'process', 'processes')} are not recorded: ${note}. Start the program by the Python that has its PyTorch.`,
    );
  }
  if (logs.lost > 0) {
    warnings.push(
      `${count(logs.lost, 'operator', 'operators')} had no room to be written down: beyond five million a process, or on a full disk, they are only counted.`,
    );
  }
  if (logs.damaged > 0) {
    warnings.push(
      `the log of ${count(logs.damaged, 'thread', 'threads')} could not be read to its end: what follows is missing.`,
    );
  }
  const { operators, ranges, threads, processes } = logs;
  return {
    id: 'torch',
    status: obstacle !== null && operators === 0 ? 'unavailable' : warnings.length > 0 ? 'partial' : 'ok',
    requestedHz: null,
    achievedHz: null,
    samples: 0,
    missed: 0,
    dropped: logs.lost,
    torn: 0,
    figures: { operators, ranges, threads, processes },
    warnings,
  };
}
