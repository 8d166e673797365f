/** How much a finding matters; the order is the ranking. */
export const SEVERITIES = ['high', 'medium', 'low'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** By what factor the whole run gets faster, wall time before to wall time after: at least `lo`, at most `hi`; `1 <= lo <= hi`. */
export interface Gain {
  readonly lo: number;
  readonly hi: number;
}

/** What a rule concluded, as every view shows it and `--json` prints it. Times are seconds since the run began. */
export interface Finding {
  /** Such as `P01`. */
  readonly rule: string;
  /** The claim, with the names of the program: `Workers wait for one long task of solve`. */
  readonly title: string;
  readonly severity: Severity;
  /** The line to change; null where no line of source is known. */
  readonly location: { readonly file: string; readonly line: number; readonly function: string } | null;
  readonly lanes: readonly number[];
  /** When it happened; null for the whole run. */
  readonly interval: { readonly startSeconds: number; readonly endSeconds: number } | null;
  /** One or two sentences that say from which figures this follows. */
  readonly why: string;
  /** Those figures, by name, with the unit at the end of it: `busiestSeconds`, `pickledBytes`, `idleShare`. */
  readonly evidence: Readonly<Record<string, number | string>>;
  /** Null where none can be told; `withheld` then says why. */
  readonly gain: Gain | null;
  readonly withheld: string | null;
  /** What to do, as a request. */
  readonly change: string;
  /** Page of the rule, from the project's root. */
  readonly docs: string;
}

/** What rules say of a recording, as plain data: what a view shows without asking them. */
export interface Advice {
  /** What gives most first. */
  readonly findings: readonly Finding[];
  /** How many rules looked. */
  readonly rules: number;
  /** Why no gain is told of this run; null where gains are. */
  readonly doubt: string | null;
}
