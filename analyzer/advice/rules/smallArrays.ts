import { callSites } from '../../analysis/callSites.ts';
import { leafTimes } from '../../analysis/callTimes.ts';
import type { Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';
import { functionText, percentText, placeText, siteSubject } from '../siteText.ts';

/**
 * Share of the time in numpy at a line that is spent in code whose cost does not depend on how large the arrays are, from which they are
 * small: half of the time of a call and more is then the calling. Measured for sum, mean, max, std, norm and clip on 1 to 100,000 numbers.
 */
const LEAST_FIXED = 0.25;
/** Times that the line must have been come back to. */
const LEAST_STAYS = 3;
const REMOVED_AT_LEAST = 0.6;
const REMOVED = 0.98;

/** Functions that look at what they are given and compute nothing with it. */
const FIXED =
  /(?:^|\.)(?:_\w+_dispatcher|<(?:dict|list)comp>|_count_reduce_items|_commonType|isComplexType|_realType|_wrapfunc|_clip_dep_\w+|normalize_axis_\w+|get_linalg_error_extobj|_makearray|_assert_\w+)$/;

export const smallArrays: Rule = {
  id: 'N03',
  title: 'numpy is called for a few numbers at a time',
  evaluate(trace) {
    const { functions, homes } = trace;
    const calls = callSites(trace, (_, file) =>
      /(?:^|\/)numpy\/(?:_?core|lib|linalg)\/\w+\.py$|^<__array_function__ internals>$/.test(file),
    );
    if (!calls) return [];
    const fixed = leafTimes(trace, calls, 1, (id) =>
      homes[id]?.origin === 'library' && FIXED.test(functions.name[id] ?? '') ? 0 : -1,
    );
    return calls.sites.flatMap(({ site, wall, looks, stays, from, to, lanes }, group) => {
      const share = wall / trace.wall;
      const overhead = (fixed[group] as number) / wall;
      if (!(share >= LEAST_SHARE && overhead >= LEAST_FIXED) || looks < LEAST_LOOKS || stays < LEAST_STAYS)
        return [];
      return [
        {
          subject: siteSubject(site),
          title: `${functionText(trace, site)} calls numpy for a few numbers at a time`,
          why: `${percentText(share)} of the run is in numpy at this line, and ${percentText(overhead)} of that looks at arguments before anything is computed.`,
          change: `Compute for all items at once with an axis argument at ${placeText(trace, site)}, or use plain Python numbers (math, sum, max) for so few.`,
          site,
          lanes,
          interval: { start: from, end: to },
          evidence: { numpyShare: share, overheadShare: overhead, stays, samples: looks },
          gain: sampledSaving(trace, REMOVED_AT_LEAST * wall, REMOVED * wall, looks),
        },
      ];
    });
  },
};
