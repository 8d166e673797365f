import { gainOf } from '../../analyzer/advice/words.ts';
import { mostOften, StackWeights } from '../../analyzer/analysis/stackWeights.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { rowWeight } from '../../analyzer/analysis/weights.ts';
import { type Finding, fromSeconds, type Severity } from '../../analyzer/model/index.ts';
import { type KeyedFinding, keyed } from '../../webview/findings/selection.ts';
import { duration, visible } from '../../webview/format.ts';

/**
 * How much a finding stands out among the problems of an editor. None is an error: the program does what it should, later than it
 * could. A hint would not be listed.
 */
export const LOUDNESS = { high: 'warning', medium: 'warning', low: 'information' } as const satisfies Record<
  Severity,
  string
>;
export type Loudness = (typeof LOUDNESS)[Severity];

/** Another line that belongs to a finding. */
export interface RelatedPlace {
  readonly file: string;
  readonly line: number;
  readonly words: string;
}

/** A finding at its line, as an editor lists it. */
export interface Problem {
  /** That of addresses of the viewer, such as `P01.2`. */
  readonly key: string;
  readonly rule: string;
  /** As the recording names it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
  readonly loudness: Loudness;
  readonly related: readonly RelatedPlace[];
  /** It is about a pool, of which one can ask what if. */
  readonly isAboutPool: boolean;
}

/** Lanes of a finding that are told apart: of forty workers the first ones say enough. */
const MOST_LANES = 4;

/** The findings that have a line, what gives most first. */
export function problemsOf(trace: Trace, findings: readonly Finding[]): Problem[] {
  const lanesWithTasks = new Set<number>();
  const { tasks } = trace.tables;
  for (let row = 0; row < tasks.length; row++) lanesWithTasks.add(tasks.lane[row] as number);
  return keyed(findings).flatMap((finding) => {
    const { location } = finding;
    if (location === null || location.line < 1) return [];
    return [
      {
        key: finding.key,
        rule: finding.rule,
        file: location.file,
        line: location.line,
        message: messageOf(finding),
        loudness: LOUDNESS[finding.severity],
        related: relatedOf(trace, finding),
        isAboutPool: finding.lanes.some((lane) => lanesWithTasks.has(lane)),
      },
    ];
  });
}

/** The claim with its gain, then what to do: the first line is what a list shows. */
function messageOf(finding: KeyedFinding): string {
  const { title, why, change, withheld } = finding;
  const reason = withheld === null ? '' : ` Gain withheld: ${withheld}.`;
  return visible(`${title} (${gainOf(finding)}). ${change} ${why}${reason}`);
}

/** Where the function begins, and what the busiest of the finding's lanes did meanwhile. */
function relatedOf(trace: Trace, { location, lanes, interval }: KeyedFinding): RelatedPlace[] {
  if (location === null) return [];
  const { functions, meta, tables } = trace;
  const related: RelatedPlace[] = [];
  const id = functions.name.findIndex(
    (name, each) => name === location.function && functions.file[each] === location.file,
  );
  const begins = id < 0 ? 0 : (functions.line[id] as number);
  if (begins > 0 && begins !== location.line)
    related.push({ file: location.file, line: begins, words: `in ${visible(location.function)}` });
  const from = interval ? meta.clock.start + fromSeconds(interval.startSeconds) : Number.NEGATIVE_INFINITY;
  const to = interval ? meta.clock.start + fromSeconds(interval.endSeconds) : Number.POSITIVE_INFINITY;
  const busiest = lanes
    .filter((lane) => lane >= 0 && lane < tables.lanes.length)
    .map((lane) => ({ lane, ...hottestLine(trace, lane, from, to) }))
    .filter(({ time }) => time > 0)
    .sort((a, b) => b.time - a.time);
  for (const { lane, file, line, time } of busiest.slice(0, MOST_LANES)) {
    const name = visible(tables.lanes.name[lane] ?? '') || `lane ${lane}`;
    related.push({ file, line, words: `${name} computed here for ${duration(time)}` });
  }
  const others = busiest.length - MOST_LANES;
  if (others > 0) {
    const last = related.at(-1);
    if (last) related[related.length - 1] = { ...last, words: `${last.words}; ${others} more lanes` };
  }
  return related;
}

/** The line of the program that a lane spent most CPU time in, within an interval. */
function hottestLine(
  { tables, starts, siteOf, functions }: Trace,
  lane: number,
  from: number,
  to: number,
): { readonly file: string; readonly line: number; readonly time: number } {
  const { samples } = tables;
  const weights = new StackWeights();
  for (let row = 0; row < samples.length; row++) {
    const [start, end] = [starts[row] as number, samples.time[row] as number];
    if (samples.lane[row] !== lane || end <= from || start >= to) continue;
    const share = (Math.min(end, to) - Math.max(start, from)) / (end - start || 1);
    weights.add(samples.stack[row] as number, share * rowWeight(tables, starts, row, 'cpu'));
  }
  const { site, share, whole } = mostOften(weights.weights(), siteOf);
  const file = functions.file[site.function] ?? '';
  return { file, line: site.line, time: file === '' || site.line < 1 ? 0 : share * whole };
}
