import { type CallSite, type CallSites, callSites } from '../../analysis/callSites.ts';
import { stacksWithinFunction } from '../../analysis/stacksWithin.ts';
import type { Trace } from '../../analysis/trace.ts';
import { wallOfRows } from '../../analysis/wallShares.ts';
import type { Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';
import { functionText, percentText, placeText, siteSubject } from '../siteText.ts';

/** Calls that must have been told apart: one that joins a thousand parts is what is asked for. */
const LEAST_STAYS = 3;
/**
 * A copy that grows takes ever more of the time of its loop. Between the first and the last third of the time, the loop of one that starts at
 * nothing gets 3.1 times fewer passes (each third has a third of `passes^2`); of one that does not grow, as many. Halfway:
 */
const LEAST_GROWTH = 1.6;
/** Looks at the rest of the loop below which nothing can be said of growth. */
const LEAST_OTHERS = 12;
/** Shares of the time that go when parts are collected in a list and joined once; measured, see the page. */
const REMOVED_AT_LEAST = 0.8;
const REMOVED = 0.99;

/** What joins arrays; those of `APPENDS` have no other use than to make one longer. */
const APPENDS = new Set(['append', 'insert']);
const JOINS = new Set(['concatenate', 'hstack', 'vstack', 'dstack', 'column_stack', 'row_stack']);
const NUMPY =
  /(?:^|\/)numpy\/(?:lib\/(?:function_base|_function_base_impl|shape_base|_shape_base_impl)|_?core\/shape_base)\.py$|^<__array_function__ internals>$/;
const CONCAT = /(?:^|\/)pandas\/core\/reshape\/concat\.py$/;

export const growingArrays: Rule = {
  id: 'N05',
  title: 'An array or frame is copied to make it longer, again and again',
  evaluate(trace) {
    const appends = callSites(trace, (name, file) => APPENDS.has(name) && NUMPY.test(file));
    const joins = callSites(
      trace,
      (name, file) => (JOINS.has(name) && NUMPY.test(file)) || (name === 'concat' && CONCAT.test(file)),
    );
    return [...concluded(trace, appends, false), ...concluded(trace, joins, true)];
  },
};

/** `proven`: only where the copies are seen to grow. */
function concluded(trace: Trace, calls: CallSites | null, proven: boolean) {
  return (calls?.sites ?? []).flatMap((call, group) => {
    const { site, wall, looks, stays, from, to, lanes } = call;
    const share = wall / trace.wall;
    if (!(share >= LEAST_SHARE) || looks < LEAST_LOOKS || stays < LEAST_STAYS) return [];
    const growth = calls ? growthOf(trace, calls, group, call) : null;
    if (growth === null ? proven : growth < LEAST_GROWTH) return [];
    return [
      {
        subject: siteSubject(site),
        title: `${functionText(trace, site)} makes an array longer by copying all of it, again and again`,
        why: `${percentText(share)} of the run copies what was there already${growth === null ? '' : `, and its loop gets ${growth.toFixed(1)} times slower meanwhile`}.`,
        change: `Collect the parts in a list at ${placeText(trace, site)} and join them once, after the loop; or make the array at its full size and fill it.`,
        site,
        lanes,
        interval: { start: from, end: to },
        evidence: {
          copyShare: share,
          stays,
          samples: looks,
          ...(growth === null ? {} : { growthRatio: growth }),
        },
        gain: sampledSaving(trace, REMOVED_AT_LEAST * wall, REMOVED * wall, looks),
      },
    ];
  });
}

/**
 * How many times more the function that calls got done, apart from the calls, in the first third of the time than in the last;
 * null when too little of it was seen.
 */
function growthOf(
  trace: Trace,
  { ofStack }: CallSites,
  group: number,
  { site, from, to }: CallSite,
): number | null {
  const { samples } = trace.tables;
  const { starts } = trace;
  const wall = wallOfRows(trace);
  const inLoop = stacksWithinFunction(trace, site.function);
  const third = (to - from) / 3;
  let [first, last, looks] = [0, 0, 0];
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    if (stack < 0 || inLoop[stack] !== 1 || ofStack[stack] === group) continue;
    const middle = ((starts[row] as number) + (samples.time[row] as number)) / 2;
    if (middle < from || middle > to || !((wall[row] as number) > 0)) continue;
    if (middle < from + third) first += wall[row] as number;
    else if (middle > to - third) last += wall[row] as number;
    looks += samples.count[row] as number;
  }
  if (looks < LEAST_OTHERS) return null;
  // A look's worth on either side: the last third of a loop that got slow may have none at all.
  const one = trace.wall > 0 ? (first + last) / looks : 0;
  return (first + one) / (last + one);
}
