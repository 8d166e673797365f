import type { Finding, Gain } from '../model/index.ts';

/** Expected gains below this are told with two decimals: `1.04x` and `1.12x` would else be the same. */
const FINE = 1.2;

/** `1.3x to 1.5x faster`; `1.4x faster` where both ends read the same, `up to 1.1x faster` where it may come to nothing. */
export function gainWords({ lo, hi }: Gain): string {
  const digits = hi < FINE ? 2 : hi < 9.95 ? 1 : 0;
  const factor = (ratio: number): string => `${ratio.toFixed(digits)}x`;
  const [least, most] = [factor(lo), factor(hi)];
  if (least === most) return `${most} faster`;
  return Number.parseFloat(least) <= 1 ? `up to ${most} faster` : `${least} to ${most} faster`;
}

/** The gain of a finding in a few words, also where there is none to tell. */
export function gainOf({ gain, withheld }: Pick<Finding, 'gain' | 'withheld'>): string {
  if (gain) return gainWords(gain);
  return withheld === null ? 'gain not known' : 'gain withheld';
}

export type EvidenceUnit = 'seconds' | 'bytes' | 'bytes/s' | 'share' | 'ratio' | 'hertz' | 'number';

/** What the name of a figure of evidence says: its words, and in which unit it is once it was multiplied by `scale`. */
export interface EvidenceName {
  readonly words: string;
  readonly unit: EvidenceUnit;
  readonly scale: number;
}

/** The end of a name, longest first where one ends with the other. `alone`: the words of a name that says nothing else. */
const ENDINGS: readonly (readonly [ending: string, unit: EvidenceUnit, scale: number, alone: string])[] = [
  ['BytesPerSecond', 'bytes/s', 1, 'rate'],
  ['Bytes', 'bytes', 1, 'volume'],
  ['Microseconds', 'seconds', 1e-6, 'time'],
  ['Milliseconds', 'seconds', 1e-3, 'time'],
  ['Nanoseconds', 'seconds', 1e-9, 'time'],
  ['Nanos', 'seconds', 1e-9, 'time'],
  ['Seconds', 'seconds', 1, 'time'],
  ['Share', 'share', 1, 'share'],
  ['Percent', 'share', 0.01, 'share'],
  ['Ratio', 'ratio', 1, 'ratio'],
  ['Hertz', 'hertz', 1, 'rate'],
  ['Hz', 'hertz', 1, 'rate'],
];

/** `busiestSeconds`: the words `busiest`, in seconds. A name without a unit is that of a plain number. */
export function evidenceName(name: string): EvidenceName {
  for (const [ending, unit, scale, alone] of ENDINGS) {
    if (name.toLowerCase() === ending.toLowerCase()) return { words: alone, unit, scale };
    if (name.endsWith(ending)) return { words: wordsOf(name.slice(0, -ending.length)), unit, scale };
  }
  return { words: wordsOf(name), unit: 'number', scale: 1 };
}

/** `meanTaskSize` as `mean task size`; `GPUs` and the like keep their letters. */
const wordsOf = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[\s_]+/)
    .map((word) => (/^[A-Z][a-z]*$/.test(word) ? word.toLowerCase() : word))
    .join(' ')
    .trim();

/** What tells a finding from others, from one look at a run to the next: the rule and the line, whose figures change meanwhile. */
export const findingKey = ({ rule, location }: Pick<Finding, 'rule' | 'location'>): string =>
  `${rule} ${location?.file ?? ''}:${location?.line ?? ''}`;
