import { type CallSite, callSites } from '../../analysis/callSites.ts';
import { enteredFunctions } from '../../analysis/callTimes.ts';
import { stacksWithinFunction } from '../../analysis/stacksWithin.ts';
import type { Trace } from '../../analysis/trace.ts';
import { wallOfRows } from '../../analysis/wallShares.ts';
import { nameOf, placeText, siteSubject } from '../places.ts';
import { percent } from '../quantities.ts';
import { rowAccess } from '../rowAccess.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';

/** What stays of a loop over columns at least, and at most of pandas' part when only the rows become tuples; measured, see the page. */
const REMOVED = 0.98;
const REMOVED_AT_LEAST = 0.92;

/** Loops that are looked at, longest first: each costs a pass over the samples. */
const MOST_LOOPS = 8;

const FRAME = /(?:^|\/)pandas\/core\/frame\.py$/;

export const iterrows: Rule = {
  id: 'N01',
  title: 'A loop over the rows of a DataFrame',
  evaluate(trace) {
    const calls = callSites(trace, (name, file) => name === 'iterrows' && FRAME.test(file));
    const loops = (calls?.sites ?? [])
      .map((call, group) => ({ call, group }))
      .sort((one, other) => other.call.wall - one.call.wall)
      .slice(0, MOST_LOOPS)
      .flatMap(({ call, group }) =>
        concluded(trace, call, loopOf(trace, calls?.ofStack ?? new Int32Array(0), group, call)),
      );
    return [...loops, ...rowAccess(trace, new Set(loops.map(({ site }) => site.function)))];
  },
};

/** Nanos of wall time of a loop, and how often it was looked at. */
interface Loop {
  /** Inside of pandas: rows being made, and read. */
  readonly pandas: number;
  /** In the program's own code. */
  readonly own: number;
  readonly looks: number;
}

/**
 * What the function that loops did, called functions included, while its loop ran. A row is a Series, and to take a value out of
 * it is as slow as to make it: that time is the loop's too, although `iterrows` is not on its stacks.
 */
function loopOf(trace: Trace, ofStack: Int32Array, group: number, { site, from, to }: CallSite): Loop {
  const { samples } = trace.tables;
  const { homes, starts } = trace;
  const wall = wallOfRows(trace);
  const entered = enteredFunctions(trace);
  const inLoop = stacksWithinFunction(trace, site.function);
  let pandas = 0;
  let own = 0;
  let looks = 0;
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    if (stack < 0 || inLoop[stack] !== 1) continue;
    if ((samples.time[row] as number) <= from || (starts[row] as number) >= to) continue;
    const home = homes[entered[stack] as number];
    const weight = wall[row] as number;
    if (ofStack[stack] === group || home?.module === 'pandas') pandas += weight;
    else if (home?.origin === 'own') own += weight;
    else continue;
    looks += weight > 0 ? (samples.count[row] as number) : 0;
  }
  return { pandas, own, looks };
}

function concluded(
  trace: Trace,
  { site, lanes, from, to }: CallSite,
  { pandas, own, looks }: Loop,
): Conclusion[] {
  const share = pandas / trace.wall;
  if (!(share >= LEAST_SHARE) || looks < LEAST_LOOKS) return [];
  const name = nameOf(trace, site.function);
  return [
    {
      subject: siteSubject(site),
      title: `${name} loops over the rows of a DataFrame with iterrows`,
      why: `${percent(share)} of the run makes a Series of each row and reads values out of it.`,
      change: `Compute with whole columns at ${placeText(trace, site)}; where that cannot be done, loop over itertuples() or over zip() of the columns.`,
      site,
      lanes,
      interval: { start: from, end: to },
      evidence: { pandasShare: share, loopShare: (pandas + own) / trace.wall, samples: looks },
      gain: sampledSaving(trace, REMOVED_AT_LEAST * pandas, REMOVED * (pandas + own), looks),
    },
  ];
}
