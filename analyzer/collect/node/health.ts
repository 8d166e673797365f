import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';
import type { Lost } from './lastSlices.ts';
import type { NodeHealth } from './tail.ts';

/** Processes that a warning names. */
const MOST_NAMED = 5;
/** Seconds of CPU at the ends of threads that are not worth a warning: an idle worker takes some milliseconds to be ended. */
const TRIFLE = 0.02;

/** What the collector knows besides what its files say. */
export interface NodeFindings {
  /** Whether threads are profiled, or only tell who they are. */
  readonly profiles: boolean;
  /** Node processes that the agent did not reach. */
  readonly unreached: readonly number[];
  readonly lost: Lost;
  /** Whether CPU time is wall time, because nobody accounts for the threads from outside. */
  readonly isWall: boolean;
}

/** The health of the collector from that of its files, null before there are any. */
export function nodeHealth(
  files: NodeHealth | null,
  { profiles, unreached, lost, isWall }: NodeFindings,
): CollectorHealth {
  const warnings: string[] = [];
  if (isWall && (files?.threads ?? 0) > 0) {
    warnings.push(
      'CPU time of JavaScript is wall time: nothing here counts the CPU time of threads from outside. A thread that waits within a call, as in Atomics.wait, counts as running.',
    );
  }
  if (unreached.length > 0) warnings.push(unreachedWarning(unreached));
  const lostWarning = lost.threads > 0 ? warningOfLost(lost) : null;
  if (lostWarning !== null) warnings.push(lostWarning);
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
  const maps = files?.scripts;
  for (const [scripts, what] of [
    [maps?.unusable ?? 0, 'are damaged or too large'],
    [maps?.late ?? 0, 'came when the time for them was used up'],
  ] as const) {
    if (scripts === 0) continue;
    const whose = count(scripts, 'script', 'scripts');
    warnings.push(`the source maps of ${whose} ${what}: these are shown as they run.`);
  }
  const covered = files?.covered ?? 0;
  const samples = files?.samples ?? 0;
  return {
    id: 'node',
    status: warnings.length > 0 ? 'partial' : 'ok',
    requestedHz: profiles ? (files?.requestedHz ?? null) : null,
    achievedHz: covered > 0 ? samples / covered : null,
    samples,
    missed: Math.max(0, Math.round(covered * (files?.requestedHz ?? 0)) - samples),
    dropped: damaged + left,
    torn: 0,
    figures: {
      processes: files?.processes.size ?? 0,
      unreachedProcesses: unreached.length,
      threads: files?.threads ?? 0,
      slices: files?.slices ?? 0,
      messages: files?.messages ?? 0,
      estimatedSizes: files?.estimated ?? 0,
      movedBytes: files?.moved ?? 0,
      pools: files?.pools ?? 0,
      tasks: files?.tasks ?? 0,
      threadsCutShort: lost.threads,
      ...(lost.seconds === null ? {} : { lostSeconds: lost.seconds }),
      ...(lost.cpuSeconds === null ? {} : { lostCpuSeconds: lost.cpuSeconds }),
      mappedScripts: maps?.mapped ?? 0,
      missingMaps: maps?.missing ?? 0,
      unusableMaps: maps?.unusable ?? 0,
      scriptSeconds: maps?.seconds ?? 0,
    },
    warnings,
  };
}

function unreachedWarning(unreached: readonly number[]): string {
  const named = unreached.slice(0, MOST_NAMED).join(', ');
  const more = unreached.length > MOST_NAMED ? ', ...' : '';
  return `the JavaScript of ${count(unreached.length, 'Node process', 'Node processes')} is not recorded (${named}${more}): the agent did not run there. A Node older than 18, --permission, and a program that clears NODE_OPTIONS leave it out.`;
}

/** Null for a trifle. */
function warningOfLost({ threads, seconds, cpuSeconds }: Lost): string | null {
  if (cpuSeconds !== null && cpuSeconds < TRIFLE) return null;
  const why = 'a signal, abort, terminate, the end of the process or of the recording';
  const cpu = cpuSeconds === null ? '' : ` (${cpuSeconds.toFixed(2)} s of CPU)`;
  const what =
    seconds === null
      ? 'up to 0.25 s of the JavaScript of each'
      : `the last ${seconds.toFixed(2)} s${cpu} of JavaScript`;
  return `${count(threads, 'thread', 'threads')} ended without a last word (${why}): ${what} is missing.`;
}
