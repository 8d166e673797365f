import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';
import type { Gain } from '../model/index.ts';

/**
 * One thing that can be wrong with a program. A rule judges by structure and figures, never by the names that a program's author
 * chose, and has a page in `docs/rules/` under its id.
 */
export interface Rule {
  /** Such as `P01`. */
  readonly id: string;
  /** What is wrong, in general: the title of its page. */
  readonly title: string;
  /**
   * Rules whose conclusions about the same subject are but symptoms of this rule's: tasks of which each sends the same megabytes keep
   * the parent from feeding its workers, and one is to be told and not both.
   */
  readonly explains?: readonly string[];
  /** None for a run to which it does not apply, or in which all is well. Never throws for what a recording may hold. */
  evaluate(trace: Trace): readonly Conclusion[];
}

/** What a rule concluded of one subject. Times are Nanos. */
export interface Conclusion {
  /** What it is about, so that several rules' conclusions about one thing can be told to be such: `pool 3`, `lane 4`, `function 12`. */
  readonly subject: string;
  /** Further subjects that it is about: of ten pools that one line made, the other nine. */
  readonly alsoAbout?: readonly string[];
  readonly title: string;
  readonly why: string;
  readonly change: string;
  /** The line to change; `UNKNOWN_SITE` where none is known. */
  readonly site: Site;
  readonly lanes: readonly number[];
  readonly interval: { readonly start: number; readonly end: number } | null;
  readonly evidence: Readonly<Record<string, number | string>>;
  /** As a ratio of the whole run's wall time; null for what is reported without a claim. */
  readonly gain: Gain | null;
  /** Why the gain is better not said, although it was computed for the ranking: the evidence is thin. */
  readonly withheld?: string;
}
