import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';
import type { NodeHealth } from './tail.ts';

/**
 * The health of the collector from that of its files. `failure`: why it ended early, null when it did not. `profiles`: whether
 * threads are profiled, or only tell who they are.
 */
export function nodeHealth(
  files: NodeHealth | null,
  failure: string | null,
  profiles: boolean,
): CollectorHealth {
  const warnings = failure === null ? [] : [failure];
  const damaged = files?.damaged ?? 0;
  for (const [problem, processes] of files?.problems ?? []) {
    warnings.push(
      `the agent gave up in ${count(processes, 'Node process', 'Node processes')} (${problem}): JavaScript is missing from there on.`,
    );
  }
  if (damaged > 0)
    warnings.push(`${count(damaged, 'record', 'records')} could not be read and are left out.`);
  const covered = files?.covered ?? 0;
  const samples = files?.samples ?? 0;
  return {
    id: 'node',
    status: warnings.length > 0 ? 'partial' : 'ok',
    requestedHz: profiles ? (files?.requestedHz ?? null) : null,
    achievedHz: covered > 0 ? samples / covered : null,
    samples,
    missed: Math.max(0, Math.round(covered * (files?.requestedHz ?? 0)) - samples),
    dropped: damaged,
    torn: 0,
    figures: {
      processes: files?.processes ?? 0,
      threads: files?.threads ?? 0,
      slices: files?.slices ?? 0,
    },
    warnings,
  };
}
