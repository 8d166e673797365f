import type { Granted, Wish } from '../analysis/replay/whatIf.ts';
import type { Trace } from '../analysis/trace.ts';
import { toSeconds } from '../model/index.ts';
import type { WhatIfAnswers } from './whatIf.ts';

const counted = (value: number, word: string): string =>
  `${value.toLocaleString('en-US')} ${word}${value === 1 ? '' : 's'}`;
/** Three significant digits. */
const shown = (value: number): string =>
  value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);

/** A wish in words: `chunk size 4, 2 workers`. */
export function wishName(
  { functions }: Trace,
  { chunk, order, workers, cores, faster, byReference }: Wish,
): string {
  const parts: string[] = [];
  if (chunk !== undefined) parts.push(`chunk size ${chunk}`);
  if (order) parts.push(`${order} first`);
  if (workers !== undefined) parts.push(counted(workers, 'worker'));
  if (cores !== undefined) parts.push(counted(cores, 'core'));
  if (faster) parts.push(`${functions.name[faster.function] ?? 'it'} ${shown(faster.times)}x faster`);
  if (byReference) parts.push('nothing serialised');
  return parts.join(', ');
}

const inSeconds = ({ lo, hi }: { lo: number; hi: number }) => ({ lo: toSeconds(lo), hi: toSeconds(hi) });

/** The document of `whatif --json`. Seconds. */
export function whatIfDocument(trace: Trace, { pools, run }: WhatIfAnswers): object {
  return {
    version: 1,
    wallSeconds: toSeconds(trace.wall),
    run: run.map(({ name, run: takes, gain }) => ({ name, runSeconds: inSeconds(takes), gain })),
    pools: pools.map(({ replay, answers: own, together }) => ({
      pool: replay.work.pool,
      kind: trace.tables.pools.kind[replay.work.pool],
      workers: replay.work.workers,
      cores: replay.work.cores,
      tasks: replay.work.tasks,
      calls: replay.work.items,
      rounds: replay.work.rounds.length,
      recordedSeconds: toSeconds(replay.recorded),
      replayedSeconds: toSeconds(replay.replayed),
      dispatchSeconds: toSeconds(replay.cost.busy),
      variants: own.map((answer) => answerDocument(trace, answer)),
      together: together && answerDocument(trace, together),
    })),
  };
}

/** One wish of one pool in that document. */
export function answerDocument(trace: Trace, { wish, pool, run, gain, poolGain, limit }: Granted): object {
  return {
    name: wishName(trace, wish),
    chunksize: wish.chunk ?? null,
    order: wish.order ?? null,
    workers: wish.workers ?? null,
    cores: wish.cores ?? null,
    faster: wish.faster
      ? { function: trace.functions.name[wish.faster.function] ?? '', times: wish.faster.times }
      : null,
    byReference: wish.byReference ?? false,
    poolSeconds: inSeconds(pool),
    runSeconds: inSeconds(run),
    gain,
    poolGain,
    limit,
  };
}
