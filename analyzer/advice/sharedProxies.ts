import { libraryFunctions } from '../analysis/callSites.ts';
import { ownSiteOf } from '../analysis/ownSites.ts';
import type { Site } from '../analysis/sites.ts';
import { addToSlices, busyOf, slicesOf } from '../analysis/slices.ts';
import type { Trace } from '../analysis/trace.ts';
import { saving } from './gain.ts';
import { nameOf, placeText } from './places.ts';
import { percent } from './quantities.ts';
import type { Conclusion } from './rule.ts';
import { LEAST_LOOKS } from './sampledSaving.ts';

/** Share of the run that must be gained. */
const LEAST_SAVED = 0.07;
/**
 * Share of the time in calls in which caller or manager compute, at least. A call that is answered keeps one of them busy nearly all the time; one that waits
 * for something to happen, such as `get` of an empty queue, keeps neither.
 */
const LEAST_ANSWERED = 0.3;
/** Shares of the time in calls that go when each worker works on what is its own and hands it over once; measured, see the page. */
const REMOVED_AT_LEAST = 0.75;
const REMOVED = 1;

const MANAGERS = /(?:^|\/)multiprocessing\/managers\.py$/;
/** What a lane does with a manager. */
const CALLS = 1;
const SERVES = 2;

/** Conclusions on lines that ask a `multiprocessing.Manager` for every item. */
export function sharedProxies(trace: Trace): Conclusion[] {
  const use = usesOf(trace);
  if (!use) return [];
  const { samples, lanes } = trace.tables;
  const { starts } = trace;
  const slices = slicesOf(trace);
  const siteOf = ownSiteOf(trace);
  const places = new Map<
    string,
    { site: Site; time: number; looks: number; lanes: Set<number>; from: number; to: number }
  >();
  const calling = new Float64Array(slices.count);
  const clients = new Uint8Array(lanes.length);
  let [busyCalling, serving, whole] = [0, 0, 0];
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    const kind = stack < 0 ? 0 : use[stack];
    if (kind === SERVES) serving += busyOf(trace, row);
    if (kind !== CALLS) continue;
    const [from, to] = [starts[row] as number, samples.time[row] as number];
    const lane = samples.lane[row] as number;
    clients[lane] = 1;
    busyCalling += busyOf(trace, row);
    whole += to - from;
    addToSlices(slices, calling, from, to, to - from);
    const site = siteOf(stack);
    if (site.function < 0) continue;
    const key = `${site.function} ${site.line}`;
    const place = places.get(key) ?? { site, time: 0, looks: 0, lanes: new Set(), from, to };
    place.time += to - from;
    place.looks += samples.count[row] as number;
    place.lanes.add(lane);
    place.to = Math.max(place.to, to);
    places.set(key, place);
  }
  const callers = clients.reduce((sum, each) => sum + each, 0);
  if (callers === 0 || busyCalling + serving < (LEAST_ANSWERED * whole) / callers) return [];
  const saved = savedWithout(trace, calling, clients, use);
  return [...places.values()].flatMap(({ site, time, looks, lanes: seen, from, to }) => {
    const its = (saved * time) / whole;
    if (!(its >= LEAST_SAVED * trace.wall) || looks < LEAST_LOOKS) return [];
    return [
      {
        subject: `site ${site.function}:${site.line}`,
        title: `${nameOf(trace, site.function)} asks a manager process for every item`,
        why: `${seen.size} ${seen.size === 1 ? 'worker spends' : 'workers spend'} ${(time / 1e9).toFixed(1)} s in calls to an object of multiprocessing.Manager: each is a message to another process, which answers one at a time.`,
        change: `Work on a plain object in each worker at ${placeText(trace, site)}, and return it or hand it over once at the end.`,
        site,
        lanes: [...seen],
        interval: { start: from, end: to },
        evidence: {
          callSeconds: time / 1e9,
          savedShare: percent(its / trace.wall),
          callers: seen.size,
          samples: looks,
        },
        gain: saving(trace.wall, REMOVED_AT_LEAST * its, REMOVED * its),
      },
    ];
  });
}

/** Of each row of `stacks`, whether it calls a manager or serves as one; null when there is none. */
function usesOf(trace: Trace): Uint8Array | null {
  const { stacks } = trace.tables;
  const { functions } = trace;
  const calls = libraryFunctions(trace, (name, file) => name === '_callmethod' && MANAGERS.test(file));
  if (!calls.includes(1)) return null;
  const serves = libraryFunctions(
    trace,
    (name, file) => (name === 'serve_client' || name === 'handle_request') && MANAGERS.test(file),
  );
  const use = new Uint8Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const parent = stacks.parent[stack] as number;
    const id = functions.ofFrame[stacks.frame[stack] as number] as number;
    use[stack] =
      calls[id] === 1 ? CALLS : serves[id] === 1 ? SERVES : parent < 0 ? 0 : (use[parent] as number);
  }
  return use;
}

/**
 * Nanos of wall time without any calls, slice by slice: of the time that the callers spend in calls or at work, the part in calls
 * goes, for all of them at once.
 */
function savedWithout(trace: Trace, calling: Float64Array, clients: Uint8Array, use: Uint8Array): number {
  const { samples } = trace.tables;
  const { starts } = trace;
  const slices = slicesOf(trace);
  const working = new Float64Array(slices.count);
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    if (clients[samples.lane[row] as number] !== 1 || (stack >= 0 && use[stack] === CALLS)) continue;
    addToSlices(slices, working, starts[row] as number, samples.time[row] as number, busyOf(trace, row));
  }
  let saved = 0;
  for (let slice = 0; slice < slices.count; slice++) {
    const calls = calling[slice] as number;
    if (calls > 0)
      saved +=
        (slices.width * Math.min(1, calls / slices.width) * calls) / (calls + (working[slice] as number));
  }
  return saved;
}
