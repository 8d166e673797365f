import type { Trace } from '../analysis/trace.ts';
import { type Advice, type Finding, SEVERITIES, type Severity, toSeconds } from '../model/index.ts';
import { expected } from './gain.ts';
import { reasonToWithhold } from './quiet.ts';
import { RULES } from './registry.ts';
import type { Conclusion, Rule } from './rule.ts';

/** A gain that could not be told from the noise of two runs is not worth anyone's time. */
const LEAST_GAIN = 1.03;
/** Expected gains from which a finding is `high`, and `medium`: a fifth of the time, and a twelfth. */
const HIGH = 1.25;
const MEDIUM = 1.09;

/** A rule and one of its conclusions. */
export interface Concluded {
  readonly rule: Rule;
  readonly conclusion: Conclusion;
}

/** What to change in the program of a recording, what gives most first; empty where nothing is worth changing. */
export function advise(trace: Trace, rules: readonly Rule[] = RULES): Finding[] {
  const concluded = conclude(trace, rules);
  const withheld = concluded.length > 0 ? reasonToWithhold(trace) : null;
  return concluded.map((each) => findingOf(trace, each, each.conclusion.withheld ?? withheld));
}

/** What `advise` finds, with what a view says where that is nothing. */
export const adviceOf = (trace: Trace, rules: readonly Rule[] = RULES): Advice => ({
  findings: advise(trace, rules),
  rules: rules.length,
  doubt: reasonToWithhold(trace),
});

/** What `advise` makes findings of, in its order: root causes that are worth telling, with gains that may have to be withheld. */
export function conclude(trace: Trace, rules: readonly Rule[] = RULES): Concluded[] {
  // Rules ask what happened at once, and after what.
  if (trace.meta.timeless) return [];
  const concluded = rules.flatMap((rule) =>
    rule
      .evaluate(trace)
      .filter(({ gain }) => gain === null || gain.hi >= LEAST_GAIN)
      .map((conclusion) => ({ rule, conclusion })),
  );
  return rootCauses(concluded).sort((a, b) => weightOf(b.conclusion) - weightOf(a.conclusion));
}

/** Without what another rule's conclusion about the same subject explains. */
function rootCauses(all: readonly Concluded[]): Concluded[] {
  const explained = new Set<string>();
  const key = (id: string, subject: string) => `${id} ${subject}`;
  for (const { rule, conclusion } of all)
    for (const symptom of rule.explains ?? [])
      for (const subject of [conclusion.subject, ...(conclusion.alsoAbout ?? [])])
        explained.add(key(symptom, subject));
  return all.filter(({ rule, conclusion }) => !explained.has(key(rule.id, conclusion.subject)));
}

const weightOf = ({ gain }: Conclusion): number => (gain === null ? 0 : expected(gain));

function severityOf(conclusion: Conclusion): Severity {
  const weight = weightOf(conclusion);
  return SEVERITIES[weight >= HIGH ? 0 : weight >= MEDIUM ? 1 : 2] as Severity;
}

/** A conclusion as it is told. `withheld`: why its gain is not; null where it is. */
export function findingOf(
  { meta, functions }: Trace,
  { rule, conclusion }: Concluded,
  withheld: string | null,
): Finding {
  const { site, interval, gain } = conclusion;
  const since = (time: number) => toSeconds(time - meta.clock.start);
  const file = functions.file[site.function] ?? '';
  return {
    rule: rule.id,
    title: conclusion.title,
    severity: severityOf(conclusion),
    location: file === '' ? null : { file, line: site.line, function: functions.name[site.function] ?? '' },
    lanes: conclusion.lanes,
    interval: interval && { startSeconds: since(interval.start), endSeconds: since(interval.end) },
    why: conclusion.why,
    evidence: conclusion.evidence,
    gain: withheld === null ? gain : null,
    withheld: gain === null ? null : withheld,
    change: conclusion.change,
    docs: `docs/rules/${rule.id}.md`,
  };
}
