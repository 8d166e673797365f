import type { Tables } from '../model/index.ts';
import { groupRows, rowGroups } from './rowGroups.ts';
import type { Site, SiteOf } from './sites.ts';
import { EVERYTHING, type Selection } from './weights.ts';

/** A line of code, and how often and long (Nanos) locks were waited for there. Waits of several threads add up. */
export interface LockSite extends Site {
  readonly waits: number;
  readonly time: number;
  /** Distinct locks. */
  readonly locks: number;
}

/** What one lock cost, or one lock at one place. Sites are in order of time, longest first. */
export interface LockTotals {
  readonly lock: number;
  /** Times that a thread came to wait. While it waits the lock may change hands, and has a row for each holder. */
  readonly waits: number;
  /** Nanos inside the selection, of all waits together. */
  readonly time: number;
  /** Nanos of the longest wait, whole. */
  readonly longest: number;
  /** Distinct lanes that waited. */
  readonly lanes: number;
  /** Where threads waited for it. */
  readonly waiting: readonly LockSite[];
  /** What its holders ran meanwhile. */
  readonly holding: readonly LockSite[];
  /** Share of the time of which the holder's code is not known. */
  readonly unknown: number;
  /** Lanes that held it in code that is not known, by time. */
  readonly holders: readonly { readonly lane: number; readonly time: number }[];
}

/** `lock`: one total for each lock; `place`: one for each lock and line that waited. */
export type LockGrouping = 'lock' | 'place';

/** Totals of everything that was waited for in the selection, what cost most time first. */
export function lockTotals(
  { lockWaits }: Pick<Tables, 'lockWaits'>,
  siteOf: SiteOf,
  { lanes, from, to }: Selection = EVERYTHING,
  by: LockGrouping = 'lock',
): LockTotals[] {
  const places = new Map<string, number>();
  const placeOf = (row: number): number => {
    const site = siteOf(lockWaits.stack[row] as number);
    const key = `${lockWaits.lock[row]} ${site.function} ${site.line}`;
    const place = places.get(key) ?? places.size;
    places.set(key, place);
    return place;
  };
  const groups = rowGroups(lockWaits.length, (row) => {
    if (lanes && !lanes[lockWaits.lane[row] as number]) return -1;
    if ((lockWaits.start[row] as number) >= to || (lockWaits.end[row] as number) <= from) return -1;
    return by === 'lock' ? (lockWaits.lock[row] as number) : placeOf(row);
  });
  return Array.from({ length: groups.count }, (_, group) =>
    totalsOf(lockWaits, groupRows(groups, group), siteOf, { from, to }),
  ).sort((a, b) => b.time - a.time || a.lock - b.lock);
}

function totalsOf(
  lockWaits: Tables['lockWaits'],
  rows: Uint32Array,
  siteOf: SiteOf,
  { from, to }: Pick<Selection, 'from' | 'to'>,
): LockTotals {
  const waiting = new SiteSums();
  const holding = new SiteSums();
  const holders = new Map<number, number>();
  const stays = new Map<number, Stay>();
  let time = 0;
  let longest = 0;
  let waits = 0;
  let unknown = 0;
  for (const row of rows) {
    const lane = lockWaits.lane[row] as number;
    const start = lockWaits.start[row] as number;
    const end = lockWaits.end[row] as number;
    const waited = Math.max(0, Math.min(end, to) - Math.max(start, from));
    time += waited;
    const before = stays.get(lane);
    const goesOn = before !== undefined && before.end === start;
    if (!goesOn) waits++;
    const since = goesOn ? before.since : start;
    const held = lockWaits.holderStack[row] as number;
    longest = Math.max(longest, end - since);
    waiting.add(siteOf(lockWaits.stack[row] as number), goesOn ? 0 : 1, waited);
    const sameHolder = goesOn && before.held === held;
    stays.set(lane, { since, end, held });
    if (held >= 0) {
      holding.add(siteOf(held), sameHolder ? 0 : 1, waited);
      continue;
    }
    unknown += waited;
    const holder = lockWaits.holder[row] as number;
    if (holder >= 0) holders.set(holder, (holders.get(holder) ?? 0) + waited);
  }
  return {
    lock: lockWaits.lock[rows[0] as number] as number,
    waits,
    time,
    longest,
    lanes: stays.size,
    waiting: waiting.byTime(1),
    holding: holding.byTime(1),
    unknown: time > 0 ? unknown / time : 0,
    holders: [...holders].map(([lane, held]) => ({ lane, time: held })).sort((a, b) => b.time - a.time),
  };
}

/** Since when a lane waits, and until when that is known. */
interface Stay {
  readonly since: number;
  readonly end: number;
  /** What the holder ran. */
  readonly held: number;
}

/** The places where any lock was waited for: of a program that has a lock for each object, the place is what matters. */
export function lockSites(totals: readonly LockTotals[]): LockSite[] {
  const sums = new SiteSums();
  for (const { waiting } of totals) for (const site of waiting) sums.add(site, site.waits, site.time);
  return sums.byTime();
}

class SiteSums {
  private readonly sums = new Map<number, { site: Site; waits: number; time: number; added: number }>();

  add(site: Site, waits: number, time: number): void {
    const key = (site.function + 1) * 2 ** 32 + site.line;
    const sum = this.sums.get(key);
    if (!sum) this.sums.set(key, { site, waits, time, added: 1 });
    else {
      sum.waits += waits;
      sum.time += time;
      sum.added++;
    }
  }

  /** `locks`: how many locks the sums are of, where that is not one for each addition. */
  byTime(locks?: number): LockSite[] {
    return [...this.sums.values()]
      .map(({ site, waits, time, added }) => ({
        function: site.function,
        line: site.line,
        waits,
        time,
        locks: locks ?? added,
      }))
      .sort((a, b) => b.time - a.time || b.waits - a.waits);
  }
}
