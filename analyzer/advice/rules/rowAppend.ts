import { callSites, libraryFunctions } from '../../analysis/callSites.ts';
import { timesInside } from '../../analysis/callTimes.ts';
import { nameOf, placeText, siteSubject } from '../places.ts';
import { percent } from '../quantities.ts';
import type { Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';

/** A list takes a row in less than a microsecond and a frame is made of them once; measured, see the page. */
const REMOVED_AT_LEAST = 0.96;
const REMOVED = 1;

const INDEXING = /(?:^|\/)pandas\/core\/indexing\.py$/;
const FRAME = /(?:^|\/)pandas\/core\/frame\.py$/;

export const rowAppend: Rule = {
  id: 'N11',
  title: 'Rows are appended to a DataFrame one by one',
  evaluate(trace) {
    const calls = callSites(
      trace,
      (name, file) =>
        (name === '__setitem__' && INDEXING.test(file)) ||
        ((name === 'append' || name === '_append') && FRAME.test(file)),
    );
    if (!calls) return [];
    // An assignment that finds its row changes it in place; this is where one that does not makes the frame anew.
    const growing = libraryFunctions(
      trace,
      (name, file) =>
        (name === '_setitem_with_indexer_missing' && INDEXING.test(file)) ||
        ((name === 'append' || name === '_append') && FRAME.test(file)),
    );
    const grown = timesInside(trace, calls, growing);
    return calls.sites.flatMap(({ site, wall, looks, from, to, lanes }, group) => {
      const share = (grown[group] as number) / trace.wall;
      if (!(share >= LEAST_SHARE) || looks < LEAST_LOOKS) return [];
      return [
        {
          subject: siteSubject(site),
          title: `${nameOf(trace, site.function)} appends rows to a DataFrame one by one`,
          why: `${percent(share)} of the run makes the frame anew for a row that it did not have, copying all that are there.`,
          change: `Collect the rows in a list at ${placeText(trace, site)} and make the DataFrame of them once, after the loop.`,
          site,
          lanes,
          interval: { start: from, end: to },
          evidence: { appendShare: share, samples: looks },
          gain: sampledSaving(trace, REMOVED_AT_LEAST * (grown[group] as number), REMOVED * wall, looks),
        },
      ];
    });
  },
};
