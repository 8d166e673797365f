import type { Tables } from '../model/index.ts';
import type { Stretch } from './stretches.ts';

/** The steps of a MapReduce: many tasks, the caller sorting out their results, tasks over what it sorted out. */
export type Phase = 'map' | 'shuffle' | 'reduce';

/** One task is no map: it is a call that happens to run elsewhere. */
const FEWEST_TASKS = 2;
/**
 * Bytes a call from which results are data that can be sorted out. A pickled None, flag or number in its pool's envelope has
 * 25 to 33 bytes alone and 2 to 9 in a chunk; such results say how something went, and feed nothing.
 */
const LEAST_RESULT = 40;
/**
 * Share of the first tasks' results that the second tasks' arguments must make up. Merging drops some (equal keys fall
 * together, sums replace lists); where less than a tenth goes on, the second tasks work on something else.
 */
const LEAST_SHARE = 0.1;
/**
 * A shuffle hands each result to one task, so volumes stay alike. Beyond ten times, nine tenths of what the second tasks got
 * came from somewhere else.
 */
const MOST_SHARE = 10;
/** A pipeline hands a list of results on in microseconds; a shuffle takes it apart, which is a millisecond for a thousand. */
const LEAST_SHUFFLE = 1e6;

/**
 * Whether tasks `second` reduce what tasks `first` mapped, told by structure and never by names: both were submitted by one
 * lane, every result of the first was back before the second were submitted, the functions differ, and the volumes agree.
 *
 * Within one process nothing is pickled and there are no volumes to hold against each other. There the caller must at least
 * have spent some time on what came back.
 */
export function feeds(first: Stretch, second: Stretch, { pools }: Pick<Tables, 'pools'>): boolean {
  const gap = second.start - first.end;
  if (first.from < 0 || first.from !== second.from || gap < 0) return false;
  if (first.function < 0 || second.function < 0 || first.function === second.function) return false;
  // A call that raised gave its caller no results to go on with.
  if (first.tasks < FEWEST_TASKS || first.failed > 0) return false;
  const areThreads = [first, second].some(({ pool }) => pools.startMethod[pool] === 'thread');
  if (areThreads) return gap >= LEAST_SHUFFLE;
  if (first.bytesBack < LEAST_RESULT * first.items) return false;
  const share = second.bytesOut / first.bytesBack;
  return share >= LEAST_SHARE && share <= MOST_SHARE;
}
