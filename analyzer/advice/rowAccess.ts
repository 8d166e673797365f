import { callSites, libraryFunctions } from '../analysis/callSites.ts';
import { selfTime, timesInside } from '../analysis/callTimes.ts';
import { stacksWithin } from '../analysis/stacksWithin.ts';
import type { Trace } from '../analysis/trace.ts';
import { wallOfStacks } from '../analysis/wallShares.ts';
import { nameOf, placeText, siteSubject } from './places.ts';
import { percent } from './quantities.ts';
import type { Conclusion } from './rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from './sampledSaving.ts';

/**
 * Share of the time in such expressions that must be seen in what reads or writes one row or one value, and that may be in what takes many: masks and
 * slices are as they should be, and the rest of the time finds out which of the two it is.
 */
const LEAST_SINGLE = 0.05;
const MOST_MANY = 0.3;
/** Shares of the time that go with lists or arrays of the columns, and with whole columns. */
const REMOVED_AT_LEAST = 0.92;
const REMOVED = 0.98;

const SUBSCRIPTS = /(?:^|\/)pandas\/core\/(?:indexing|series|frame)\.py$/;
/** What reads or writes one row or one value. */
const SINGLE = new Set(['_get_value', '_set_value', 'xs', '_getitem_lowerdim', '_ixs', '_set_with_engine']);
/** What reads many rows at once. */
const MANY =
  /^(?:_getbool_axis|_getitem_bool_array|_get_slice_axis|_get_list_axis|_getitem_iterable|_getitem_slice|_getitem_multilevel|_slice|_get_values|_take_with_is_copy|take|reindex|_reindex_with_indexers)$/;
/** It makes a column of a frame, by the same function that makes a row. */
const COLUMN = '_get_item_cache';

/**
 * Conclusions on functions that read or write a frame value by value (`frame.iloc[i]`, `frame.at[i, name]`, `column[i]`). `told`: functions, by
 * number, whose loops over rows are told already.
 */
export function rowAccess(trace: Trace, told: ReadonlySet<number>): Conclusion[] {
  const calls = callSites(
    trace,
    (name, file) => (name === '__getitem__' || name === '__setitem__') && SUBSCRIPTS.test(file),
  );
  if (!calls) return [];
  const single = libraryFunctions(
    trace,
    (name, file) => SINGLE.has(name) && /(?:^|\/)pandas\/core\//.test(file),
  );
  const column = libraryFunctions(trace, (name) => name === COLUMN);
  const ofStack = withoutNested(trace, calls.ofStack, column, told);
  const own = { ofStack, sites: calls.sites };
  const singles = timesInside(trace, own, single);
  const many = libraryFunctions(
    trace,
    (name, file) => MANY.test(name) && /(?:^|\/)pandas\/core\//.test(file),
  );
  const manies = timesInside(trace, own, many);
  const wall = wallOfStacks(trace);
  const wholes = new Float64Array(calls.sites.length);
  for (let stack = 0; stack < wall.length; stack++) {
    const group = ofStack[stack] as number;
    if (group >= 0) wholes[group] = (wholes[group] as number) + (wall[stack] as number);
  }
  const byFunction = new Map<number, number[]>();
  calls.sites.forEach(({ site }, group) => {
    byFunction.set(site.function, [...(byFunction.get(site.function) ?? []), group]);
  });
  const sum = (groups: readonly number[], of: (group: number) => number) =>
    groups.reduce((total, group) => total + of(group), 0);
  return [...byFunction.values()].flatMap((groups) => {
    const whole = sum(groups, (group) => wholes[group] as number);
    const looks = sum(groups, (group) => calls.sites[group]?.looks ?? 0);
    const heaviest = [...groups].sort((a, b) => (wholes[b] as number) - (wholes[a] as number))[0] ?? -1;
    const call = calls.sites[heaviest];
    if (!call || !(whole >= LEAST_SHARE * trace.wall) || looks < LEAST_LOOKS) return [];
    if (sum(groups, (group) => singles[group] as number) < LEAST_SINGLE * whole) return [];
    if (sum(groups, (group) => manies[group] as number) > MOST_MANY * whole) return [];
    const { site, lanes, from, to } = call;
    return [
      {
        subject: siteSubject(site),
        title: `${nameOf(trace, site.function)} goes through a DataFrame value by value`,
        why: `${percent(whole / trace.wall)} of the run looks up single rows and values in pandas, which takes microseconds for each.`,
        change: `Compute with whole columns at ${placeText(trace, site)}; where that cannot be done, take the columns out as arrays or lists before the loop (to_numpy, tolist, zip).`,
        site,
        lanes,
        interval: { start: from, end: to },
        evidence: { pandasShare: whole / trace.wall, samples: looks },
        gain: sampledSaving(
          trace,
          REMOVED_AT_LEAST * whole,
          REMOVED * (whole + selfTime(trace, site.function)),
          looks,
        ),
      },
    ];
  });
}

/** Without columns that are taken out, code of the program that pandas calls for each row, and functions that are told already. */
function withoutNested(
  trace: Trace,
  ofStack: Int32Array,
  column: Uint8Array,
  told: ReadonlySet<number>,
): Int32Array {
  const { stacks } = trace.tables;
  const { functions, homes } = trace;
  const isPandas = Uint8Array.from(homes, ({ module }) => (module === 'pandas' ? 1 : 0));
  const isTold = Uint8Array.from({ length: functions.count }, (_, id) => (told.has(id) ? 1 : 0));
  const underPandas = stacksWithin(trace, isPandas);
  const inColumn = stacksWithin(trace, column);
  const inTold = stacksWithin(trace, isTold);
  const isNested = new Uint8Array(stacks.length);
  return ofStack.map((group, stack) => {
    const parent = stacks.parent[stack] as number;
    const id = functions.ofFrame[stacks.frame[stack] as number] as number;
    const isCalledBack = homes[id]?.origin === 'own' && parent >= 0 && underPandas[parent] === 1;
    isNested[stack] = isCalledBack || (parent >= 0 && isNested[parent] === 1) ? 1 : 0;
    return isNested[stack] === 1 || inColumn[stack] === 1 || inTold[stack] === 1 ? -1 : group;
  });
}
