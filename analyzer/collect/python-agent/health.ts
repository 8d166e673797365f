import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';

/** What one process's file said about the recording itself. */
export interface FileHealth {
  readonly process: number;
  readonly requestedHz: number;
  /** Looks at all threads, and Nanos from the first record to the last. */
  readonly ticks: number;
  readonly duration: number;
  readonly missed: number;
  /** Observations of one thread. */
  readonly samples: number;
  /** Nanos of CPU that the sampling thread took. */
  readonly agentCpu: number;
  /** Lines that made no sense. */
  readonly damaged: number;
  /** The process ended the recording itself: it was not killed, did not leave by `os._exit` or `exec`. */
  readonly complete: boolean;
  /** Why the agent gave up, empty when it did not. */
  readonly problem: string;
  /** What else the agent has to say. */
  readonly notes: readonly string[];
  /** Threads whose CPU time is a guess: the process's, split among them. */
  readonly sharedClocks: number;
}

/** The health of the whole collector from that of its files. `isOther`: the command is known to be no Python. */
export function agentHealth(
  files: readonly FileHealth[],
  requestedHz: number | null,
  isOther = false,
): CollectorHealth {
  const sum = (of: (file: FileHealth) => number): number =>
    files.reduce((total, file) => total + of(file), 0);
  const seconds = sum((file) => file.duration) / 1e9;
  const cut = files.filter((file) => !file.complete && file.problem === '');
  const shared = sum((file) => file.sharedClocks);
  const damaged = sum((file) => file.damaged);
  const warnings: string[] = [];
  const isMissing = files.length === 0 && !isOther;
  if (isMissing) {
    warnings.push(
      'no Python process loaded the agent: python -E, -I and -S leave it out, and so does a program that clears PYTHONPATH.',
    );
  }
  for (const [problem, processes] of problems(files)) {
    warnings.push(`the agent gave up in ${count(processes, 'process', 'processes')}: ${problem}`);
  }
  for (const note of new Set(files.flatMap((file) => file.notes))) warnings.push(`${note}.`);
  if (cut.length > 0) {
    warnings.push(
      `${count(cut.length, 'process', 'processes')} left without a last word (a signal, os._exit or exec): up to 0.25 s of each is missing.`,
    );
  }
  if (damaged > 0)
    warnings.push(`${count(damaged, 'record', 'records')} could not be read and are left out.`);
  if (shared > 0) {
    warnings.push(
      `the CPU time of ${count(shared, 'thread', 'threads')} is a guess: what the process used beyond its known threads, in equal parts.`,
    );
  }
  const doubtful = damaged > 0 || files.some((file) => file.problem !== '');
  return {
    id: 'python-agent',
    status: isMissing ? 'unavailable' : doubtful ? 'partial' : 'ok',
    requestedHz: files[0]?.requestedHz ?? requestedHz,
    achievedHz: seconds > 0 ? sum((file) => file.ticks) / seconds : null,
    samples: sum((file) => file.samples),
    missed: sum((file) => file.missed),
    dropped: damaged,
    torn: 0,
    figures: {
      processes: files.length,
      processesCutShort: cut.length,
      agentCpuMs: Math.round(sum((file) => file.agentCpu) / 1e6),
    },
    warnings,
  };
}

function problems(files: readonly FileHealth[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { problem } of files) if (problem !== '') counts.set(problem, (counts.get(problem) ?? 0) + 1);
  return counts;
}
