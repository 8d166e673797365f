import { FLAME_METRICS, type FlameMetric } from '../state/viewState.ts';

export const SIDES = ['before', 'after'] as const;
export type Side = (typeof SIDES)[number];

/** What the width of a box stands for: of each path the larger of its two times, or that of one run. */
export const WIDTHS = ['larger', 'before', 'after'] as const;
export type Width = (typeof WIDTHS)[number];

/** Whether times are compared as they are, or as shares of their run's. */
export const UNITS = ['time', 'share'] as const;
export type Unit = (typeof UNITS)[number];

export const COMPARE_TABS = ['flame', 'functions'] as const;
export type CompareTab = (typeof COMPARE_TABS)[number];

/** What is selected in both runs at once; ranges and lanes are selected in the timeline of each. */
export interface CompareState {
  readonly metric: FlameMetric;
  readonly unit: Unit;
  readonly width: Width;
  readonly tab: CompareTab;
  readonly search: string;
  /** Node of the tree of both runs that the flame graph is zoomed to; 0: all. */
  readonly zoom: number;
  /** Selected function, a number of the functions of both runs; -1: none. */
  readonly picked: number;
}

export const initialCompareState = (metric: FlameMetric): CompareState => ({
  metric,
  unit: 'time',
  width: 'larger',
  tab: 'flame',
  search: '',
  zoom: 0,
  picked: -1,
});

/** The state as text for an address, with what each timeline adds. What is as it was at first is left out. */
export function toCompareHash(
  state: CompareState,
  initial: CompareState,
  timelines: Readonly<Record<Side, string>>,
): string {
  const hash = new URLSearchParams();
  for (const key of ['metric', 'unit', 'width', 'tab', 'search'] as const)
    if (state[key] !== initial[key]) hash.set(key, state[key]);
  if (state.zoom > 0) hash.set('node', String(state.zoom));
  if (state.picked >= 0) hash.set('function', String(state.picked));
  for (const side of SIDES) if (timelines[side] !== '') hash.set(side, timelines[side]);
  return hash.toString();
}

/** Reads such a text; what it does not know, or what these runs do not have, is passed over. */
export function fromCompareHash(
  text: string,
  limits: { readonly nodes: number; readonly functions: number; readonly metrics: readonly FlameMetric[] },
): { readonly state: Partial<CompareState>; readonly timelines: Readonly<Record<Side, string>> } {
  const hash = new URLSearchParams(text.replace(/^#/, ''));
  const one = <T extends string>(key: string, of: readonly T[]): T | undefined =>
    of.find((value) => value === hash.get(key));
  const number = (key: string, limit: number): number | undefined => {
    const value = hash.get(key) ?? '';
    return /^\d{1,9}$/.test(value) && Number(value) < limit ? Number(value) : undefined;
  };
  const metric = one('metric', FLAME_METRICS);
  const unit = one('unit', UNITS);
  const width = one('width', WIDTHS);
  const tab = one('tab', COMPARE_TABS);
  const zoom = number('node', limits.nodes);
  const picked = number('function', limits.functions);
  const search = hash.get('search');
  return {
    state: {
      ...(metric && limits.metrics.includes(metric) && { metric }),
      ...(unit && { unit }),
      ...(width && { width }),
      ...(tab && { tab }),
      ...(zoom !== undefined && { zoom }),
      ...(picked !== undefined && { picked }),
      ...(search && { search: search.slice(0, 200) }),
    },
    timelines: { before: hash.get('before') ?? '', after: hash.get('after') ?? '' },
  };
}
