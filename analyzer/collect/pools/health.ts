import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';
import type { LogHealth } from './tail.ts';

export interface PoolFigures {
  readonly pools: number;
  readonly tasks: number;
  readonly messages: number;
  /** Python processes that the agent did not reach. */
  readonly unreached: readonly number[];
  /** Interpreters of the run that there are no hooks for. */
  readonly unhooked: readonly string[];
}

/** Processes that a warning names. */
const MOST_NAMED = 5;

/** The health of the collector from that of its logs. */
export function poolsHealth(
  logs: LogHealth,
  { pools, tasks, messages, unreached, unhooked }: PoolFigures,
): CollectorHealth {
  const warnings: string[] = [];
  for (const runtime of unhooked) {
    warnings.push(
      `pools of ${runtime} are not recorded: the hooks are for CPython 3.8 and newer with a GIL.`,
    );
  }
  if (unreached.length > 0) {
    const named = unreached.slice(0, MOST_NAMED).join(', ');
    const more = unreached.length > MOST_NAMED ? ', ...' : '';
    warnings.push(
      `the pools of ${count(unreached.length, 'Python process', 'Python processes')} are not recorded (${named}${more}): python -E, -I and -S leave the agent out, and so does a program that clears PYTHONPATH.`,
    );
  }
  for (const [note, processes] of logs.notes) {
    warnings.push(
      `a hook stepped aside in ${count(processes, 'process', 'processes')} (${note}); what it would have seen is missing.`,
    );
  }
  if (logs.stopped > 0) {
    warnings.push(
      `${count(logs.stopped, 'process', 'processes')} had no more room to write down tasks: the rest of theirs is missing.`,
    );
  }
  if (logs.damaged > 0)
    warnings.push(`${count(logs.damaged, 'record', 'records')} could not be read and are left out.`);
  return {
    id: 'pools',
    status: warnings.length > 0 ? 'partial' : 'ok',
    requestedHz: null,
    achievedHz: null,
    samples: 0,
    missed: 0,
    dropped: logs.damaged,
    torn: 0,
    figures: {
      pools,
      tasks,
      messages,
      processes: logs.processes,
      records: logs.records,
      sampledProcesses: logs.sampled,
    },
    warnings,
  };
}
