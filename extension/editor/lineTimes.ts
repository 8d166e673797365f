import { functionTotals } from '../../analyzer/analysis/callTree.ts';
import { type LineHeat, sourceHeat } from '../../analyzer/analysis/lineHeat.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { type Metric, selfWeights } from '../../analyzer/analysis/weights.ts';

/** What one line, or one function, took, in the unit of the metric. */
export interface Times {
  /** In itself. */
  readonly self: number;
  /** With all that was called from there, recursion counted once. */
  readonly total: number;
}

export interface LineTimes extends Times {
  /** From 1. */
  readonly line: number;
  /**
   * What its author can answer for: of the program's own code that is the line itself with the libraries that it called, which else would leave
   * a line that sorts a table cold; of a library's code the line itself.
   */
  readonly here: number;
}

export interface FunctionTimes extends Times {
  /** A number of `Functions`. */
  readonly id: number;
  readonly name: string;
  /** Of its definition, from 1. */
  readonly line: number;
}

/** A source file of a recording. */
export interface FileTimes {
  /** As the recording names it. */
  readonly file: string;
  /** Of all its lines. */
  readonly here: number;
  /** In order. */
  readonly lines: readonly LineTimes[];
  /** In order. */
  readonly functions: readonly FunctionTimes[];
}

export interface SourceTimes {
  readonly metric: Metric;
  /** The whole recording. */
  readonly whole: number;
  /** Those with any, by name, those with most in themselves first. */
  readonly files: ReadonlyMap<string, FileTimes>;
}

/** What cannot be opened: code without a file, that was typed, frozen in or brought along by the runtime. */
const NO_SOURCE = /^(?:$|[<[]|node:)/;

/** The lines and functions of all source files, as `sourceHeat` and the table of functions have them. */
export function sourceTimes(trace: Trace, metric: Metric): SourceTimes {
  const heat = sourceHeat(trace, metric);
  const own = timeOfOwnLines(trace, metric);
  const functions = functionsByFile(trace, metric);
  const files = heat.files
    .filter(({ file }) => !NO_SOURCE.test(file))
    .map(({ file }): FileTimes => {
      const lines = linesOf(heat.linesOf(file), own.get(file));
      const here = lines.reduce((sum, line) => sum + line.here, 0);
      return { file, here, lines, functions: functions.get(file) ?? [] };
    });
  return { metric, whole: heat.whole, files: new Map(files.map((each) => [each.file, each])) };
}

function linesOf(heat: LineHeat, own: ReadonlyMap<number, number> | undefined): LineTimes[] {
  const lines: LineTimes[] = [];
  for (let at = 0; at < heat.length; at++) {
    const [line, self, total] = [heat.line[at] as number, heat.self[at] as number, heat.total[at] as number];
    if (line > 0) lines.push({ line, self, total, here: own ? (own.get(line) ?? 0) : self });
  }
  return lines;
}

/** Of each line of the program's own code, by file, the weight of stacks in which it is the innermost such line. */
function timeOfOwnLines(
  { tables, starts, functions, homes, siteOf }: Trace,
  metric: Metric,
): ReadonlyMap<string, ReadonlyMap<number, number>> {
  const count = tables.stacks.length + 1;
  const ofStack = Uint32Array.from({ length: count - 1 }, (_, stack) => stack + 1);
  const weights = selfWeights(tables, starts, { count, ofStack }, metric);
  const found = new Map<string, Map<number, number>>();
  for (let id = 0; id < functions.count; id++)
    if (homes[id]?.origin === 'own') found.set(functions.file[id] as string, new Map());
  for (let stack = 0; stack < tables.stacks.length; stack++) {
    const weight = weights[stack + 1] as number;
    if (!(weight > 0)) continue;
    const { function: id, line } = siteOf(stack);
    const lines = homes[id]?.origin === 'own' ? found.get(functions.file[id] as string) : undefined;
    lines?.set(line, (lines.get(line) ?? 0) + weight);
  }
  return found;
}

function functionsByFile(
  { tables, starts, tree, functions }: Trace,
  metric: Metric,
): ReadonlyMap<string, FunctionTimes[]> {
  const { self, total } = functionTotals(tree, functions, selfWeights(tables, starts, tree, metric));
  const found = new Map<string, FunctionTimes[]>();
  for (let id = 0; id < functions.count; id++) {
    const [file, name] = [functions.file[id] as string, functions.name[id] as string];
    const [line, its] = [functions.line[id] as number, total[id] as number];
    if (line === 0 || !(its > 0)) continue;
    const known = found.get(file) ?? [];
    known.push({ id, name, line, self: self[id] as number, total: its });
    found.set(file, known);
  }
  for (const its of found.values()) its.sort((a, b) => a.line - b.line || b.total - a.total);
  return found;
}
