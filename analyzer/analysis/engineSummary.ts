import type { DeoptKind, Tables, Tier } from '../model/index.ts';
import { deoptGroups } from './deopts.ts';
import type { Functions } from './functions.ts';
import type { PlaceLine } from './poolSummary.ts';
import { byTicks, type TierTotals } from './tiers.ts';

/** What V8 said of itself: a part of the summary. Empty for a recording without its log. */
export interface EngineSummary {
  /** Looks at what ran, in all threads together. */
  readonly tiers: readonly TierLine[];
  readonly deopts: readonly DeoptLine[];
}

export interface TierLine {
  readonly tier: Tier;
  readonly ticks: number;
}

/** The function whose optimised code was given up, at its definition, with what could not go on. */
export interface DeoptLine extends PlaceLine {
  readonly kind: DeoptKind;
  readonly reason: string;
  readonly atFile: string;
  readonly atLine: number;
  readonly count: number;
  readonly lanes: number;
}

export function engineSummary(tables: Tables, functions: Functions, tiers: TierTotals): EngineSummary {
  return {
    tiers: byTicks(tiers.all),
    deopts: deoptGroups(tables, functions).map(
      ({ function: id, kind, reason, file, line, count, lanes }) => ({
        function: functions.name[id] ?? '',
        file: functions.file[id] ?? '',
        line: functions.line[id] ?? 0,
        kind,
        reason,
        atFile: file,
        atLine: line,
        count,
        lanes: lanes.size,
      }),
    ),
  };
}
