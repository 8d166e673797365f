import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';
import type { NodeHealth } from './tail.ts';

/** The health of the collector from that of its files. `failure`: why it ended early, null when it did not. */
export function nodeHealth(files: NodeHealth | null, failure: string | null): CollectorHealth {
  const warnings = failure === null ? [] : [failure];
  const damaged = files?.damaged ?? 0;
  for (const [problem, processes] of files?.problems ?? []) {
    warnings.push(
      `the agent gave up in ${count(processes, 'Node process', 'Node processes')} (${problem}): JavaScript is missing from there on.`,
    );
  }
  if (damaged > 0)
    warnings.push(`${count(damaged, 'record', 'records')} could not be read and are left out.`);
  const unlogged = files?.unlogged ?? 0;
  if (unlogged > 0)
    warnings.push(`${count(unlogged, 'thread', 'threads')} had no room for messages, waits and collections.`);
  const left = files?.left ?? 0;
  if (left > 0)
    warnings.push(
      `${count(left, 'event', 'events')} of threads came too fast to be kept; the number of messages is exact all the same.`,
    );
  const covered = files?.covered ?? 0;
  const samples = files?.samples ?? 0;
  return {
    id: 'node',
    status: warnings.length > 0 ? 'partial' : 'ok',
    requestedHz: files?.requestedHz ?? null,
    achievedHz: covered > 0 ? samples / covered : null,
    samples,
    missed: Math.max(0, Math.round(covered * (files?.requestedHz ?? 0)) - samples),
    dropped: damaged + left,
    torn: 0,
    figures: {
      processes: files?.processes ?? 0,
      threads: files?.threads ?? 0,
      slices: files?.slices ?? 0,
      messages: files?.messages ?? 0,
      estimatedSizes: files?.estimated ?? 0,
      movedBytes: files?.moved ?? 0,
      pools: files?.pools ?? 0,
      tasks: files?.tasks ?? 0,
    },
    warnings,
  };
}
