import { baseName } from '../analysis/baseName.ts';
import { type PairKey, pairsOf } from '../analysis/comparison/pairs.ts';
import type { Finding, Gain } from '../model/index.ts';

/** What became of a finding: its rule says nothing of the place any more, or it does. */
export type Outcome = 'gone' | 'still there';

/** A finding of the run before, and what the run after says of it. */
export interface Prediction {
  readonly rule: string;
  readonly title: string;
  readonly location: Finding['location'];
  readonly outcome: Outcome;
  /** Null where none was told, `withheld` says why. */
  readonly predicted: Gain | null;
  readonly withheld: string | null;
  /** What the change gave; null where nothing was changed, or more than one thing. */
  readonly measured: number | null;
  /** Whether that is within what was predicted; null where one of the two is not known. */
  readonly inside: boolean | null;
}

/** What several changes gave together: which of them gave what cannot be told from two runs. */
export interface Together {
  readonly rules: readonly string[];
  readonly predicted: Gain | null;
  readonly measured: number;
  readonly inside: boolean | null;
}

export interface Checked {
  readonly predictions: readonly Prediction[];
  /** Null unless more than one finding is gone. */
  readonly together: Together | null;
  /** Findings of the run after that the run before did not have. */
  readonly fresh: readonly Finding[];
}

/** When two runs' findings are about one thing, the surest first. */
const FINDING_KEYS: readonly PairKey<Finding>[] = [
  { of: ({ rule, location: at }) => at && `${rule}\0${at.file}\0${at.function}` },
  { of: ({ rule, location: at }) => at && `${rule}\0${baseName(at.file)}\0${at.function}` },
  { of: ({ rule, location: at }) => at && `${rule}\0${at.function}`, isUnique: true },
  { of: ({ rule, location: at }) => (at === null ? rule : null) },
];

/**
 * Holds the gains that were predicted of a run against a later run. `wallRatio`: wall time before by wall time after; null
 * when it is not known.
 */
export function checkPredictions(
  before: readonly Finding[],
  after: readonly Finding[],
  wallRatio: number | null,
): Checked {
  const pairs = pairsOf(before, after, FINDING_KEYS);
  const remains = new Set(pairs.flatMap((pair) => (pair.before && pair.after ? [pair.before] : [])));
  const gone = before.filter((finding) => !remains.has(finding));
  const alone = gone.length === 1 ? wallRatio : null;
  const predictions = before.map((finding): Prediction => {
    const isGone = !remains.has(finding);
    const measured = isGone ? alone : null;
    return {
      rule: finding.rule,
      title: finding.title,
      location: finding.location,
      outcome: isGone ? 'gone' : 'still there',
      predicted: finding.gain,
      withheld: finding.withheld,
      measured,
      inside: measured === null ? null : isInside(measured, finding.gain),
    };
  });
  const fresh = pairs.flatMap((pair) => (pair.before === null && pair.after ? [pair.after] : []));
  return { predictions, together: together(gone, wallRatio), fresh };
}

function together(gone: readonly Finding[], measured: number | null): Together | null {
  if (gone.length < 2 || measured === null) return null;
  const predicted = boundsOf(gone.map(({ gain }) => gain));
  return { rules: gone.map(({ rule }) => rule), predicted, measured, inside: isInside(measured, predicted) };
}

/**
 * What several changes give at least and at most. At most the product: one change leaves the time that another saves, and all of
 * them are whole. At least the largest alone: two changes may save the same time.
 */
function boundsOf(gains: readonly (Gain | null)[]): Gain | null {
  let [lo, hi] = [1, 1];
  for (const gain of gains) {
    if (gain === null) return null;
    lo = Math.max(lo, gain.lo);
    hi *= gain.hi;
  }
  return { lo, hi };
}

const isInside = (measured: number, gain: Gain | null): boolean | null =>
  gain && measured >= gain.lo && measured <= gain.hi;
