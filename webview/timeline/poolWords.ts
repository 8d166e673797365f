import { meanLevel } from '../../analyzer/analysis/poolLoad.ts';
import type { Tip } from '../dom/tooltip.ts';
import { count, counted, duration, inCores } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import { poolDetail, poolName, stackName } from '../tasks/names.ts';
import { lifeOf, loadOf } from './poolPaint.ts';
import type { Row } from './rows.ts';

type Figure = [name: string, value: string];
type PoolRow = Row & { kind: 'pool' };

/** Means of the pools of a row in an interval, for one pool while it lived. `size`: workers of one pool, 0 when unknown. */
export interface PoolFacts {
  readonly running: number;
  readonly waiting: number;
  /** Pools that lived at the same time. */
  readonly living: number;
  readonly size: number;
}

export function poolFacts(profile: Profile, row: PoolRow, { from, to }: Interval): PoolFacts {
  const load = loadOf(profile, row);
  const size = profile.recording.tables.pools.size[row.pools[0] ?? -1] ?? 0;
  const living = load ? meanLevel(load.living, from, to) : 0;
  if (!load || living <= 0) return { running: 0, waiting: 0, living: 0, size };
  return {
    running: meanLevel(load.running, from, to) / living,
    waiting: meanLevel(load.waiting, from, to) / living,
    living,
    size,
  };
}

/** `2.98 busy`; empty where no pool lived. */
export const busy = ({ living, running }: PoolFacts): string =>
  living > 0 ? `${inCores(running)} busy` : '';

export function poolInWords({ living, running, waiting, size }: PoolFacts): string {
  if (living <= 0) return 'no pool lived in this part of the run';
  const of = size > 0 ? ` of ${counted(size, 'worker')}` : ' workers';
  return `on average ${inCores(running)}${of} in tasks, ${inCores(waiting)} tasks waiting`;
}

/** The pools of a row around an instant: the one that lived then, or what several have in common. */
export function poolTip(profile: Profile, row: PoolRow, time: number, pixel: number): Tip {
  const lives = row.pools.map((pool) => ({ pool, ...lifeOf(profile, pool) }));
  const alive = lives.filter(({ start, end }) => time + pixel >= start && time <= end);
  const [one] = alive.length > 0 ? alive : lives;
  const facts = poolFacts(profile, row, { from: time, to: time + Math.max(1, pixel) });
  const figures: Figure[] = [['at', duration(time - profile.bounds.from)]];
  if (alive.length > 1) figures.push(['pools here', count(alive.length)]);
  if (facts.living > 0) {
    const running = inCores(facts.running);
    figures.push(['running', facts.size > 0 ? `${running} of ${count(facts.size)}` : running]);
    figures.push(['waiting in queue', inCores(facts.waiting)]);
  }
  const means = alive.length === 1 || row.pools.length === 1 ? lives.filter((life) => life === one) : lives;
  const each = means.length > 1 ? ', mean' : '';
  const startup = mean(means.map(({ start, ready }) => (ready >= start ? ready - start : null)));
  const teardown = mean(means.map(({ stop, end }) => (stop >= 0 ? Math.max(0, end - stop) : null)));
  const life = mean(means.map(({ start, end }) => Math.max(0, end - start)));
  if (startup !== null) figures.push([`start-up${each}`, duration(startup)]);
  if (teardown !== null) figures.push([`teardown${each}`, duration(teardown)]);
  if (life !== null) figures.push([`lived${each}`, duration(life)]);
  const site = stackName(profile, profile.recording.tables.pools.stack[row.pools[0] ?? -1] ?? -1);
  if (site !== '') figures.push(['made by', site]);
  const isOne = means.length === 1 && one !== undefined;
  return {
    title: isOne ? poolName(profile, one.pool) : `${count(row.pools.length)} × ${row.title}`,
    place: isOne ? poolDetail(profile, one.pool) : row.detail,
    figures,
    lines: row.id !== null && row.collapsed ? ['Open the row to see each pool.'] : [],
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
