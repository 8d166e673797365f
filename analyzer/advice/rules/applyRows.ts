import { callSites, libraryFunctions } from '../../analysis/callSites.ts';
import { enteredTimes, timesInside } from '../../analysis/callTimes.ts';
import { nameOf, placeText, siteSubject } from '../places.ts';
import { percent } from '../quantities.ts';
import type { Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';

/** Shares of the time that a change removes: of pandas' part alone at least, of all of it at most; measured, see the page. */
const REMOVED_AT_LEAST = 0.92;
const REMOVED = 0.98;
/** Whose doing a call's time is. */
const PANDAS = 0;
const OWN = 1;
const KINDS = 2;

export const applyRows: Rule = {
  id: 'N02',
  title: 'A function is applied to each row of a DataFrame',
  evaluate(trace) {
    const calls = callSites(
      trace,
      (name, file) =>
        (name === 'apply' || name === 'agg' || name === 'aggregate') && file.endsWith('pandas/core/frame.py'),
    );
    if (!calls) return [];
    const { homes } = trace;
    // Only the one for rows makes its Series in a function of its own; and only of a row single values are read.
    const perRow = libraryFunctions(
      trace,
      (name, file, qualified) =>
        (name === 'series_generator' &&
          file.endsWith('pandas/core/apply.py') &&
          !qualified.includes('FrameRowApply')) ||
        (name === '_get_value' && file.endsWith('pandas/core/series.py')),
    );
    const inRows = timesInside(trace, calls, perRow);
    const times = enteredTimes(trace, calls, KINDS, (id) => {
      if (homes[id]?.origin === 'own') return OWN;
      return homes[id]?.module === 'pandas' ? PANDAS : -1;
    });
    return calls.sites.flatMap(({ site, wall, looks, from, to, lanes }, group) => {
      const pandas = times[group * KINDS + PANDAS] as number;
      const own = times[group * KINDS + OWN] as number;
      if (!((inRows[group] as number) > 0 && pandas >= LEAST_SHARE * trace.wall) || looks < LEAST_LOOKS)
        return [];
      return [
        {
          subject: siteSubject(site),
          title: `${nameOf(trace, site.function)} applies a function to each row of a DataFrame`,
          why: `${percent(wall / trace.wall)} of the run is in apply(axis=1), ${percent(pandas / trace.wall)} in pandas itself, which makes a Series of each row.`,
          change: `Compute with whole columns instead of apply(axis=1) at ${placeText(trace, site)}; where that cannot be done, call the function in a loop over zip() of the columns.`,
          site,
          lanes,
          interval: { start: from, end: to },
          evidence: { applyShare: wall / trace.wall, pandasShare: pandas / trace.wall, samples: looks },
          gain: sampledSaving(trace, REMOVED_AT_LEAST * pandas, REMOVED * (pandas + own), looks),
        },
      ];
    });
  },
};
