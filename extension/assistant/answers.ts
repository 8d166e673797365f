import { longestPools } from '../../analyzer/analysis/replay/poolWork.ts';
import { replayOf } from '../../analyzer/analysis/replay/replay.ts';
import { granted, usefulWishes, type Wish } from '../../analyzer/analysis/replay/whatIf.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { type Advice, toSeconds, UserError } from '../../analyzer/model/index.ts';
import { functionNamed } from '../../analyzer/questions/whatIf.ts';
import { answerDocument } from '../../analyzer/questions/whatIfDocument.ts';

/**
 * What an assistant may ask of a recording, as the documents of the command line's `--json`: seconds and bytes, `"version": 1`.
 * Each is bounded, since an assistant reads all of it.
 */
type Json = Readonly<Record<string, unknown>>;

const MOST_FINDINGS = 30;
const MOST_ROWS = 100;
const FEW_ROWS = 20;

export function findingsAnswer({ findings, doubt }: Advice): Json {
  return { version: 1, findings: findings.slice(0, MOST_FINDINGS), gainsWithheldBecause: doubt };
}

/** `limit`: how many, 20 when left out. `own`: only functions of the program itself. */
export function functionsAnswer(trace: Trace, { limit, own }: { limit?: number; own?: boolean } = {}): Json {
  const { wallSeconds, cpuSeconds, functions } = summarize(trace);
  const isOwn = new Set<string>();
  trace.homes.forEach(({ origin }, id) => {
    if (origin === 'own') isOwn.add(`${trace.functions.name[id]}\0${trace.functions.file[id]}`);
  });
  const wanted = own ? functions.filter(({ name, file }) => isOwn.has(`${name}\0${file}`)) : functions;
  return {
    version: 1,
    wallSeconds,
    cpuSeconds,
    functions: wanted.slice(0, bounded(limit)),
    functionsSeen: wanted.length,
  };
}

/** What was moved, by direction, and what pools were given to do. */
export function transfersAnswer(trace: Trace): Json {
  const { wallSeconds, transfers, tasks } = summarize(trace);
  return { version: 1, wallSeconds, transfers, tasks: tasks.slice(0, MOST_ROWS) };
}

export interface WhatIfQuestion {
  /** Number of a pool; the one that took longest when left out. */
  readonly pool?: number;
  readonly chunksize?: number;
  readonly order?: 'longest';
  readonly workers?: number;
  readonly cores?: number;
  readonly faster?: { readonly function: string; readonly times: number };
  readonly byReference?: boolean;
}

/**
 * What the run would take if a pool was used otherwise; what is worth a look where nothing is asked. Throws a UserError where it
 * cannot be told.
 */
export function whatIfAnswer(trace: Trace, question: WhatIfQuestion): Json {
  const works = longestPools(trace);
  const [longest] = works;
  if (!longest)
    throw new UserError('This recording has no tasks of pools, of which alone one can ask what if.');
  const pool = question.pool ?? longest.pool;
  const replay = replayOf(trace, pool);
  if (!replay)
    throw new UserError(
      `There is no pool ${pool} with tasks; those are ${works.map((each) => each.pool).join(', ')}.`,
    );
  const wish = wishOf(trace, question);
  const wishes = Object.keys(wish).length > 0 ? [wish] : usefulWishes(trace, replay);
  return {
    version: 1,
    wallSeconds: toSeconds(trace.wall),
    pools: [
      {
        pool,
        kind: trace.tables.pools.kind[pool],
        workers: replay.work.workers,
        cores: replay.work.cores,
        tasks: replay.work.tasks,
        calls: replay.work.items,
        recordedSeconds: toSeconds(replay.recorded),
        replayedSeconds: toSeconds(replay.replayed),
        variants: wishes.map((each) => answerDocument(trace, granted(trace, replay, each))),
      },
    ],
  };
}

function wishOf(trace: Trace, question: WhatIfQuestion): Wish {
  const { chunksize, order, workers, cores, faster, byReference } = question;
  return {
    ...(chunksize !== undefined && { chunk: positive('chunksize', chunksize) }),
    ...(order === 'longest' && { order }),
    ...(workers !== undefined && { workers: positive('workers', workers) }),
    ...(cores !== undefined && { cores: positive('cores', cores) }),
    ...(faster && {
      faster: { function: functionNamed(trace, faster.function), times: factor(faster.times) },
    }),
    ...(byReference && { byReference }),
  };
}

const MOST = 1_000_000;

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw new UserError(`"${name}" is a whole number from 1 to ${MOST}.`);
}

function factor(times: number): number {
  if (times > 0 && times <= MOST) return times;
  throw new UserError('"faster.times" says how many times as fast the function gets: a number above 0.');
}

const bounded = (limit = FEW_ROWS): number => Math.max(1, Math.min(MOST_ROWS, Math.round(limit)));
