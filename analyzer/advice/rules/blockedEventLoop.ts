import type { CounterSeries } from '../../analysis/counterSeries.ts';
import { holderOf } from '../../analysis/holders.ts';
import type { Serving } from '../../analysis/serving.ts';
import { LOADS, SYNCHRONOUS } from '../../analysis/stackTraits.ts';
import { StackWeights } from '../../analysis/stackWeights.ts';
import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import { delaysOf, heldTime, quietWall, servingOf, traitsOf } from '../nodeThreads.ts';
import { nameOf } from '../places.ts';
import { duration, figure, percent, secondsFigure } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Milliseconds that a loop is late at most in a quarter of a second: a person notices a tenth of a second (Nielsen, 1993). */
const LATE = 100;
/** Quarters of a second that were so late: one may be chance, such as code that is compiled. */
const FEWEST_LATE = 2;
/** Milliseconds that a loop is late in the middle: twice what clinic doctor warns at, since these are the longest of 250 ms each. */
const MEDIAN_LATE = 20;
/** Share of the late time that one function must hold to be the reason. */
const LEAST_SHARE = 0.4;

/** Share of the late time that a loop may be idle of which requests always wait. Where it is more, they may come one by one. */
const MOST_IDLE = 0.05;
/** Share of the gain that is there at least where requests always wait: the last ones have no others beside them. */
const LEAST_SAVED = 0.5;

/** J01: requests wait because one function keeps the event loop. */
export const blockedEventLoop: Rule = {
  id: 'J01',
  title: 'Blocked event loop',
  evaluate: (trace) =>
    servingOf(trace).flatMap((serving) => {
      const delays = delaysOf(trace).get(serving.lane);
      const late = delays ? lateTimes(delays, serving) : null;
      return late ? (conclude(trace, serving, late) ?? []) : [];
    }),
};

/** When a loop was late. Times are Nanos, of delays too. */
interface Late {
  readonly windows: readonly { readonly from: number; readonly to: number; readonly delay: number }[];
  readonly longest: number;
  readonly median: number;
}

/** Null for a loop that turns often enough. What was late before the first request or after the last kept nobody waiting. */
function lateTimes({ time, value }: CounterSeries, { from, to }: Serving): Late | null {
  const windows = [];
  for (let i = 0; i < time.length; i++) {
    const begin = time[i] as number;
    const end = i + 1 < time.length ? (time[i + 1] as number) : to;
    if (begin >= from && end <= to && end > begin)
      windows.push({ from: begin, to: end, delay: (value[i] as number) * 1e6 });
  }
  const sorted = windows.map(({ delay }) => delay).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  const longest = sorted.at(-1) ?? 0;
  const veryLate = windows.filter(({ delay }) => delay >= LATE * 1e6);
  if (veryLate.length >= FEWEST_LATE) return { windows: veryLate, longest, median };
  if (!(median >= MEDIAN_LATE * 1e6) || windows.length < FEWEST_LATE) return null;
  return { windows: windows.filter(({ delay }) => delay >= median), longest, median };
}

function conclude(trace: Trace, { lane, from, to }: Serving, late: Late): Conclusion | null {
  const { samples } = trace.tables;
  const traits = traitsOf(trace);
  const blocked = new StackWeights();
  const all = new StackWeights();
  let [time, waited, idle] = [0, 0, 0];
  let at = 0;
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    if (samples.lane[row] !== lane) continue;
    // Of all its time: the first and the last request that were seen need not be the first and the last.
    all.add(stack, heldTime(trace, row, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY));
    while (at < late.windows.length && (late.windows[at]?.to as number) <= (trace.starts[row] as number))
      at++;
    let inside = 0;
    for (let next = at; next < late.windows.length; next++) {
      const window = late.windows[next] as Late['windows'][number];
      if (window.from >= (samples.time[row] as number)) break;
      inside += heldTime(trace, row, window.from, window.to);
    }
    time += inside;
    if (stack >= 0 && isIdle(trace, stack)) idle += inside;
    const its = stack < 0 ? LOADS : (traits[stack] as number);
    if ((its & LOADS) !== 0) continue;
    // What waits for a file or a child is another rule's.
    if ((its & SYNCHRONOUS) !== 0) waited += inside;
    else blocked.add(stack, inside);
  }
  const { tables, functions, homes } = trace;
  const holder = holderOf(blocked.weights(), tables, functions, homes);
  if (!holder || !(holder.time >= LEAST_SHARE * time) || holder.time < waited) return null;
  const name = nameOf(trace, holder.function);
  const held = heldBy(trace, all.weights(), holder.function);
  const { cores } = trace.meta.host;
  const saved = held * (1 - 1 / cores);
  const isFull = idle <= MOST_IDLE * time;
  const worst = late.windows.reduce((a, b) => (b.delay > a.delay ? b : a));
  const share = holder.time / time;
  return {
    subject: `function ${holder.function}`,
    title: `${name} keeps the event loop from answering for up to ${duration(late.longest)}`,
    why: `The loop was ${duration(late.median)} late in the middle and ${duration(late.longest)} at most while it served requests for ${duration(to - from)}; ${name} ran for ${percent(share)} of the late time.`,
    change: `Have ${name} run in worker threads (a pool such as piscina), or do its work in pieces that let the loop turn, so that other requests are answered meanwhile.`,
    site: { function: holder.function, line: holder.line },
    lanes: [lane],
    interval: { start: worst.from, end: worst.to },
    evidence: {
      longestDelaySeconds: secondsFigure(late.longest),
      medianDelaySeconds: secondsFigure(late.median),
      lateShare: figure(share),
      functionSeconds: secondsFigure(held),
      servedSeconds: secondsFigure(to - from),
    },
    // In workers it takes no less time, but shares the cores with other requests where there are some at once.
    gain: cores > 1 ? saving(quietWall(trace, lane), (isFull ? LEAST_SAVED : 0) * saved, saved) : null,
  };
}

/** Whether a thread had nothing to do. */
const isIdle = ({ tables: { stacks }, functions }: Trace, stack: number): boolean =>
  functions.name[functions.ofFrame[stacks.frame[stack] as number] as number] === '[idle]';

/** Nanos in a function and in what it called. */
function heldBy(
  { tables: { stacks }, functions }: Trace,
  weights: ReadonlyMap<number, number>,
  id: number,
): number {
  let sum = 0;
  for (const [stack, weight] of weights)
    for (let at = stack; at >= 0; at = stacks.parent[at] as number) {
      if (functions.ofFrame[stacks.frame[at] as number] !== id) continue;
      sum += weight;
      break;
    }
  return sum;
}
