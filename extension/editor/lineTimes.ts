import { functionTotals } from '../../analyzer/analysis/callTree.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { type Metric, rowWeight, selfWeights } from '../../analyzer/analysis/weights.ts';

/** What one line, or one function, took, in the unit of the metric. */
export interface Times {
  /**
   * In the line itself. Of the program's own code that is with the libraries and the machine code that the line called, for whose time
   * its author can answer; of a library's code with machine code alone.
   */
  readonly self: number;
  /** With all that was called from there, recursion counted once. */
  readonly total: number;
}

export interface LineTimes extends Times {
  /** From 1. */
  readonly line: number;
}

export interface FunctionTimes extends Times {
  /** A number of `Functions`. */
  readonly id: number;
  readonly name: string;
  /** Of its definition, from 1. */
  readonly line: number;
}

/** A source file of a recording, as the recording names it. */
export interface FileTimes extends Times {
  readonly file: string;
  /** In order. */
  readonly lines: readonly LineTimes[];
  readonly functions: readonly FunctionTimes[];
}

export interface SourceTimes {
  readonly metric: Metric;
  /** The whole recording. */
  readonly whole: number;
  /** Those with time, by name, hottest first. */
  readonly files: ReadonlyMap<string, FileTimes>;
}

/** What cannot be opened: code without a file, that was typed, frozen in or brought along by the runtime. */
const NO_SOURCE = /^(?:$|[<[]|node:)/;

/**
 * Self and total of every line and function of source that was seen. Each sample of the program's own code counts for one line in
 * `self`: the innermost of that code; where the innermost frame is a library's, for that line of the library as well.
 */
export function sourceTimes(trace: Trace, metric: Metric): SourceTimes {
  const { tables, functions, homes, siteOf } = trace;
  const { stacks, frames } = tables;
  const spent = weightsOfStacks(trace, metric);
  const lines = new LineKeys(functions.file);
  const keyOf = Float64Array.from({ length: frames.length }, (_, frame) => {
    const id = functions.ofFrame[frame] as number;
    const line = (frames.line[frame] as number) || (frames.functionLine[frame] as number);
    return line > 0 && !NO_SOURCE.test(functions.file[id] ?? '') ? lines.keyOf(id, line) : -1;
  });
  const self = new Map<number, number>();
  const selfOfFunction = new Float64Array(functions.count);
  const add = (id: number, key: number, value: number): void => {
    self.set(key, (self.get(key) ?? 0) + value);
    selfOfFunction[id] = (selfOfFunction[id] as number) + value;
  };
  let whole = spent.without;
  for (let stack = 0; stack < stacks.length; stack++) {
    const value = spent.ofStack[stack] as number;
    if (value <= 0) continue;
    whole += value;
    const site = siteOf(stack);
    const isOwn = homes[site.function]?.origin === 'own';
    if (isOwn && site.line > 0 && !NO_SOURCE.test(functions.file[site.function] ?? ''))
      add(site.function, lines.keyOf(site.function, site.line), value);
    let inner = stack;
    while (inner >= 0 && (keyOf[stacks.frame[inner] as number] as number) < 0)
      inner = stacks.parent[inner] as number;
    if (inner < 0) continue;
    const frame = stacks.frame[inner] as number;
    const id = functions.ofFrame[frame] as number;
    if (homes[id]?.origin !== 'own') add(id, keyOf[frame] as number, value);
  }
  const total = lineTotals(trace, spent.ofStack, keyOf);
  const byFunction = functionTotals(
    trace.tree,
    functions,
    selfWeights(tables, trace.starts, trace.tree, metric),
  );
  return { metric, whole, files: filesOf(trace, lines, { self, total }, selfOfFunction, byFunction.total) };
}

/** What each row of `stacks` was seen to take as the innermost one, and what samples without a stack took. */
function weightsOfStacks(trace: Trace, metric: Metric): { ofStack: Float64Array; without: number } {
  const { samples, stacks } = trace.tables;
  const ofStack = new Float64Array(stacks.length);
  let without = 0;
  for (let row = 0; row < samples.length; row++) {
    const value = rowWeight(trace.tables, trace.starts, row, metric);
    const stack = samples.stack[row] as number;
    if (stack < 0) without += value;
    else ofStack[stack] = (ofStack[stack] as number) + value;
  }
  return { ofStack, without };
}

/** Total of every line by its key; a line that a stack passes more than once counts at its outermost place. */
function lineTotals(
  { tables: { stacks } }: Trace,
  spent: Float64Array,
  keyOf: Float64Array,
): ReadonlyMap<number, number> {
  const below = spent.slice();
  for (let stack = stacks.length - 1; stack >= 0; stack--) {
    const parent = stacks.parent[stack] as number;
    if (parent >= 0) below[parent] = (below[parent] as number) + (below[stack] as number);
  }
  const total = new Map<number, number>();
  for (let stack = 0; stack < stacks.length; stack++) {
    const value = below[stack] as number;
    const key = keyOf[stacks.frame[stack] as number] as number;
    if (key < 0 || value <= 0) continue;
    let above = stacks.parent[stack] as number;
    while (above >= 0 && keyOf[stacks.frame[above] as number] !== key) above = stacks.parent[above] as number;
    if (above < 0) total.set(key, (total.get(key) ?? 0) + value);
  }
  return total;
}

/** Lines of files as numbers, which maps hold faster than texts. */
class LineKeys {
  private readonly files = new Map<string, number>();
  private readonly names: string[] = [];

  constructor(private readonly fileOf: readonly string[]) {}

  /** `id`: a number of `Functions`. A line has 32 bits, so that a key stays exact. */
  keyOf(id: number, line: number): number {
    const file = this.fileOf[id] ?? '';
    let number = this.files.get(file);
    if (number === undefined) {
      number = this.names.push(file) - 1;
      this.files.set(file, number);
    }
    return number * 2 ** 32 + line;
  }

  placeOf(key: number): { readonly file: string; readonly line: number } {
    return { file: this.names[Math.floor(key / 2 ** 32)] ?? '', line: key % 2 ** 32 };
  }
}

function filesOf(
  { functions }: Trace,
  lines: LineKeys,
  { self, total }: { self: ReadonlyMap<number, number>; total: ReadonlyMap<number, number> },
  selfOfFunction: Float64Array,
  totalOfFunction: Float64Array,
): ReadonlyMap<string, FileTimes> {
  const found = new Map<string, { lines: LineTimes[]; functions: FunctionTimes[] }>();
  const of = (file: string) => {
    const known = found.get(file) ?? { lines: [], functions: [] };
    found.set(file, known);
    return known;
  };
  for (const [key, value] of total) {
    const { file, line } = lines.placeOf(key);
    of(file).lines.push({ line, self: self.get(key) ?? 0, total: value });
  }
  for (let id = 0; id < functions.count; id++) {
    const line = functions.line[id] as number;
    const whole = totalOfFunction[id] as number;
    const file = functions.file[id] as string;
    if (line > 0 && whole > 0 && found.has(file))
      of(file).functions.push({
        id,
        name: functions.name[id] as string,
        line,
        self: selfOfFunction[id] as number,
        total: whole,
      });
  }
  const files = [...found].map(([file, its]) => ({
    file,
    lines: its.lines.sort((a, b) => a.line - b.line),
    functions: its.functions.sort((a, b) => a.line - b.line || b.total - a.total),
    self: its.lines.reduce((sum, line) => sum + line.self, 0),
    total: its.functions.reduce((most, each) => Math.max(most, each.total), 0),
  }));
  files.sort((a, b) => b.self - a.self || b.total - a.total);
  return new Map(files.map((each) => [each.file, each]));
}
