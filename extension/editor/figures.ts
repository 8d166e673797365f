import { type LineMoves, lineMoves } from '../../analyzer/analysis/lineMoves.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { type Advice, SOURCE_STATES } from '../../analyzer/model/index.ts';
import { type KeyedFinding, keyed } from '../../webview/findings/selection.ts';
import { type SourceTimes, sourceTimes } from './lineTimes.ts';
import { type RecordedFile, recordedPath } from './matching.ts';
import { metricOf } from './metric.ts';
import { type Problem, problemsOf } from './problems.ts';

/**
 * What the editor shows of a recording, without the recording: its tables may be a hundred times as large, and are asked for again where
 * something else is wanted of them.
 */
export interface Figures {
  /** Name of its file, for readers. */
  readonly recording: string;
  readonly times: SourceTimes;
  /** What lines had moved and started, by file and line. */
  readonly moves: ReadonlyMap<string, ReadonlyMap<number, LineMoves>>;
  readonly files: readonly RecordedFile[];
  readonly findings: readonly KeyedFinding[];
  readonly problems: readonly Problem[];
  /** How many findings point to a function, by its number. */
  readonly findingsAt: ReadonlyMap<number, number>;
  /** Milliseconds since 1970 at the run's end; 0 when unknown. */
  readonly ended: number;
}

export function figuresOf(recording: string, trace: Trace, { findings }: Advice): Figures {
  const times = sourceTimes(trace, metricOf(trace));
  const { clock } = trace.meta;
  return {
    recording,
    times,
    moves: lineMoves(trace),
    files: recordedFiles(times, trace),
    findings: keyed(findings),
    problems: problemsOf(trace, findings),
    findingsAt: findingsOfFunctions(times, findings),
    ended: clock.startEpochMs > 0 ? clock.startEpochMs + (clock.end - clock.start) / 1e6 : 0,
  };
}

function recordedFiles({ files }: SourceTimes, { meta, tables: { sources } }: Trace): RecordedFile[] {
  const rows = new Map(sources.file.map((file, row) => [file, row]));
  return [...files.values()].flatMap(({ file, functions }) => {
    const path = recordedPath(file, meta.directory);
    if (path === null) return [];
    const row = rows.get(file);
    const state = row === undefined ? undefined : SOURCE_STATES[sources.state[row] as number];
    const hash = (row === undefined ? '' : sources.hash[row]) || null;
    return [{ name: file, path, hash, wasChanged: state === 'changed', functions }];
  });
}

/** By name, as findings have no more of a function; of two with one name the one that begins last above the finding's line. */
function findingsOfFunctions({ files }: SourceTimes, findings: Advice['findings']): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { location } of findings) {
    if (!location) continue;
    const named = files.get(location.file)?.functions.filter(({ name }) => name === location.function) ?? [];
    const its = named.findLast(({ line }) => line <= location.line) ?? named[0];
    if (its) counts.set(its.id, (counts.get(its.id) ?? 0) + 1);
  }
  return counts;
}
