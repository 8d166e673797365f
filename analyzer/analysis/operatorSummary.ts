import { type OperatorKind, type Tables, toSeconds } from '../model/index.ts';
import type { Functions } from './functions.ts';
import { operatorTotalsOf } from './operatorTotals.ts';
import type { PlaceLine } from './poolSummary.ts';

/** The operators that a framework ran, by time of their own: a part of the summary. Empty where they were not recorded. */
export interface OperatorSummary {
  readonly operators: readonly OperatorLine[];
}

/** Operators of one name and kind; wall time. */
export interface OperatorLine {
  readonly name: string;
  readonly kind: OperatorKind;
  readonly count: number;
  /** Without what they called, and with it. */
  readonly selfSeconds: number;
  readonly totalSeconds: number;
  readonly longestSeconds: number;
  readonly lanes: number;
  /**
   * Lines that they ran for, a backward operator for that of its forward one, with the seconds that looks at their threads give to
   * each; the sum is less than `selfSeconds` by what no look fell into.
   */
  readonly sites: readonly (PlaceLine & { readonly seconds: number })[];
}

const MOST_SITES = 10;

export function operatorSummary(tables: Tables, functions: Functions): OperatorSummary {
  const totals = operatorTotalsOf(tables, functions)();
  return {
    operators: totals.map(({ name, kind, count, self, total, longest, lanes, sites }) => ({
      name,
      kind,
      count,
      selfSeconds: toSeconds(self),
      totalSeconds: toSeconds(total),
      longestSeconds: toSeconds(longest),
      lanes: lanes.size,
      sites: sites.slice(0, MOST_SITES).map((site) => ({
        function: functions.name[site.function] ?? '',
        file: functions.file[site.function] ?? '',
        line: site.line,
        seconds: toSeconds(site.time),
      })),
    })),
  };
}
