import { DIRECTIONS, type Direction, type Language } from '../../model/index.ts';
import type { EfficiencySummary } from '../efficiencySummary.ts';
import type { TaskLine } from '../poolSummary.ts';
import type { FunctionSummary, Summary } from '../summary.ts';
import { caveatsOf } from './caveats.ts';
import { pairsOf } from './pairs.ts';
import { PLACE_KEYS } from './places.ts';

/** A figure of two runs. `delta`: after less before; null where either is not known. */
export interface Change {
  readonly before: number | null;
  readonly after: number | null;
  readonly delta: number | null;
}

/** A run of a comparison, in a few figures. */
export interface RunLine {
  readonly command: readonly string[];
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

/** Times of a function in one run, seconds. */
export interface FunctionTimes {
  readonly selfSeconds: number;
  readonly totalSeconds: number;
  readonly selfWallSeconds: number;
  readonly totalWallSeconds: number;
}

/** A function whose own time moved. `before` or `after` is null where it was not seen. */
export interface FunctionChange {
  readonly name: string;
  /** As in the run after, where it was seen there. */
  readonly file: string;
  readonly line: number;
  readonly language: Language;
  readonly before: FunctionTimes | null;
  readonly after: FunctionTimes | null;
  /** Of its own time, in seconds: of CPU, or of wall where no CPU time is known. */
  readonly delta: number;
}

export interface TransferChange {
  readonly direction: Direction;
  readonly count: Change;
  readonly bytes: Change;
  readonly seconds: Change;
}

/** The tasks of one function, of all pools together. */
export interface TaskChange {
  readonly function: string;
  readonly pools: { readonly before: readonly string[]; readonly after: readonly string[] };
  readonly poolCount: Change;
  readonly count: Change;
  readonly items: Change;
  readonly queueSeconds: Change;
  readonly runSeconds: Change;
  readonly pickleSeconds: Change;
}

export const FACTORS = [
  'parallel',
  'loadBalance',
  'communication',
  'contention',
  'gil',
  'overlap',
  'supply',
  'device',
] as const satisfies readonly (keyof EfficiencySummary)[];
export type Factor = (typeof FACTORS)[number];

/** Two runs of one program beside each other. */
export interface Comparison {
  /** By what factor the run after is faster: wall time before by wall time after; null where either has none. */
  readonly wallRatio: number | null;
  readonly cpuRatio: number | null;
  readonly before: RunLine;
  readonly after: RunLine;
  /** Those whose own time moved by more than the threshold, most first. */
  readonly functions: readonly FunctionChange[];
  readonly transfers: readonly TransferChange[];
  readonly tasks: readonly TaskChange[];
  readonly efficiency: Readonly<Record<Factor, Change>>;
  /** What makes the runs hard to compare. */
  readonly warnings: readonly string[];
}

/** `threshold`: share of a run's time below which a function counts as unmoved. */
export function compareRuns(before: Summary, after: Summary, threshold: number): Comparison {
  return {
    wallRatio: ratio(before.wallSeconds, after.wallSeconds),
    cpuRatio: ratio(before.cpuSeconds, after.cpuSeconds),
    before: runLine(before),
    after: runLine(after),
    functions: functionChanges(before, after, threshold),
    transfers: transferChanges(before, after),
    tasks: taskChanges(before, after),
    efficiency: Object.fromEntries(
      FACTORS.map((factor) => [factor, change(before.efficiency[factor], after.efficiency[factor])]),
    ) as Record<Factor, Change>,
    warnings: caveatsOf(before, after),
  };
}

const ratio = (before: number, after: number): number | null =>
  before > 0 && after > 0 ? before / after : null;

const change = (before: number | null, after: number | null): Change => ({
  before,
  after,
  delta: before === null || after === null ? null : after - before,
});

const runLine = ({ command, wallSeconds, cpuSeconds }: Summary): RunLine => ({
  command,
  wallSeconds,
  cpuSeconds,
});

function functionChanges(before: Summary, after: Summary, threshold: number): FunctionChange[] {
  // Where one run knows no CPU time, the wall times of both are what can be compared.
  const byCpu = before.cpuSeconds > 0 && after.cpuSeconds > 0;
  const own = (times: FunctionTimes | null) => (byCpu ? times?.selfSeconds : times?.selfWallSeconds) ?? 0;
  const whole = ({ functions }: Summary) => functions.reduce((sum, each) => sum + own(each), 0);
  const least = threshold * Math.max(whole(before), whole(after));
  return pairsOf(byLine(before.functions), byLine(after.functions), PLACE_KEYS)
    .flatMap((pair) => {
      const known = pair.after ?? pair.before;
      if (!known) return [];
      const { name, file, line, language } = known;
      const [then, now] = [timesOf(pair.before), timesOf(pair.after)];
      const delta = own(now) - own(then);
      return [{ name, file, line, language, before: then, after: now, delta }];
    })
    .filter(({ delta }) => Math.abs(delta) > least)
    .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
}

const byLine = (functions: readonly FunctionSummary[]): FunctionSummary[] =>
  functions.toSorted((a, b) => a.line - b.line);

const timesOf = (of: FunctionTimes | null): FunctionTimes | null =>
  of && {
    selfSeconds: of.selfSeconds,
    totalSeconds: of.totalSeconds,
    selfWallSeconds: of.selfWallSeconds,
    totalWallSeconds: of.totalWallSeconds,
  };

function transferChanges(before: Summary, after: Summary): TransferChange[] {
  return DIRECTIONS.flatMap((direction) => {
    const [then, now] = [before, after].map(({ transfers }) =>
      transfers.find((each) => each.direction === direction),
    );
    if (!then && !now) return [];
    const of = (figure: 'count' | 'bytes' | 'seconds') => change(then?.[figure] ?? 0, now?.[figure] ?? 0);
    return [{ direction, count: of('count'), bytes: of('bytes'), seconds: of('seconds') }];
  });
}

function taskChanges(before: Summary, after: Summary): TaskChange[] {
  const names = new Set([...before.tasks, ...after.tasks].map((each) => each.function));
  return [...names].map((name) => {
    const [then, now] = [before, after].map(({ tasks }) =>
      tasks.filter((each) => each.function === name),
    ) as [TaskLine[], TaskLine[]];
    const of = (figure: (line: TaskLine) => number | null) => change(sum(then, figure), sum(now, figure));
    return {
      function: name,
      pools: { before: kinds(then), after: kinds(now) },
      poolCount: change(pools(then), pools(now)),
      count: of(({ count }) => count),
      items: of(({ items }) => items),
      queueSeconds: of(({ queueSeconds }) => queueSeconds),
      runSeconds: of(({ runSeconds }) => runSeconds),
      pickleSeconds: of(({ pickleSeconds }) => pickleSeconds),
    };
  });
}

/** Null where no line knows the figure, or there is no line. */
function sum(lines: readonly TaskLine[], figure: (line: TaskLine) => number | null): number | null {
  const known = lines.map(figure).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((whole, value) => whole + value, 0);
}

const kinds = (lines: readonly TaskLine[]): string[] => [...new Set(lines.map(({ pool }) => pool))];
const pools = (lines: readonly TaskLine[]): number => new Set(lines.map(({ poolId }) => poolId)).size;
