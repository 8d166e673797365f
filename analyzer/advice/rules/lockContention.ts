import { ownSiteOf } from '../../analysis/ownSites.ts';
import { type Site, UNKNOWN_SITE } from '../../analysis/sites.ts';
import { addToSlices, cpuSlices, slicesOf } from '../../analysis/slices.ts';
import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import { nameOf, placeText, siteSubject } from '../places.ts';
import { percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { sharedProxies } from '../sharedProxies.ts';

/** Share of the run that must be gained for a finding: what is less is within what two runs differ by. */
const LEAST_SAVED = 0.07;
/** Threads that must wait, on average, for a slice to be held up: less is a lock that is passed on quickly. */
const LEAST_WAITING = 0.1;
/** Shares of the wait that go when work is moved out of the lock, and when each worker keeps results of its own; measured, see the page. */
const REMOVED_AT_LEAST = 0.6;
const REMOVED = 1;

/** The machinery of pools, queues and processes. */
const INTERNAL =
  /(?:^|\/)(?:multiprocessing\/(?:process|pool|queues|connection|context|forkserver|spawn|popen_\w+)|concurrent\/futures\/\w+|joblib\/.*)\.py$/;

export const lockContention: Rule = {
  id: 'P06',
  title: 'Workers wait for each other at a lock or a shared object',
  evaluate(trace) {
    return [...contendedPlaces(trace).flatMap((place) => concluded(trace, place)), ...sharedProxies(trace)];
  },
};

/** Locks that are mostly waited for at one line: one lock for each object is one place, and a lock that several lines wait for is one as well. */
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

function contendedPlaces(trace: Trace): Place[] {
  const { lockWaits, lanes } = trace.tables;
  const siteOf = ownSiteOf(trace);
  const isInternal = internalStacks(trace);
  const byLock = new Map<number, number[]>();
  for (let row = 0; row < lockWaits.length; row++) {
    const stack = lockWaits.stack[row] as number;
    if ((lockWaits.lane[row] as number) >= lanes.length || stack < 0 || isInternal[stack] === 1) continue;
    if (siteOf(stack).function < 0) continue;
    const lock = lockWaits.lock[row] as number;
    const rows = byLock.get(lock);
    if (rows) rows.push(row);
    else byLock.set(lock, [row]);
  }
  const places = new Map<string, { site: Site; rows: number[][] }>();
  for (const rows of byLock.values()) {
    const site = mostTime(trace, rows, lockWaits.stack)?.site ?? UNKNOWN_SITE;
    const key = siteSubject(site);
    const place = places.get(key);
    if (place) place.rows.push(rows);
    else places.set(key, { site, rows: [rows] });
  }
  return [...places.values()].map(({ site, rows: ofLocks }) => {
    const rows = ofLocks.flat();
    const waiting = new Set<number>();
    const processes = new Set<number>();
    let waited = 0;
    for (const row of rows) {
      const lane = lockWaits.lane[row] as number;
      const holder = lockWaits.holder[row] as number;
      waiting.add(lane);
      processes.add(lanes.process[lane] as number);
      if (holder >= 0 && holder < lanes.length) processes.add(lanes.process[holder] as number);
      waited += Math.max(0, (lockWaits.end[row] as number) - (lockWaits.start[row] as number));
    }
    return {
      site,
      rows,
      lanes: [...waiting].sort((a, b) => a - b),
      locks: ofLocks.length,
      waited,
      inOneProcess: processes.size === 1,
    };
  });
}

/**
 * 1 for stacks whose innermost code, above the program's, is that of pools and queues: their locks are not the program's, although a
 * forked worker has the frames of the program below its own.
 */
function internalStacks({ tables: { stacks }, functions, homes }: Trace): Uint8Array {
  const isInternal = Uint8Array.from(functions.file, (file) =>
    INTERNAL.test(file.replaceAll('\\', '/')) ? 1 : 0,
  );
  const internal = new Uint8Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const parent = stacks.parent[stack] as number;
    const id = functions.ofFrame[stacks.frame[stack] as number] as number;
    const isOwn = homes[id]?.origin === 'own' && functions.file[id] !== '<string>';
    internal[stack] = isOwn ? 0 : isInternal[id] === 1 ? 1 : parent < 0 ? 0 : (internal[parent] as number);
  }
  return internal;
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
      title: `${nameOf(trace, site.function)} waits for a lock that another worker holds`,
      why: `${lanes.length} workers wait ${(waited / 1e9).toFixed(1)} s together for ${locks === 1 ? 'one lock' : `${locks} locks`} here, and ${percent(lost / trace.wall)} of the run has fewer at work for it.${holder}`,
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
 * Slice by slice: with `w` lanes that wait and `a` that do not (one at least: who holds it may sleep), without the lock all `w + a` go on, and the
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
  const cpu = cpuSlices(trace, inOneProcess ? trace.tables.lanes.process[lanes[0] as number] : undefined);
  const capacity = inOneProcess ? 1 : Math.max(1, trace.meta.host.cores);
  const { width, from: origin } = slices;
  let [saved, lost, first, last] = [0, 0, slices.count, 0];
  for (let slice = 0; slice < slices.count; slice++) {
    const waiting = (waits[slice] as number) / width;
    if (waiting < LEAST_WAITING) continue;
    const runs = (cpu[slice] as number) / width;
    const working = Math.max(1, runs, lanes.length - waiting);
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
  const most = mostTime(trace, rows, trace.tables.lockWaits.holderStack);
  return most && most.known > 0.5 ? most.site : null;
}

/** The line that most of the time of some waits belongs to, by one of their stacks, and the share of that time of which a line is known. */
function mostTime(
  trace: Trace,
  rows: readonly number[],
  stacks: Int32Array,
): { readonly site: Site; readonly known: number } | null {
  const { lockWaits } = trace.tables;
  const siteOf = ownSiteOf(trace);
  const times = new Map<string, { site: Site; time: number }>();
  let [whole, known] = [0, 0];
  for (const row of rows) {
    const time = (lockWaits.end[row] as number) - (lockWaits.start[row] as number);
    whole += time;
    const site = siteOf(stacks[row] as number);
    if (site.function < 0) continue;
    known += time;
    const sum = times.get(siteSubject(site)) ?? { site, time: 0 };
    sum.time += time;
    times.set(siteSubject(site), sum);
  }
  let best: { site: Site; time: number } | null = null;
  for (const each of times.values()) if (best === null || each.time > best.time) best = each;
  return best && { site: best.site, known: whole > 0 ? known / whole : 0 };
}
