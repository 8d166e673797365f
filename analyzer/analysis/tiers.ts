import { type Tables, TIERS, type Tier } from '../model/index.ts';
import type { Functions } from './functions.ts';

/** Ticks by tier, in the order of `TIERS`. */
export type TierTicks = Uint32Array;

/** What V8 ran when it was looked at. */
export interface TierTotals {
  readonly ticks: number;
  readonly all: TierTicks;
  /** By number of `Functions`; a function that no tick was in is absent. */
  readonly ofFunction: ReadonlyMap<number, TierTicks>;
}

/** Totals of the chosen lanes (a mask; null: all). */
export function tierTotals(
  { functionTiers }: Pick<Tables, 'functionTiers'>,
  functions: Functions,
  lanes: Uint8Array | null = null,
): TierTotals {
  const all: TierTicks = new Uint32Array(TIERS.length);
  const ofFunction = new Map<number, TierTicks>();
  let sum = 0;
  const add = (to: TierTicks, tier: number, ticks: number): void => {
    to[tier] = (to[tier] as number) + ticks;
  };
  for (let i = 0; i < functionTiers.length; i++) {
    const lane = functionTiers.lane[i] as number;
    if (lanes && !lanes[lane]) continue;
    const tier = functionTiers.tier[i] as number;
    const ticks = functionTiers.ticks[i] as number;
    sum += ticks;
    add(all, tier, ticks);
    const frame = functionTiers.function[i] as number;
    if (frame < 0) continue;
    const called = functions.ofFrame[frame] as number;
    const known = ofFunction.get(called) ?? new Uint32Array(TIERS.length);
    ofFunction.set(called, known);
    add(known, tier, ticks);
  }
  return { ticks: sum, all, ofFunction };
}

export const sumOfTicks = (ticks: TierTicks): number => ticks.reduce((sum, each) => sum + each, 0);

/** The tiers that ticks were in, the one with most first. */
export const byTicks = (ticks: TierTicks): { readonly tier: Tier; readonly ticks: number }[] =>
  TIERS.map((tier, i) => ({ tier, ticks: ticks[i] ?? 0 }))
    .filter((each) => each.ticks > 0)
    .sort((a, b) => b.ticks - a.ticks);
