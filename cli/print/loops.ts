import type { Summary } from '../../analyzer/analysis/summary.ts';
import { fitted, wrapped } from './text.ts';
import { count, percent, seconds } from './units.ts';

/** Seconds of a run's collections and of an event loop's delay that are worth a line. */
const LONG_COLLECTIONS = 0.01;
const LONG_DELAY = 0.02;
const MOST_LOOPS = 3;
/** A loop that is never idle is that of a program which calculates and hands nothing to it. */
const ALWAYS_BUSY = 0.9;

/** What garbage collection took, and event loops that were late: a line each, where there is something to say. */
export function loopLines(summary: Summary): string[] {
  return [...collections(summary), ...eventLoops(summary)];
}

function collections({ pauses }: Summary): string[] {
  const its = pauses.filter(({ kind }) => kind === 'gc');
  const took = its.reduce((sum, each) => sum + each.seconds, 0);
  if (took < LONG_COLLECTIONS) return [];
  const times = its.reduce((sum, each) => sum + each.count, 0);
  const longest = Math.max(...its.map((each) => each.longestSeconds));
  // Of those that only samples have, short ones are not counted.
  const isSampled = its.some(({ name }) => name.endsWith('(sampled)'));
  const what = isSampled ? 'garbage collections' : count(times, 'garbage collection');
  return [`  ${what}: ${seconds(took)}, the longest ${seconds(longest)}`];
}

function eventLoops({ eventLoops: loops, lanes }: Summary): string[] {
  const late = loops.filter(
    ({ longestDelaySeconds: delay, utilisation }) => delay >= LONG_DELAY && (utilisation ?? 1) < ALWAYS_BUSY,
  );
  const parts = late.slice(0, MOST_LOOPS).map(({ lane, longestDelaySeconds, utilisation }) => {
    const { name = '', role = 'worker' } = lanes[lane] ?? {};
    const called = role === 'main' ? 'of the main thread' : `of ${fitted(name, 24)}`;
    const used = utilisation === null ? '' : `, ${percent(utilisation)} busy`;
    return `${called} up to ${seconds(longestDelaySeconds)} late${used}`;
  });
  return wrapped('  event loop ', parts);
}
