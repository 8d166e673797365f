import type { Trace } from '../analysis/trace.ts';
import { type Metric, metricOfMode, rowWeight } from '../analysis/weights.ts';

/** What a line of a source file came to. Seconds, or observations where the recording has no times. */
export interface SourceLine {
  readonly line: number;
  readonly function: string;
  /** While the line itself ran. */
  readonly self: number;
  /** With all that it called; a line that calls itself counts once. */
  readonly total: number;
}

export interface SourceFile {
  readonly file: string;
  readonly metric: Metric;
  readonly unit: 'seconds' | 'samples';
  readonly lines: readonly SourceLine[];
}

/**
 * Lines of every file whose path ends with `file`, those with most time in all that they called first. Lines that are not known count for 0.
 * One pass over the stacks: a stack's lines are looked at once, with the weight of all its samples.
 */
export function sourceLines(
  trace: Trace,
  file: string,
  metric: Metric = metricOfMode[trace.meta.mode],
): SourceFile[] {
  const { tables, starts, functions } = trace;
  const { samples, stacks, frames } = tables;
  const weights = new Float64Array(stacks.length);
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    if (stack >= 0) weights[stack] = (weights[stack] as number) + rowWeight(tables, starts, row, metric);
  }
  const wanted = functions.file.map((its) => its !== '' && endsWith(its, file));
  const found = new Map<
    string,
    { file: string; function: string; line: number; self: number; total: number }
  >();
  for (let stack = 0; stack < stacks.length; stack++) {
    const weight = weights[stack] as number;
    if (weight <= 0) continue;
    const seen = new Set<string>();
    for (let at = stack; at >= 0; at = stacks.parent[at] as number) {
      const frame = stacks.frame[at] as number;
      const id = functions.ofFrame[frame] as number;
      if (!wanted[id]) continue;
      const [its, line] = [functions.file[id] as string, frames.line[frame] as number];
      const key = `${its}\0${line}`;
      const sum = found.get(key) ?? {
        file: its,
        function: functions.name[id] as string,
        line,
        self: 0,
        total: 0,
      };
      found.set(key, sum);
      if (at === stack) sum.self += weight;
      if (!seen.has(key)) sum.total += weight;
      seen.add(key);
    }
  }
  const unit = metric === 'samples' ? 1 : 1e9;
  const files = new Map<string, SourceLine[]>();
  for (const { file: its, self, total, ...rest } of found.values()) {
    const lines = files.get(its) ?? [];
    files.set(its, lines);
    lines.push({ ...rest, self: self / unit, total: total / unit });
  }
  return [...files].map(([its, lines]) => ({
    file: its,
    metric,
    unit: metric === 'samples' ? 'samples' : 'seconds',
    lines: lines.sort((a, b) => b.total - a.total || a.line - b.line),
  }));
}

/** Whether a path is `end`, or ends with it after a separator. */
const endsWith = (path: string, end: string): boolean =>
  path === end ||
  path.replaceAll('\\', '/').endsWith(`/${end.replaceAll('\\', '/').replace(/^(?:\.?\/)+/, '')}`);
