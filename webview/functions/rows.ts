import { functionTotals } from '../../analyzer/analysis/callTree.ts';
import { type TierTotals, tierTotals } from '../../analyzer/analysis/tiers.ts';
import type { Selection } from '../../analyzer/analysis/weights.ts';
import type { Sorting as GridSorting } from '../dom/grid.ts';
import type { Profile } from '../profile.ts';
import { optimisedShare } from './tiers.ts';

export const COLUMNS = ['name', 'selfCpu', 'totalCpu', 'selfWall', 'totalWall', 'totalGpu', 'tier'] as const;
export type Column = (typeof COLUMNS)[number];
type FigureColumn = Exclude<Column, 'name' | 'tier'>;

/** Figures of every function in a selection, in Nanos, by function number; GPU time is that of the kernels that it launched, or was. */
export interface FunctionFigures {
  readonly figures: Readonly<Record<FigureColumn, Float64Array>>;
  /** CPU and wall time of the whole selection: what shares are shares of. */
  readonly cpu: number;
  readonly wall: number;
  /** Time of all kernels of the selection. */
  readonly gpu: number;
  /** What V8 ran in the selected lanes, over the whole run: its ticks are counted and not kept. */
  readonly tiers: TierTotals;
}

export type Sorting = GridSorting<Column>;

export function functionFigures(profile: Profile, selection: Selection): FunctionFigures {
  const cpu = profile.weigh('cpu', selection);
  // What has no times is counted.
  const wall = profile.weigh(profile.recording.meta.mode === 'samples' ? 'samples' : 'wall', selection);
  const gpu = profile.weigh('gpu', selection);
  const ofCpu = functionTotals(profile.tree, profile.functions, cpu.self);
  const ofWall = functionTotals(profile.tree, profile.functions, wall.self);
  return {
    figures: {
      selfCpu: ofCpu.self,
      totalCpu: ofCpu.total,
      selfWall: ofWall.self,
      totalWall: ofWall.total,
      totalGpu: functionTotals(profile.tree, profile.functions, gpu.self).total,
    },
    cpu: cpu.total[0] as number,
    wall: wall.total[0] as number,
    gpu: gpu.total[0] as number,
    tiers: tierTotals(profile.recording.tables, profile.functions, selection.lanes ?? null),
  };
}

const SEEN = ['totalWall', 'totalCpu', 'totalGpu'] as const;

/** The functions that were seen in the selection and that a search finds (null: all), sorted. */
export function sortedFunctions(
  { functions }: Pick<Profile, 'functions'>,
  { figures, tiers }: FunctionFigures,
  found: Uint8Array | null,
  { by, descending }: Sorting,
): number[] {
  const rows: number[] = [];
  for (let id = 0; id < functions.count; id++) {
    if (found && found[id] === 0) continue;
    if (SEEN.some((column) => (figures[column][id] as number) > 0)) rows.push(id);
  }
  const sign = descending ? -1 : 1;
  if (by === 'name') {
    const compare = new Intl.Collator('en', { numeric: true }).compare;
    return rows.sort(
      (a, b) => sign * compare(functions.name[a] as string, functions.name[b] as string) || a - b,
    );
  }
  if (by === 'tier') {
    const share = (id: number): number => optimisedShare(tiers.ofFunction.get(id));
    return rows.sort((a, b) => sign * (share(a) - share(b)) || a - b);
  }
  const values = figures[by];
  return rows.sort((a, b) => sign * ((values[a] as number) - (values[b] as number)) || a - b);
}
