import { gainRange } from '../../analyzer/advice/words.ts';
import { longestPools } from '../../analyzer/analysis/replay/poolWork.ts';
import { replayOf } from '../../analyzer/analysis/replay/replay.ts';
import { type Granted, granted, usefulWishes, type Wish } from '../../analyzer/analysis/replay/whatIf.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { counted, duration, place, visible } from '../../webview/format.ts';

/** What some changes to the use of a pool would give. */
export interface PoolAnswers {
  readonly pool: string;
  readonly rows: readonly { readonly wish: string; readonly gain: string; readonly detail: string }[];
}

/** A run may have made the same pool a hundred times; those that took longest are answered for. */
const MOST_POOLS = 4;

/** What is worth a look at each pool of a recording, the one that took longest first. */
export function whatIfAnswers(trace: Trace): PoolAnswers[] {
  return longestPools(trace)
    .slice(0, MOST_POOLS)
    .flatMap(({ pool }) => {
      const replay = replayOf(trace, pool);
      if (!replay) return [];
      const wishes = usefulWishes(trace, replay).map((wish) => granted(trace, replay, wish));
      if (wishes.length === 0) return [];
      const { functions, siteOf, tables } = trace;
      const site = siteOf(tables.pools.stack[pool] as number);
      const made = place(functions.file[site.function] ?? '', site.line);
      return [
        {
          pool: [
            visible(tables.pools.kind[pool] || 'pool'),
            counted(replay.work.workers, 'worker'),
            ...(made === '' ? [] : [`made at ${visible(made)}`]),
          ].join(', '),
          rows: wishes.map((answer) => rowOf(trace, answer)),
        },
      ];
    });
}

function rowOf(trace: Trace, { wish, run, gain, limit }: Granted): PoolAnswers['rows'][number] {
  const isWorse = gain.hi < 1;
  return {
    wish: wishWords(trace, wish),
    gain: isWorse ? 'slower' : `${gainRange({ lo: Math.max(1, gain.lo), hi: Math.max(1, gain.hi) })} faster`,
    detail: `The run takes ${duration(run.lo)} to ${duration(run.hi)} instead of ${duration(trace.wall)}; then limited by ${LIMIT_WORDS[limit]}`,
  };
}

const LIMIT_WORDS = {
  'longest task': 'its longest task',
  submitter: 'whoever submits',
  cores: 'the cores',
  workers: 'the number of workers',
  order: 'the order of its tasks',
} as const satisfies Record<Granted['limit'], string>;

function wishWords(
  { functions }: Trace,
  { chunk, order, workers, cores, faster, byReference }: Wish,
): string {
  const parts: string[] = [];
  if (chunk !== undefined) parts.push(`chunks of ${counted(chunk, 'call')}`);
  if (order) parts.push('the longest tasks first');
  if (workers !== undefined) parts.push(counted(workers, 'worker'));
  if (cores !== undefined) parts.push(counted(cores, 'core'));
  if (faster) parts.push(`${visible(functions.name[faster.function] ?? '')} ${faster.times} times as fast`);
  if (byReference) parts.push('nothing serialised');
  return parts.join(', ');
}
