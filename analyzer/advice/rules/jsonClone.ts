import { SiteTimes } from '../../analysis/siteTimes.ts';
import { COPIES_JSON } from '../../analysis/stackTraits.ts';
import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import { heldTime, pausesIn, quietWall, traitsOf } from '../nodeThreads.ts';
import { nameOf, placeText } from '../places.ts';
import { duration, figure, percent, secondsFigure } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Share of the run that copies must take in one thread: what they give back cannot be more, and 8 % is worth a change. */
const LEAST_SHARE = 0.06;
/** Share of the copies' time that goes away at least. A copy by hand of plain objects takes a quarter to a half of it. */
const LEAST_SAVED = 0.5;

/** J03: values are copied by making text of them and parsing that. */
export const jsonClone: Rule = {
  id: 'J03',
  title: 'Copies through JSON',
  explains: ['J01', 'J05'],
  evaluate(trace) {
    const { samples } = trace.tables;
    const traits = traitsOf(trace);
    const byLane = new Map<number, SiteTimes>();
    for (let row = 0; row < samples.length; row++) {
      const stack = samples.stack[row] as number;
      if (stack < 0 || ((traits[stack] as number) & COPIES_JSON) === 0) continue;
      const lane = samples.lane[row] as number;
      const times = byLane.get(lane) ?? new SiteTimes(trace);
      byLane.set(lane, times);
      times.add(stack, heldTime(trace, row, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY));
    }
    // Threads that copy do so side by side: the one that does most of it says what it costs the run.
    const found = new Map<number, Conclusion & { readonly time: number }>();
    for (const [lane, times] of byLane)
      for (const { function: id, line, time } of times.byTime(trace.functions)) {
        const known = found.get(id);
        if (known && known.time >= time) continue;
        const wall = quietWall(trace, lane);
        if (time >= LEAST_SHARE * wall && wall > 0)
          found.set(id, { ...conclude(trace, lane, id, line, time), time });
      }
    return [...found.values()].map(({ time: _, ...conclusion }) => conclusion);
  },
};

function conclude(trace: Trace, lane: number, id: number, line: number, time: number): Conclusion {
  const wall = quietWall(trace, lane);
  const place = placeText(trace, { function: id, line });
  const collected = pausesIn(trace, lane, id);
  return {
    subject: `function ${id}`,
    title: `${percent(time / wall)} of the run goes into copies through JSON in ${nameOf(trace, id)}`,
    why: `JSON.stringify and JSON.parse of its result took ${duration(time)} at ${place}, and collecting what they leave behind another ${duration(collected)}.`,
    change: `At ${place} copy only what is changed afterwards (such as {...value, list: value.list.slice()}), or do without the copy where nobody changes it. structuredClone copies more kinds of values and is no faster.`,
    site: { function: id, line },
    lanes: [lane],
    interval: null,
    evidence: {
      copySeconds: secondsFigure(time),
      copyShare: figure(time / wall),
      collectionSeconds: secondsFigure(collected),
    },
    gain: saving(wall, LEAST_SAVED * time, time + collected),
  };
}
