import { SiteTimes } from '../../analysis/siteTimes.ts';
import { LOADS, SYNCHRONOUS } from '../../analysis/stackTraits.ts';
import type { Trace } from '../../analysis/trace.ts';
import { heldTime, servingOf, traitsOf } from '../nodeThreads.ts';
import { placeText } from '../places.ts';
import { duration, figure, percent, secondsFigure } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Share of the time that a thread serves below which nobody would notice the wait: one request in twenty waits a little. */
const LEAST_SHARE = 0.05;
/** Nanos below which a few looks decide. */
const LEAST_TIME = 50e6;

/** What a function waited for: its time by function of Node. */
type Calls = Map<number, number>;

/** J02: files, processes, compression or keys are waited for while requests are, too. */
export const synchronousCalls: Rule = {
  id: 'J02',
  title: 'Synchronous calls while serving',
  explains: ['J01'],
  evaluate(trace) {
    const serving = servingOf(trace);
    if (serving.length === 0) return [];
    const { samples } = trace.tables;
    const traits = traitsOf(trace);
    const served = serving.reduce((sum, { from, to }) => sum + to - from, 0);
    const whenOf = new Map(serving.map((each) => [each.lane, each]));
    const times = new SiteTimes(trace);
    const calls = new Map<number, Calls>();
    const lanes = new Map<number, Set<number>>();
    for (let row = 0; row < samples.length; row++) {
      const stack = samples.stack[row] as number;
      if (stack < 0 || ((traits[stack] as number) & (SYNCHRONOUS | LOADS)) !== SYNCHRONOUS) continue;
      const when = whenOf.get(samples.lane[row] as number);
      if (!when) continue;
      const time = heldTime(trace, row, when.from, when.to);
      if (time === 0) continue;
      times.add(stack, time);
      const caller = trace.siteOf(stack).function;
      const called = calledOf(trace, stack);
      const its = calls.get(caller) ?? new Map<number, number>();
      calls.set(caller, its.set(called, (its.get(called) ?? 0) + time));
      lanes.set(caller, (lanes.get(caller) ?? new Set()).add(when.lane));
    }
    return times
      .byTime(trace.functions)
      .filter(({ time }) => time >= LEAST_TIME && time >= LEAST_SHARE * served)
      .map(({ function: id, line, time }): Conclusion => {
        const place = placeText(trace, { function: id, line });
        const name = nameOf(trace, calls.get(id) ?? new Map());
        const share = Math.min(1, time / served);
        return {
          subject: `function ${id}`,
          title: `${name} keeps requests waiting for ${percent(share)} of the time that the server answers`,
          why: `The event loop stood still in ${name}, which ${place} calls, for ${duration(time)} of the ${duration(served)} from the first request to the last; no other request is answered meanwhile.`,
          change: `Await the asynchronous form of ${name} at ${place}, or keep its result where it stays the same. Requests then wait less; that the server does more of them is not to be expected.`,
          site: { function: id, line },
          lanes: [...(lanes.get(id) ?? [])],
          interval: null,
          evidence: {
            call: name,
            waitedSeconds: secondsFigure(time),
            servedSeconds: secondsFigure(served),
            waitedShare: figure(share),
          },
          // Asynchronous calls make answers come sooner and cost more time in all: measured, for small files.
          gain: null,
        };
      });
  },
};

/** The outermost function of Node in which a stack waits: the one that the program has called. */
function calledOf({ tables: { stacks }, functions, homes }: Trace, stack: number): number {
  let called = -1;
  for (let at = stack; at >= 0; at = stacks.parent[at] as number) {
    const its = functions.ofFrame[stacks.frame[at] as number] as number;
    if (homes[its]?.origin === 'own') break;
    if (/Sync$|^syncBufferWrapper$/.test(functions.name[its] as string)) called = its;
  }
  return called;
}

function nameOf({ functions }: Trace, calls: Calls): string {
  let [best, most] = [-1, 0];
  for (const [id, time] of calls) if (time > most) [best, most] = [id, time];
  const name = functions.name[best] ?? 'a synchronous call';
  return name === 'syncBufferWrapper' ? 'a Sync function of node:zlib' : name;
}
