import { expected } from '../../analyzer/advice/gain.ts';
import type { Finding, Gain } from '../../analyzer/model/index.ts';
import type { PlantedSeverity } from './workloads.ts';

/** What is told of one severity of a case, and what was measured. */
export interface Observation {
  readonly rule: string;
  readonly name: string;
  readonly severity: PlantedSeverity;
  /** The planted program and the line that is to be blamed. */
  readonly file: string;
  readonly line: number;
  /** Other rules that are right about the planted program. */
  readonly also: readonly string[];
  /** Findings in their order, with gains that would be withheld from a user. */
  readonly planted: readonly Finding[];
  readonly fixed: readonly Finding[];
  /** Wall time of the planted program by that of the fixed one, neither recorded; medians. */
  readonly measured: number;
}

export interface Verdict {
  readonly fires: boolean;
  readonly rightLine: boolean;
  /** The first of all findings. */
  readonly isFirst: boolean;
  /** The rule says nothing of the fixed program, and no other rule says anything new of weight. */
  readonly silent: boolean;
  readonly predicted: Gain | null;
  readonly inside: boolean | null;
  /** How far the middle of the prediction is from what was measured, as a part of it. */
  readonly error: number | null;
  /** Faster was predicted, and faster it is. */
  readonly direction: boolean | null;
  /** Findings that should not be, in words. */
  readonly wrong: readonly string[];
}

/** A change below this ratio is the noise of two runs. */
const FASTER = 1.03;

export function judge(observation: Observation): Verdict {
  const { rule, file, line, planted, fixed, also, measured } = observation;
  const own = planted.filter((each) => each.rule === rule);
  const isRight = ({ location }: Finding) => location?.file === file && location.line === line;
  const told = own.find(isRight) ?? own[0];
  const again = fixed.filter(
    (each) => each.rule === rule || (each.severity !== 'low' && !planted.some((old) => isAlike(old, each))),
  );
  const besides = planted.filter((each) =>
    each.rule === rule ? each !== told || !isRight(each) : !also.includes(each.rule),
  );
  const predicted = told?.gain ?? null;
  return {
    fires: told !== undefined,
    rightLine: told !== undefined && isRight(told),
    isFirst: planted[0]?.rule === rule,
    silent: again.length === 0,
    predicted,
    inside: predicted && measured >= predicted.lo && measured <= predicted.hi,
    error: predicted && Math.abs(expected(predicted) / measured - 1),
    direction: predicted && measured >= FASTER,
    wrong: [
      ...besides.map((each) => `planted: ${words(each)}`),
      ...again.map((each) => `fixed: ${words(each)}`),
    ],
  };
}

/** The same rule about the same function; the planted and the fixed program differ in file and lines. */
const isAlike = (a: Finding, b: Finding): boolean =>
  a.rule === b.rule && a.location?.function === b.location?.function;

export function words({ rule, location, title, severity }: Finding): string {
  const place = location
    ? `${location.file.slice(location.file.lastIndexOf('/') + 1)}:${location.line}`
    : 'no line';
  return `${rule} ${severity} at ${place}: ${title}`;
}

/** Shares between 0 and 1, null where nothing was judged. */
export interface Totals {
  readonly cases: number;
  /** Right findings among all findings. */
  readonly precision: number | null;
  /** Planted programs of which the rule says something. */
  readonly recall: number | null;
  readonly first: number | null;
  readonly line: number | null;
  readonly errorMedian: number | null;
  readonly inside: number | null;
  readonly direction: number | null;
}

/** What the totals have to reach; `errorMedian` is a most. */
export const GOALS = {
  precision: 0.95,
  recall: 0.95,
  first: 0.9,
  line: 0.95,
  errorMedian: 0.1,
  inside: 0.8,
  direction: 0.95,
} as const satisfies Partial<Record<keyof Totals, number>>;
export type Goal = keyof typeof GOALS;

/** `falseAlarms`: findings about clean programs. */
export function totalsOf(verdicts: readonly Verdict[], falseAlarms: number): Totals {
  const right = verdicts.filter(({ rightLine }) => rightLine).length;
  const wrong = verdicts.reduce((sum, each) => sum + each.wrong.length, falseAlarms);
  const known = <T>(values: readonly (T | null)[]): T[] =>
    values.filter((value): value is T => value !== null);
  return {
    cases: verdicts.length,
    precision: right + wrong > 0 ? right / (right + wrong) : null,
    recall: share(verdicts.map(({ fires }) => fires)),
    first: share(verdicts.map(({ isFirst }) => isFirst)),
    line: share(verdicts.map(({ rightLine }) => rightLine)),
    errorMedian: median(known(verdicts.map(({ error }) => error))),
    inside: share(known(verdicts.map(({ inside }) => inside))),
    direction: share(known(verdicts.map(({ direction }) => direction))),
  };
}

/** The goals that are not reached. What was not judged fails none. */
export const missedGoals = (totals: Totals): Goal[] =>
  (Object.keys(GOALS) as Goal[]).filter((goal) => {
    const reached = totals[goal];
    if (reached === null) return false;
    return goal === 'errorMedian' ? reached > GOALS[goal] : reached < GOALS[goal];
  });

const share = (values: readonly boolean[]): number | null =>
  values.length === 0 ? null : values.filter(Boolean).length / values.length;

/** The middle value; of an even number the mean of the two in the middle; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)] as number;
  const low = sorted[Math.floor((sorted.length - 1) / 2)] as number;
  return (low + high) / 2;
}
