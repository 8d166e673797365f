import { ownSiteOf } from '../../analysis/ownSites.ts';
import type { Site } from '../../analysis/sites.ts';
import { addToSlices, busySlices, slicesOf } from '../../analysis/slices.ts';
import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { sharedProxies } from '../sharedProxies.ts';
import { functionText, percentText, placeText } from '../siteText.ts';

/** Share of the run that must be gained for a finding: what is less is within what two runs differ by. */
const LEAST_SAVED = 0.07;
/** Threads that must wait, on average, for a slice to be held up: less is a lock that is passed on quickly. */
const LEAST_WAITING = 0.1;
/** Shares of the wait that go when work is moved out of the lock, and when each worker keeps results of its own; measured, see the page. */
const REMOVED_AT_LEAST = 0.6;
const REMOVED = 1;

export const lockContention: Rule = {
  id: 'P06',
  title: 'Workers wait for each other at a lock or a shared object',
  evaluate(trace) {
    return [...contendedSites(trace).flatMap((place) => concluded(trace, place)), ...sharedProxies(trace)];
  },
};

/** A line at which locks are waited for. One that has a lock for each object is one place. */
interface Place {
  readonly site: Site;
  readonly rows: readonly number[];
  readonly lanes: readonly number[];
  readonly locks: number;
  /** Nanos, of all threads together. */
  readonly waited: number;
  /** Whether all waits are between threads of one process. */
  readonly inOneProcess: boolean;
}

function contendedSites(trace: Trace): Place[] {
  const { lockWaits, lanes } = trace.tables;
  const siteOf = ownSiteOf(trace);
  const groups = new Map<string, { site: Site; rows: number[] }>();
  for (let row = 0; row < lockWaits.length; row++) {
    if ((lockWaits.lane[row] as number) >= lanes.length) continue;
    const site = siteOf(lockWaits.stack[row] as number);
    if (site.function < 0) continue;
    const key = `${site.function} ${site.line}`;
    const group = groups.get(key);
    if (group) group.rows.push(row);
    else groups.set(key, { site, rows: [row] });
  }
  return [...groups.values()].map(({ site, rows }) => {
    const waiting = new Set<number>();
    const locks = new Set<number>();
    const processes = new Set<number>();
    let waited = 0;
    for (const row of rows) {
      const lane = lockWaits.lane[row] as number;
      const holder = lockWaits.holder[row] as number;
      waiting.add(lane);
      locks.add(lockWaits.lock[row] as number);
      processes.add(lanes.process[lane] as number);
      if (holder >= 0 && holder < lanes.length) processes.add(lanes.process[holder] as number);
      waited += Math.max(0, (lockWaits.end[row] as number) - (lockWaits.start[row] as number));
    }
    return {
      site,
      rows,
      lanes: [...waiting].sort((a, b) => a - b),
      locks: locks.size,
      waited,
      inOneProcess: processes.size === 1,
    };
  });
}

function concluded(trace: Trace, place: Place): Conclusion[] {
  const { site, rows, lanes, locks, waited } = place;
  // No more can be won than was waited.
  if (!(waited >= LEAST_SAVED * trace.wall)) return [];
  const { saved, from, to, lost } = savedWithout(trace, place);
  if (!(saved >= LEAST_SAVED * trace.wall)) return [];
  const held = heldMost(trace, rows);
  const first = trace.tables.lockWaits.lock[rows[0] as number] as number;
  const holder = held ? ` Meanwhile its holder is mostly at ${placeText(trace, held)}.` : '';
  return [
    {
      subject: `lock ${first}`,
      title: `${functionText(trace, site)} waits for a lock that another worker holds`,
      why: `${lanes.length} workers wait ${(waited / 1e9).toFixed(1)} s together for ${locks === 1 ? 'one lock' : `${locks} locks`} here, and ${percentText(lost / trace.wall)} of the run has fewer at work for it.${holder}`,
      change: `Hold the lock at ${placeText(trace, held ?? site)} for less: compute and do input and output outside of it, or keep results for each worker and merge them once.`,
      site,
      lanes,
      interval: { start: from, end: to },
      evidence: { waitSeconds: waited / 1e9, locks, waiters: lanes.length, savedSeconds: saved / 1e9 },
      gain: saving(trace.wall, REMOVED_AT_LEAST * saved, REMOVED * saved),
    },
  ];
}

/**
 * Slice by slice: with `w` lanes that wait and `a` that work (one at least: who holds it may sleep), without the lock all `w + a` work, and the
 * slice takes `a / (w + a)` of its time; but no more is computed at once than cores allow, and in threads of one process than
 * the GIL does: there a lock that is held while Python computes costs nothing.
 */
function savedWithout(trace: Trace, { rows, lanes, inOneProcess }: Place) {
  const { lockWaits } = trace.tables;
  const slices = slicesOf(trace);
  const waits = new Float64Array(slices.count);
  for (const row of rows) {
    const [start, end] = [lockWaits.start[row] as number, lockWaits.end[row] as number];
    addToSlices(slices, waits, start, end, end - start);
  }
  const busy = busySlices(trace, inOneProcess ? trace.tables.lanes.process[lanes[0] as number] : undefined);
  const capacity = inOneProcess ? 1 : Math.max(1, trace.meta.host.cores);
  const { width, from: origin } = slices;
  let [saved, lost, first, last] = [0, 0, slices.count, 0];
  for (let slice = 0; slice < slices.count; slice++) {
    const waiting = (waits[slice] as number) / width;
    if (waiting < LEAST_WAITING) continue;
    const runs = (busy[slice] as number) / width;
    const working = Math.max(1, runs);
    const speed = Math.max(
      1,
      Math.min((working + waiting) / working, runs > 0 ? capacity / runs : Number.POSITIVE_INFINITY),
    );
    saved += width * (1 - 1 / speed);
    lost += width * Math.min(1, waiting);
    first = Math.min(first, slice);
    last = slice + 1;
  }
  return { saved, lost, from: origin + Math.min(first, last) * width, to: origin + last * width };
}

/** The line at which holders were for most of the waits; null where that is not known of half of them. */
function heldMost(trace: Trace, rows: readonly number[]): Site | null {
  const { lockWaits } = trace.tables;
  const siteOf = ownSiteOf(trace);
  const times = new Map<string, { site: Site; time: number }>();
  let whole = 0;
  for (const row of rows) {
    const time = (lockWaits.end[row] as number) - (lockWaits.start[row] as number);
    whole += time;
    const site = siteOf(lockWaits.holderStack[row] as number);
    if (site.function < 0) continue;
    const key = `${site.function} ${site.line}`;
    const sum = times.get(key) ?? { site, time: 0 };
    sum.time += time;
    times.set(key, sum);
  }
  let best: { site: Site; time: number } | null = null;
  let known = 0;
  for (const each of times.values()) {
    known += each.time;
    if (best === null || each.time > best.time) best = each;
  }
  return best !== null && known > whole / 2 ? best.site : null;
}
