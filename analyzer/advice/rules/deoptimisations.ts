import { baseName } from '../../analysis/baseName.ts';
import { deoptGroups } from '../../analysis/deopts.ts';
import { sumOfTicks, type TierTicks, type TierTotals, tierTotals } from '../../analysis/tiers.ts';
import type { Trace } from '../../analysis/trace.ts';
import { TIERS } from '../../model/index.ts';
import { saving } from '../gain.ts';
import { nameOf } from '../places.ts';
import { figure, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Times that one function's code must be given up: V8 learns from each, and one or two are how it gets to know a function. */
const FEWEST = 3;
/** Share of V8's ticks that the function must have. */
const LEAST_SHARE = 0.05;
/** V8's word for a step up, which is no loss. */
const STEP_UP = 'prepare for on stack replacement';
/** Tiers in which code runs that is not, or no longer, optimised. */
const SLOW = ['interpreted', 'baseline'].map((tier) => TIERS.indexOf(tier as (typeof TIERS)[number]));
/** Tiers of V8's own code. */
const OF_V8 = ['builtin', 'unknown'].map((tier) => TIERS.indexOf(tier as (typeof TIERS)[number]));
/** Times that optimised code is as fast as the slow tiers' (V8's own figures for Turbofan against Sparkplug are 2 to 10). */
const FASTER = 2;
/** Share of the function's time that goes away: code for many kinds of objects is two to ten times slower than that for one. */
const LEAST_SAVED = 0.4;
const MOST_SAVED = 0.9;

/** J06: optimised code of a function is given up again and again. */
export const deoptimisations: Rule = {
  id: 'J06',
  title: 'Repeated deoptimisations',
  evaluate(trace) {
    const { tables, functions, homes } = trace;
    if (tables.deopts.length === 0) return [];
    const tiers = tierTotals(tables, functions);
    const groups = deoptGroups(tables, functions).filter(
      ({ function: id, reason }) => homes[id]?.origin === 'own' && !reason.startsWith(STEP_UP),
    );
    const counts = new Map<number, number>();
    for (const { function: id, count } of groups) counts.set(id, (counts.get(id) ?? 0) + count);
    return [...counts].flatMap(([id, count]) => {
      const ticks = tiers.ofFunction.get(id);
      if (count < FEWEST || !ticks || !(sumOfTicks(ticks) >= LEAST_SHARE * tiers.ticks)) return [];
      const worst = groups.find((group) => group.function === id);
      return worst ? [conclude(trace, id, count, worst, ticks, tiers)] : [];
    });
  },
};

function conclude(
  trace: Trace,
  id: number,
  count: number,
  worst: ReturnType<typeof deoptGroups>[number],
  ticks: TierTicks,
  tiers: TierTotals,
): Conclusion {
  const { functions, wall } = trace;
  const name = nameOf(trace, id);
  const { ticks: all } = tiers;
  const share = sumOfTicks(ticks) / all;
  const beside = besides(tiers, ticks) / all;
  const slow = SLOW.reduce((sum, tier) => sum + (ticks[tier] as number), 0) / all;
  const isHere = worst.file === functions.file[id] && worst.line > 0;
  const line = isHere ? worst.line : (functions.line[id] as number);
  const place = `${baseName(worst.file)}:${worst.line}`;
  return {
    subject: `function ${id}`,
    title: `V8 gives up the optimised code of ${name} ${count} times`,
    why: `${worst.count} times for "${worst.reason}" at ${place}; ${name} has ${percent(share)} of V8's ticks, ${percent(slow)} of all in code that is not optimised.`,
    change: `Keep what ${place} works with the same all the time: objects made in one place with all fields in one order, arrays of one kind of element, no methods or fields that change later.`,
    site: { function: id, line },
    lanes: [...worst.lanes].filter((lane) => lane >= 0),
    interval: null,
    evidence: {
      deoptimisations: count,
      reason: worst.reason,
      ofReason: worst.count,
      tickShare: figure(share),
      slowTickShare: figure(slow),
    },
    gain: saving(
      wall,
      wall * Math.max(slow * (1 - 1 / FASTER), share * LEAST_SAVED),
      wall * (share + beside) * MOST_SAVED,
    ),
  };
}

/**
 * Ticks in code of V8 itself under any other function. What looks up fields of many kinds of objects is such code, and stands right above the
 * optimised function that it works for, which V8 then leaves out of the stack: it counts as that of a caller.
 */
const besides = ({ all }: TierTotals, own: TierTicks): number =>
  OF_V8.reduce((sum, tier) => sum + (all[tier] as number) - (own[tier] as number), 0);
