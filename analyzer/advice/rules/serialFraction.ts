import { type Coverage, coverageOf, unionOfBoth } from '../../analysis/coverage.ts';
import type { Intervals } from '../../analysis/intervals.ts';
import { type LaneCode, laneCode, outside, siteBeside, siteOfMost } from '../../analysis/laneCode.ts';
import { type PoolUse, poolUses } from '../../analysis/poolUse.ts';
import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import { nameOf, placeOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { isLoader, slotsOf } from '../slots.ts';

/** Share of the run in which the parent works while the workers that it has made do nothing. */
const LEAST_IDLE_SHARE = 0.15;
/**
 * The same where it works before it has made any, or after: much of that is the input and the output of the program, which are no
 * fault of how the pool is used.
 */
const LEAST_ALONE_SHARE = 0.5;
/** Share of the run in which workers must work: else the pool is not what the run is about. */
const LEAST_POOL_SHARE = 0.1;
/** Share of the serial work below one line, from which on it is that line's doing. */
const MOST_OF_IT = 0.6;
/** Share of what Amdahl's law promises that one gets at least: not all of the work can be cut to pieces. */
const SURELY = 0.75;
/** And at most: a run is a little shorter when it is not recorded, and what is serial in it is not. */
const AT_MOST = 1.1;

/** The parent computes while no worker has anything to do. */
export const serialFraction: Rule = {
  id: 'P08',
  title: 'Serial fraction',
  evaluate(trace) {
    const bySender = new Map<number, PoolUse[]>();
    for (const use of poolUses(trace)) {
      const method = trace.tables.pools.startMethod[use.pool];
      if (use.sender < 0 || method === 'thread' || isLoader(trace, use)) continue;
      bySender.set(use.sender, [...(bySender.get(use.sender) ?? []), use]);
    }
    const busy = [...bySender.values()].flat().map(({ underWay }) => underWay as Intervals);
    if (busy.length === 0) return [];
    const anything = coverageOf(busy.reduce(unionOfBoth));
    return [...bySender].flatMap(([sender, uses]) => conclude(trace, sender, uses, anything));
  },
};

function conclude(trace: Trace, sender: number, uses: readonly PoolUse[], anything: Coverage): Conclusion[] {
  const { tables, wall } = trace;
  const main = uses.reduce((most, use) => (use.run > most.run ? use : most));
  const slots = slotsOf(trace, main);
  const run = uses.reduce((sum, use) => sum + use.run, 0);
  if (slots < 2 || run / slots < LEAST_POOL_SHARE * wall) return [];
  const lives = uses.map(({ pool, underWay }) => ({
    from: tables.pools.start[pool] as number,
    to: Math.max(tables.pools.end[pool] as number, underWay.to.at(-1) as number),
  }));
  const from = Math.min(...lives.map((life) => life.from));
  const to = Math.max(...lives.map((life) => life.to));
  const idle = laneCode(trace, sender, outside(anything, from, to));
  const alone = laneCode(trace, sender, outside(anything));
  const hasIdle = idle.own >= LEAST_IDLE_SHARE * wall;
  if (!hasIdle && alone.own < LEAST_ALONE_SHARE * wall) return [];
  return [finding(trace, main, slots, hasIdle && alone.own < LEAST_ALONE_SHARE * wall ? idle : alone)];
}

function finding(trace: Trace, main: PoolUse, slots: number, code: LaneCode): Conclusion {
  const { tables, wall } = trace;
  const submitted = tables.tasks.stack[main.rows[0] as number] as number;
  const inner = siteOfMost(trace, code, MOST_OF_IT);
  const beside = siteBeside(trace, code, submitted);
  const site = beside.function < 0 ? inner : beside;
  const most =
    inner.function < 0 ? '' : `, most of it in ${nameOf(trace, inner.function)} (${placeOf(trace, inner)})`;
  const shared = code.own * (1 - 1 / slots);
  return {
    subject: `pool ${main.pool}`,
    title: `For ${percent(code.own / wall)} of the run one process computes alone, while ${slots} workers could share the work`,
    why: `The process that submits tasks computed for ${duration(code.own)} while none was under way${most}. By Amdahl's law more workers cannot shorten that.`,
    change: `Let workers do what ${placeOf(trace, site) || 'the parent'} does: make it part of the task, or a task of its own.`,
    site,
    lanes: [main.sender],
    interval: null,
    evidence: { serialSeconds: code.own / 1e9, serialShare: code.own / wall, workers: slots },
    gain: saving(wall, SURELY * shared, AT_MOST * shared),
  };
}
