import { type CallSite, type CallSites, callSites } from '../../analysis/callSites.ts';
import { stacksWithinFunction } from '../../analysis/stacksWithin.ts';
import type { Trace } from '../../analysis/trace.ts';
import { wallOfRows, wallOfStacks } from '../../analysis/wallShares.ts';
import { nameOf, placeText, siteSubject } from '../places.ts';
import { percent } from '../quantities.ts';
import type { Rule } from '../rule.ts';
import { LEAST_LOOKS, LEAST_SHARE, sampledSaving } from '../sampledSaving.ts';

/**
 * Times that the copying must have been come back to. One call that joins a thousand parts is what is asked for; of a frame it copies
 * the columns of each type in turn, which may be a handful.
 */
const LEAST_STAYS = 6;
/** The same where no call joins parts. */
const LEAST_APPENDS = 3;
/**
 * A copy that grows takes ever more of the time of its loop, so that passes lie early in it: n^2 for n passes puts their mean at a third
 * of the time, and a loop that does not grow at the half. In between, because not all of a pass grows:
 */
const LATEST_MIDDLE = 0.46;
/** Standard errors by which the mean must lie before the half to be proof; one after `LATEST_MIDDLE` speaks against it. */
const ERRORS = 2;
/**
 * A loop that does hardly anything else has too little of it to be timed by (30 looks). Where copying is a fifth of the run and was come back to
 * twenty times, a loop that joins the same amounts again and again and does nothing with them is less likely than one that grows; and one
 * standard error is proof.
 */
const FEW_LOOKS_ERROR = 0.053;
const BUSY_SHARE = 0.2;
const BUSY_STAYS = 20;
/** Standard deviation of moments that are spread evenly over 0 to 1. */
const UNIFORM = 1 / Math.sqrt(12);
/** Shares of the time that go when parts are collected in a list and joined once; measured, see the page. */
const REMOVED_AT_LEAST = 0.9;
const REMOVED = 0.99;

/** What joins arrays; those of `APPENDS` have no other use than to make one longer. */
const APPENDS = new Set(['append', 'insert']);
const JOINS = new Set(['hstack', 'vstack', 'dstack', 'column_stack', 'row_stack']);
const NUMPY =
  /(?:^|\/)numpy\/(?:lib\/(?:function_base|_function_base_impl|shape_base|_shape_base_impl)|_?core\/shape_base)\.py$/;
const CONCAT = /(?:^|\/)pandas\/core\/reshape\/concat\.py$/;

export const growingArrays: Rule = {
  id: 'N05',
  title: 'An array or frame is copied to make it longer, again and again',
  explains: ['N03'],
  evaluate(trace) {
    const appends = callSites(trace, (name, file) => APPENDS.has(name) && NUMPY.test(file));
    const joins = callSites(
      trace,
      (name, file) => (JOINS.has(name) && NUMPY.test(file)) || (name === 'concat' && CONCAT.test(file)),
    );
    return [...concluded(trace, appends, false), ...concluded(trace, joins, true)];
  },
};

/** `proven`: only where the copies are seen to grow; otherwise where they are not seen not to. */
function concluded(trace: Trace, calls: CallSites | null, proven: boolean) {
  if (!calls) return [];
  return calls.sites.flatMap((call, group) => {
    const { site, wall, looks, from, to, lanes } = call;
    const share = wall / trace.wall;
    if (!(share >= LEAST_SHARE) || looks < LEAST_LOOKS) return [];
    const { middle, error, stays, freeing } = paceOf(trace, calls, group, call);
    const isMuch = share >= BUSY_SHARE && stays >= BUSY_STAYS;
    const isProof = middle <= LATEST_MIDDLE && middle + (isMuch ? 1 : ERRORS) * error <= 0.5;
    const isDisproof = middle - error > LATEST_MIDDLE;
    const isBusyWithIt = isMuch && error > FEW_LOOKS_ERROR;
    if (stays < (proven ? LEAST_STAYS : LEAST_APPENDS) || (proven && !isBusyWithIt ? !isProof : isDisproof))
      return [];
    const copying = wall + freeing;
    return [
      {
        subject: siteSubject(site),
        title: `${nameOf(trace, site.function)} makes an array longer by copying all of it, again and again`,
        why: `${percent(share)} of the run copies what was there already${isProof ? ', and passes of its loop take longer and longer' : ''}.`,
        change: `Collect the parts in a list at ${placeText(trace, site)} and join them once, after the loop; or make the array at its full size and fill it.`,
        site,
        lanes,
        interval: { start: from, end: to },
        evidence: { copyShare: share, stays, samples: looks, middleOfPasses: middle },
        gain: sampledSaving(trace, REMOVED_AT_LEAST * wall, REMOVED * copying, looks),
      },
    ];
  });
}

/** How a loop's passes are spread over its time. */
interface Pace {
  /** Mean place of passes between the loop's begin, 0, and its end, 1. */
  readonly middle: number;
  /** Standard error of that. */
  readonly error: number;
  /** Times that the copying was come into. */
  readonly stays: number;
  /** Nanos of wall time at the calling line itself. */
  readonly freeing: number;
}

/**
 * When the function that calls got its work done: looks at all that it did apart from the one line, mostly one of the library, that takes
 * most of the calls' time. What is done once in each pass says how fast passes follow each other.
 */
function paceOf(trace: Trace, { ofStack }: CallSites, group: number, { site, from, to }: CallSite): Pace {
  const { samples, stacks, frames, lanes } = trace.tables;
  const { starts, functions } = trace;
  const wall = wallOfRows(trace);
  const inLoop = stacksWithinFunction(trace, site.function);
  const copying = heaviestFrame(trace, ofStack, group);
  // The loop's own time is the clock, on each lane: on a busy machine the hours of the wall are not of one length.
  const clock = new Float64Array(lanes.length);
  const weight = new Float64Array(lanes.length);
  const moment = new Float64Array(lanes.length);
  const wasCopying = new Uint8Array(lanes.length);
  let [looks, stays, freeing] = [0, 0, 0];
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    if (stack < 0 || inLoop[stack] !== 1) continue;
    if ((samples.time[row] as number) <= from || (starts[row] as number) >= to) continue;
    const lane = samples.lane[row] as number;
    const its = wall[row] as number;
    const now = clock[lane] as number;
    clock[lane] = now + its;
    if (!(its > 0)) continue;
    const copies = ofStack[stack] === group && stacks.frame[stack] === copying;
    if (copies && wasCopying[lane] !== 1) stays++;
    wasCopying[lane] = copies ? 1 : 0;
    if (copies) continue;
    // The old array is let go of at the line itself, which takes the longer the larger it is.
    const frame = stacks.frame[stack] as number;
    if (functions.ofFrame[frame] === site.function && frames.line[frame] === site.line) {
      freeing += its;
      continue;
    }
    weight[lane] = (weight[lane] as number) + its;
    moment[lane] = (moment[lane] as number) + its * (now + its / 2);
    looks += samples.count[row] as number;
  }
  let [whole, sum] = [0, 0];
  for (let lane = 0; lane < lanes.length; lane++) {
    if (!((clock[lane] as number) > 0)) continue;
    whole += weight[lane] as number;
    sum += (moment[lane] as number) / (clock[lane] as number);
  }
  const middle = whole > 0 ? sum / whole : 0.5;
  return { middle, error: UNIFORM / Math.sqrt(Math.max(1, looks)), stays, freeing };
}

/** The row of `frames` in which most of the time of a group of stacks is spent. */
function heaviestFrame(trace: Trace, ofStack: Int32Array, group: number): number {
  const { stacks, frames } = trace.tables;
  const wall = wallOfStacks(trace);
  const ofFrame = new Float64Array(frames.length);
  let heaviest = -1;
  for (let stack = 0; stack < stacks.length; stack++) {
    if (ofStack[stack] !== group) continue;
    const frame = stacks.frame[stack] as number;
    ofFrame[frame] = (ofFrame[frame] as number) + (wall[stack] as number);
    if (heaviest < 0 || (ofFrame[frame] as number) > (ofFrame[heaviest] as number)) heaviest = frame;
  }
  return heaviest;
}
