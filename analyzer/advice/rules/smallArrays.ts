import { type CallSites, callSites, libraryFunctions } from '../../analysis/callSites.ts';
import { selfTime, timesInside } from '../../analysis/callTimes.ts';
import type { Trace } from '../../analysis/trace.ts';
import { wallOfStacks } from '../../analysis/wallShares.ts';
import { nameOf, placeText, siteSubject } from '../places.ts';
import { percent } from '../quantities.ts';
import type { Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';

/** Lines that a function of numpy computes at, at most: four in `std` and `roll`, one in those that are known to. The others look at arguments. */
const COMPUTING_LINES = 4;
const COMPUTING_LINES_OF_PLAIN = 2;
const PLAIN =
  /(?:^|\.)(?:nan)?(?:sum|mean|median|a?max|a?min|arg(?:max|min)|prod|ptp|any|all|cumsum|diff|norm|clip|a?round_?)$/;
/**
 * Share of the time in numpy at other lines from which arrays are small, and looks there that are more than chance. Measured, see the page: 20 % and
 * more for 4 and 100 numbers, 12 % and less for 100,000.
 */
const LEAST_OVERHEAD = 0.15;
const LEAST_OVERHEAD_LOOKS = 5;
/** What wraps a function of numpy is overhead, but where it wraps machine code it is that code's time as well: no more than this share of the rest. */
const MOST_WRAPPING = 0.2;
/** Time in calls that does not depend on the size of arrays, at least, in times of what is at other lines: the computing ones have such a part too. */
const FIXED_FOR_OVERHEAD = 1.2;
/** Shares of the time in numpy that go in plain Python, and with all items at once; measured, see the page. */
const REMOVED_AT_LEAST = 0.6;
const REMOVED = 0.98;

const WRAPPER = '<__array_function__ internals>';
const NUMPY = /(?:^|\/)numpy\/(?:_?core|lib|linalg)\/\w+\.py$|^<__array_function__ internals>$/;
/** What calls the program's own code for each item, and is told by rules of its own. */
const EACH_ITEM =
  /(?:^|\/)(?:numpy\/lib\/(?:function_base|_function_base_impl|shape_base|_shape_base_impl)|pandas\/core\/frame)\.py$/;

export const smallArrays: Rule = {
  id: 'N03',
  title: 'numpy is called for a few numbers at a time',
  evaluate(trace) {
    const calls = callSites(
      trace,
      (name, file) => name !== '__call__' && name !== 'apply_along_axis' && NUMPY.test(file),
    );
    if (!calls) return [];
    const overheads = overheadsOf(trace, calls);
    const perItem = libraryFunctions(
      trace,
      (name, file) =>
        (name === '__call__' || name === 'apply' || name === 'apply_along_axis') && EACH_ITEM.test(file),
    );
    const told = timesInside(trace, calls, perItem);
    return calls.sites.flatMap(({ site, wall, looks, from, to, lanes }, group) => {
      const share = wall / trace.wall;
      const overhead = overheads[group] as number;
      if (!(share >= LEAST_SHARE && overhead >= LEAST_OVERHEAD) || looks < LEAST_LOOKS) return [];
      if (overhead * looks < LEAST_OVERHEAD_LOOKS || (told[group] as number) > wall / 2) return [];
      return [
        {
          subject: siteSubject(site),
          title: `${nameOf(trace, site.function)} calls numpy for a few numbers at a time`,
          why: `${percent(share)} of the run is in numpy at this line, and ${percent(overhead)} of that at lines that look at arguments: on large arrays next to nothing is.`,
          change: `Compute for all items at once with an axis argument at ${placeText(trace, site)}, or use plain Python numbers (math, sum, max) for so few.`,
          site,
          lanes,
          interval: { start: from, end: to },
          evidence: { numpyShare: share, overheadShare: overhead, samples: looks },
          gain: sampledSaving(
            trace,
            Math.min(REMOVED_AT_LEAST, FIXED_FOR_OVERHEAD * overhead) * wall,
            REMOVED * (wall + selfTime(trace, site.function)),
            looks,
          ),
        },
      ];
    });
  },
};

/**
 * Share of the time inside of the calls of each site at lines that do not compute: all but a few of each function that the program calls. Each
 * function is looked at by itself, since a line of the program may call several.
 */
function overheadsOf(trace: Trace, { ofStack, sites }: CallSites): Float64Array {
  const { stacks } = trace.tables;
  const { functions } = trace;
  const wall = wallOfStacks(trace);
  const called = new Int32Array(stacks.length).fill(-1);
  const ofFunction = sites.map(() => new Map<number, Map<number, number>>());
  const wrapping = new Float64Array(sites.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const site = ofStack[stack] as number;
    if (site < 0) continue;
    const parent = stacks.parent[stack] as number;
    const frame = stacks.frame[stack] as number;
    const id = functions.ofFrame[frame] as number;
    const above = parent >= 0 && ofStack[parent] === site ? (called[parent] as number) : -1;
    const entry = above >= 0 ? above : functions.file[id] === WRAPPER ? -1 : id;
    called[stack] = entry;
    const its = wall[stack] as number;
    if (entry < 0) wrapping[site] = (wrapping[site] as number) + its;
    if (entry < 0 || !(its > 0)) continue;
    const times = ofFunction[site]?.get(entry) ?? new Map<number, number>();
    times.set(frame, (times.get(frame) ?? 0) + its);
    ofFunction[site]?.set(entry, times);
  }
  return Float64Array.from(ofFunction, (entries, site) => {
    let [whole, overhead] = [0, 0];
    for (const [entry, times] of entries) {
      const isPlain = PLAIN.test(functions.name[entry] ?? '');
      const computing = isPlain ? COMPUTING_LINES_OF_PLAIN : COMPUTING_LINES;
      [...times.values()]
        .sort((a, b) => b - a)
        .forEach((time, rank) => {
          whole += time;
          if (rank >= computing) overhead += time;
        });
    }
    const wrapped = Math.min(wrapping[site] as number, MOST_WRAPPING * whole);
    return whole > 0 ? (overhead + wrapped) / (whole + wrapped) : 0;
  });
}
