import { callSites, libraryFunctions } from '../../analysis/callSites.ts';
import { leafTimes, staysInside, timesInside } from '../../analysis/callTimes.ts';
import { nameOf, placeText, siteSubject } from '../places.ts';
import { percent } from '../quantities.ts';
import type { Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';

/** Times that compiling must have been come back to: a program that compiles all its patterns when it starts stays in it. */
const LEAST_STAYS = 3;
/** What the first and the last time have between them, in times of the compiling: patterns that are used are looked for as well. */
const LEAST_SPREAD = 1.25;
/**
 * Compiling goes away as a whole when it is done once. What the cache costs goes too; of the time in the wrapper functions it is
 * a part that samples by line do not tell, so that up to as much again may go.
 */
const REMOVED_AT_LEAST = 0.9;
const LOOKUP_AT_MOST = 2;
/** Patterns are also made, and let go of. */
const COMPILE_AT_MOST = 1.15;

const FUNCTIONS = new Set([
  'compile',
  'match',
  'fullmatch',
  'search',
  'sub',
  'subn',
  'split',
  'findall',
  'finditer',
]);
const RE = /(?:^|\/)re(?:\/__init__)?\.py$/;
const COMPILER = /(?:^|\/)(?:sre_(?:compile|parse)|re\/_(?:compiler|parser))\.py$/;

export const regexCompile: Rule = {
  id: 'N07',
  title: 'Regular expressions are compiled again and again',
  evaluate(trace) {
    const calls = callSites(trace, (name, file) => FUNCTIONS.has(name) && RE.test(file));
    if (!calls) return [];
    const compiler = libraryFunctions(trace, (_, file) => COMPILER.test(file));
    const compiling = timesInside(trace, calls, compiler);
    const cache = libraryFunctions(trace, (name, file) => name === '_compile' && RE.test(file));
    const comings = staysInside(trace, calls, cache);
    // Where nothing is kept, compiling stands below the look-up too.
    const lookingUp = leafTimes(trace, calls, 1, (id) => (cache[id] === 1 ? 0 : -1));
    return calls.sites.flatMap(({ site, looks, from, to, lanes }, group) => {
      const compiled = compiling[group] as number;
      const found = lookingUp[group] as number;
      const stays = comings[group] as number;
      const share = (compiled + found) / trace.wall;
      if (!(share >= LEAST_SHARE) || looks < LEAST_LOOKS || stays < LEAST_STAYS) return [];
      if (to - from < LEAST_SPREAD * (compiled + found)) return [];
      const isCompiling = compiled > found;
      const what = isCompiling
        ? 'compiles regular expressions again and again'
        : 'looks a compiled pattern up for each call';
      return [
        {
          subject: siteSubject(site),
          title: `${nameOf(trace, site.function)} ${what}`,
          why: isCompiling
            ? `${percent(share)} of the run compiles patterns, at ${stays} or more different times: more of them than the cache of re keeps.`
            : `${percent(share)} of the run is spent in the cache of re, beside the matching itself.`,
          change: isCompiling
            ? `Compile each pattern once, before the loop around ${placeText(trace, site)}, and keep it; for plain words use a set, str methods or one pattern with alternatives.`
            : `Compile the pattern once with re.compile, before the loop around ${placeText(trace, site)}, and call its methods.`,
          site,
          lanes,
          interval: { start: from, end: to },
          evidence: {
            compileShare: compiled / trace.wall,
            lookupShare: found / trace.wall,
            stays,
            samples: looks,
          },
          gain: sampledSaving(
            trace,
            REMOVED_AT_LEAST * (compiled + found),
            COMPILE_AT_MOST * compiled + LOOKUP_AT_MOST * found,
            looks,
          ),
        },
      ];
    });
  },
};
