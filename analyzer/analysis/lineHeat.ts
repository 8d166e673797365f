import { LANGUAGES, type Tables } from '../model/index.ts';
import { launchOf } from './deviceWork.ts';
import { type DeviceMetric, isDeviceMetric, metricOf } from './kernelCalls.ts';
import type { Trace } from './trace.ts';
import { EVERYTHING, type Metric, type Selection, selfWeights } from './weights.ts';
import { workCounter } from './workSelection.ts';

/** What heat is computed from. */
export type HeatTrace = Pick<Trace, 'tables' | 'starts' | 'functions' | 'deviceWork' | 'once'>;

/** The weight of a file's lines, in the unit of the metric: one entry a line with any, ascending. */
export interface LineHeat {
  readonly length: number;
  /** 0 stands for code of the file at no known line. */
  readonly line: Uint32Array;
  /** At the line itself; machine code that it called counts as its own. */
  readonly self: Float64Array;
  /** In stacks that the line is in, once for each, however often it is in it. */
  readonly total: Float64Array;
}

export interface FileHeat {
  readonly file: string;
  readonly self: number;
  readonly total: number;
}

/** The weight of a function of a file. `function`: a number of `Functions`. */
export interface FunctionHeat {
  readonly function: number;
  readonly name: string;
  /** Of its definition; 0 when unknown. */
  readonly line: number;
  readonly self: number;
  readonly total: number;
}

/** What called a line, or what it called. */
export interface Neighbour {
  /** A number of `Functions`. */
  readonly function: number;
  /** Its file; empty for machine code. */
  readonly file: string;
  /** The line that called; of what was called, the one where it is defined. 0 when unknown. */
  readonly line: number;
  readonly total: number;
}

/** The weight of a selection by lines of source. */
export interface SourceHeat {
  /** Of all of the selection; what belongs to no line is in it, too. */
  readonly whole: number;
  /** Files with any, those with most in themselves first. Their `self` and what has no file add up to the whole. */
  readonly files: readonly FileHeat[];
  readonly linesOf: (file: string) => LineHeat;
  /** Heaviest first. */
  readonly functionsOf: (file: string) => readonly FunctionHeat[];
  /** Heaviest first. */
  readonly callers: (file: string, line: number) => readonly Neighbour[];
  readonly callees: (file: string, line: number) => readonly Neighbour[];
  /** The line of a function with most in it; of machine code the one that called it. Null where it has nothing in the selection. */
  readonly hottestOf: (id: number) => Neighbour | null;
}

/** Stacks put together by what one of their frames has in common with others', such as its line. */
interface Grouping {
  readonly count: number;
  /** The group of the innermost frame of each stack; -1 for machine code. */
  readonly own: Int32Array;
  /** The group that the stack's own weight belongs to: that of its innermost frame of source, -1 for none. */
  readonly near: Int32Array;
  /** 1 where no caller is of the same group: weights of such stacks add up without counting any twice. */
  readonly isFirst: Uint8Array;
}

interface SourceStacks {
  readonly files: readonly string[];
  /** The file and the line of each group of `byLine`. */
  readonly fileOfLine: readonly number[];
  readonly lines: readonly number[];
  readonly byLine: Grouping;
  readonly byFile: Grouping;
  readonly byFunction: Grouping;
}

/** Lines of a file have numbers below this. */
const MOST_LINES = 2 ** 32;
const SPOKEN = Uint8Array.from(LANGUAGES, (name) => Number(name === 'python' || name === 'javascript'));

/** `lineHeat` of one file, and of all of them at once. */
export function lineHeat(
  trace: HeatTrace,
  file: string,
  metric: Metric | DeviceMetric,
  selection: Selection = EVERYTHING,
): LineHeat {
  return sourceHeat(trace, metric, selection).linesOf(file);
}

/**
 * Which lines of source have how much of a selection. Time of kernels and copies belongs to the line that launched them. One pass
 * over samples and one over stacks; what is asked of one file afterwards costs its lines.
 */
export function sourceHeat(
  trace: HeatTrace,
  metric: Metric | DeviceMetric,
  selection: Selection = EVERYTHING,
): SourceHeat {
  const { tables, functions } = trace;
  const { parent, frame } = tables.stacks;
  const sources = trace.once('sourceStacks', () => sourceStacks(trace));
  const { files, fileOfLine, lines, byLine, byFile, byFunction } = sources;
  const weight = stackWeights(trace, metric, selection);
  const total = weight.slice();
  for (let stack = parent.length - 1; stack >= 0; stack--) {
    const at = (parent[stack] as number) + 1;
    total[at] = (total[at] as number) + (total[stack + 1] as number);
  }
  const ofLines = sums(byLine, weight, total);
  const ofFiles = sums(byFile, weight, total);
  const numberOf = new Map(files.map((file, id) => [file, id]));
  const lineOf = (file: string, line: number): number => {
    const id = numberOf.get(file);
    return lines.findIndex((each, at) => each === line && fileOfLine[at] === id);
  };
  /** What stands at one end of the calls that `endOf` finds among stacks; a negative end is none. */
  const neighbours = (
    endOf: (stack: number) => number,
    placeOfEnd: (end: number) => Omit<Neighbour, 'total'>,
  ): Neighbour[] => {
    const found = new Map<number, number>();
    for (let stack = 0; stack < parent.length; stack++) {
      const at = total[stack + 1] as number;
      const end = at > 0 ? endOf(stack) : -1;
      if (end >= 0) found.set(end, (found.get(end) ?? 0) + at);
    }
    return [...found]
      .map(([end, sum]) => ({ ...placeOfEnd(end), total: sum }))
      .sort((a, b) => b.total - a.total);
  };
  const placeOf = (id: number, group: number): Omit<Neighbour, 'total'> => ({
    function: id,
    file: files[fileOfLine[group] as number] as string,
    line: lines[group] as number,
  });
  const functionOf = (stack: number): number => functions.ofFrame[frame[stack] as number] as number;
  return {
    whole: total[0] as number,
    files: files
      .map((file, id) => ({ file, self: ofFiles.self[id] as number, total: ofFiles.total[id] as number }))
      .filter((each) => each.total > 0)
      .sort((a, b) => b.self - a.self || b.total - a.total),
    linesOf: (file) => {
      const id = numberOf.get(file);
      const rows: number[] = [];
      for (let at = 0; at < lines.length; at++)
        if (fileOfLine[at] === id && (ofLines.total[at] as number) > 0) rows.push(at);
      rows.sort((a, b) => (lines[a] as number) - (lines[b] as number));
      return {
        length: rows.length,
        line: Uint32Array.from(rows, (at) => lines[at] as number),
        self: Float64Array.from(rows, (at) => ofLines.self[at] as number),
        total: Float64Array.from(rows, (at) => ofLines.total[at] as number),
      };
    },
    functionsOf: (file) => {
      const of = sums(byFunction, weight, total);
      const found: FunctionHeat[] = [];
      for (let id = 0; id < byFunction.count; id++) {
        if (functions.file[id] !== file || !((of.total[id] as number) > 0)) continue;
        const [name = '', line = 0, self = 0, its = 0] = [
          functions.name[id],
          functions.line[id],
          of.self[id],
          of.total[id],
        ];
        found.push({ function: id, name, line, self, total: its });
      }
      return found.sort((a, b) => b.total - a.total);
    },
    callers: (file, line) => {
      const at = lineOf(file, line);
      // Several functions may be at one line: the caller is told by one of its stacks.
      const stackOf = new Map<number, number>();
      return neighbours(
        (stack) => {
          if (byLine.own[stack] !== at || byLine.isFirst[stack] === 0 || at < 0) return -1;
          let above = parent[stack] as number;
          while (above >= 0 && (byLine.own[above] as number) < 0) above = parent[above] as number;
          const group = above < 0 ? -1 : (byLine.own[above] as number);
          if (group >= 0) stackOf.set(group, above);
          return group;
        },
        (group) => placeOf(functionOf(stackOf.get(group) as number), group),
      );
    },
    callees: (file, line) => {
      const at = lineOf(file, line);
      return neighbours(
        (stack) => {
          const above = parent[stack] as number;
          const isCall = above >= 0 && byLine.own[above] === at && byLine.isFirst[above] === 1;
          return isCall && at >= 0 ? functionOf(stack) : -1;
        },
        (id) => ({ function: id, file: functions.file[id] as string, line: functions.line[id] as number }),
      );
    },
    hottestOf: (id) =>
      neighbours(
        (stack) => (functionOf(stack) === id ? (byLine.near[stack] as number) : -1),
        (group) => placeOf(id, group),
      )[0] ?? null,
  };
}

/** Own weight of each row of `stacks`, at its number and one; at 0 what has no stack. */
function stackWeights(
  { tables, starts, deviceWork: work }: HeatTrace,
  metric: Metric | DeviceMetric,
  selection: Selection,
): Float64Array {
  const count = tables.stacks.length + 1;
  if (!isDeviceMetric(metric)) {
    const ofStack = Uint32Array.from({ length: count - 1 }, (_, stack) => stack + 1);
    return selfWeights(tables, starts, { count, ofStack }, metric, selection);
  }
  const weights = new Float64Array(count);
  const counts = workCounter(tables, work, selection);
  for (let at = 0; at < work.length; at++) {
    if (metricOf(work.kind[at] as number) !== metric) continue;
    const time = counts(at);
    const { stack } = launchOf(tables, work, at);
    if (time > 0) weights[stack + 1] = (weights[stack + 1] as number) + time;
  }
  return weights;
}

function sums(
  { count, own, near, isFirst }: Grouping,
  weight: Float64Array,
  totals: Float64Array,
): { readonly self: Float64Array; readonly total: Float64Array } {
  const self = new Float64Array(count);
  const total = new Float64Array(count);
  for (let stack = 0; stack < own.length; stack++) {
    const at = near[stack] as number;
    if (at >= 0) self[at] = (self[at] as number) + (weight[stack + 1] as number);
    const its = own[stack] as number;
    if (isFirst[stack] === 1) total[its] = (total[its] as number) + (totals[stack + 1] as number);
  }
  return { self, total };
}

/** The lines, files and functions of stacks, which no selection changes. */
function sourceStacks({ tables, functions }: Pick<Trace, 'tables' | 'functions'>): SourceStacks {
  const { strings, frames } = tables;
  const files: string[] = [];
  const fileNumbers = new Map<string, number>();
  const fileOfLine: number[] = [];
  const lines: number[] = [];
  const lineNumbers = new Map<number, number>();
  const lineOfFrame = new Int32Array(frames.length).fill(-1);
  for (let at = 0; at < frames.length; at++) {
    const name = strings.value[frames.file[at] as number] as string;
    const line = (frames.line[at] as number) || (frames.functionLine[at] as number);
    // Machine code at no line has a library as its file.
    if (name === '' || (line === 0 && SPOKEN[frames.language[at] as number] !== 1)) continue;
    const file = numbered(fileNumbers, name, () => files.push(name));
    lineOfFrame[at] = numbered(lineNumbers, file * MOST_LINES + line, () => {
      fileOfLine.push(file);
      lines.push(line);
    });
  }
  const grouped = (of: (frame: number, line: number) => number, count: number): Grouping =>
    grouping(
      tables,
      Int32Array.from(lineOfFrame, (line, at) => (line < 0 ? -1 : of(at, line))),
      count,
    );
  return {
    files,
    fileOfLine,
    lines,
    byLine: grouped((_, line) => line, lines.length),
    byFile: grouped((_, line) => fileOfLine[line] as number, files.length),
    byFunction: grouped((at) => functions.ofFrame[at] as number, functions.count),
  };
}

function numbered<K>(known: Map<K, number>, key: K, add: () => void): number {
  const found = known.get(key);
  if (found !== undefined) return found;
  known.set(key, known.size);
  add();
  return known.size - 1;
}

function grouping({ stacks }: Pick<Tables, 'stacks'>, ofFrame: Int32Array, count: number): Grouping {
  const { parent, frame, length } = stacks;
  const own = new Int32Array(length);
  const near = new Int32Array(length);
  const isFirst = new Uint8Array(length);
  for (let stack = 0; stack < length; stack++) {
    const its = ofFrame[frame[stack] as number] as number;
    let above = parent[stack] as number;
    own[stack] = its;
    near[stack] = its >= 0 ? its : above >= 0 ? (near[above] as number) : -1;
    if (its < 0) continue;
    while (above >= 0 && own[above] !== its) above = parent[above] as number;
    if (above < 0) isFirst[stack] = 1;
  }
  return { count, own, near, isFirst };
}
