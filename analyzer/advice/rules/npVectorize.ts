import { callSites } from '../../analysis/callSites.ts';
import { enteredTimes } from '../../analysis/callTimes.ts';
import { nameOf, placeText, siteSubject } from '../places.ts';
import { percent } from '../quantities.ts';
import type { Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';

/** Share of the calls in other libraries than numpy above which the function does what no array operation does: text, files, dates. */
const MOST_FOREIGN = 0.25;
/** Shares of the time that array operations remove; measured, see the page. */
const REMOVED_AT_LEAST = 0.88;
const REMOVED = 0.99;
const FOREIGN = 0;

const VECTORIZE = /(?:^|\/)numpy\/lib\/(?:function_base|_function_base_impl)\.py$/;
const ALONG_AXIS = /(?:^|\/)numpy\/lib\/(?:shape_base|_shape_base_impl)\.py$/;

export const npVectorize: Rule = {
  id: 'N09',
  title: 'A Python function is called for each element or row of an array',
  evaluate(trace) {
    const calls = callSites(
      trace,
      (name, file) =>
        (name === '__call__' && VECTORIZE.test(file)) ||
        (name === 'apply_along_axis' && ALONG_AXIS.test(file)),
    );
    if (!calls) return [];
    const foreign = enteredTimes(trace, calls, 1, (id) => {
      const home = trace.homes[id];
      return home?.origin === 'library' && home.module !== 'numpy' && home.module !== '__array_function__'
        ? FOREIGN
        : -1;
    });
    return calls.sites.flatMap(({ site, wall, looks, from, to, lanes }, group) => {
      const share = wall / trace.wall;
      if (!(share >= LEAST_SHARE) || looks < LEAST_LOOKS || (foreign[group] as number) > MOST_FOREIGN * wall)
        return [];
      return [
        {
          subject: siteSubject(site),
          title: `${nameOf(trace, site.function)} calls a Python function for each element or row of an array`,
          why: `${percent(share)} of the run is in np.vectorize or np.apply_along_axis, which are loops in Python and no array operations.`,
          change: `Write the function that is called at ${placeText(trace, site)} with operations on whole arrays (np.where, np.select, np.clip for its branches; an axis argument for rows).`,
          site,
          lanes,
          interval: { start: from, end: to },
          evidence: { vectorizeShare: share, samples: looks },
          gain: sampledSaving(trace, REMOVED_AT_LEAST * wall, REMOVED * wall, looks),
        },
      ];
    });
  },
};
