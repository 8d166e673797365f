import type { Efficiency } from '../../analyzer/analysis/efficiency.ts';
import { ACCEPTABLE } from '../../analyzer/analysis/efficiencyTree.ts';
import type { Advice } from '../../analyzer/model/index.ts';
import { h } from '../dom/element.ts';
import { counted, inCores, percent } from '../format.ts';
import { factsOf } from '../glance/facts.ts';
import type { Profile } from '../profile.ts';

/** Where the sentences have no room beside what else is to be seen first. */
const CRAMPED = '(max-width: 860px), (max-height: 640px)';

/** That nothing was found, with what is known of how well the run used what it had: one line, and more once it is opened. */
export function nothingFound(profile: Profile, advice: Advice): HTMLElement {
  const { claim, figure, sentences, isGood } = emptyWords(profile, advice);
  return h(
    'details',
    { class: isGood ? 'nothing good' : 'nothing', open: !matchMedia(CRAMPED).matches },
    h(
      'summary',
      {},
      h('i', { class: 'twist', 'aria-hidden': 'true' }),
      h('strong', {}, claim),
      h('span', {}, figure),
    ),
    ...sentences.map((sentence) => h('p', {}, sentence)),
  );
}

/** The words of the empty state: the claim, the figure beside it, and what follows from it. */
export interface EmptyWords {
  readonly claim: string;
  readonly figure: string;
  readonly sentences: readonly string[];
  readonly isGood: boolean;
}

export function emptyWords(profile: Profile, { rules, doubt }: Omit<Advice, 'findings'>): EmptyWords {
  if (profile.lanes.length === 0)
    return {
      claim: 'Nothing to judge',
      figure: '',
      sentences: ['No thread was seen in this run.'],
      isGood: false,
    };
  const { hasCpu, meta } = profile.trace;
  if (!hasCpu || meta.timeless)
    return {
      claim: 'Nothing found to change',
      figure: '',
      sentences: [
        meta.timeless
          ? 'Rules ask what happened when, which this recording of another tool does not tell.'
          : `${counted(rules, 'rule')} looked at this run; most ask for CPU time, which the tool that recorded it does not tell.`,
      ],
      isGood: false,
    };
  const { efficiency } = profile.trace.efficiency.run();
  return {
    claim: isPoor(efficiency) ? 'Nothing found to change' : 'Nothing worth changing',
    figure: efficiency
      ? `efficiency ${efficiency.parallel.toFixed(2)}`
      : `${inCores(factsOf(profile, profile.bounds, null).coresUsed)} cores used`,
    sentences: [
      `${counted(rules, 'rule')} looked at this run and found nothing whose change would be felt.`,
      efficiencyWords(efficiency),
      ...(doubt === null ? [] : [`Mind that ${doubt}.`]),
    ],
    isGood: !isPoor(efficiency),
  };
}

/** Whether there is something to change after all that no rule knows of. */
const isPoor = (efficiency: Efficiency | null): boolean =>
  efficiency !== null && efficiency.parallel < ACCEPTABLE;

function efficiencyWords(efficiency: Efficiency | null): string {
  if (!efficiency) return 'Fewer than two workers ran: there is no parallel efficiency to judge.';
  const { workers } = efficiency;
  const spent = percent(efficiency.parallel);
  return isPoor(efficiency)
    ? `Its ${counted(workers, 'worker')} spent only ${spent} of their time on a CPU, and no rule knows why: the timeline shows what they waited for.`
    : `Its ${counted(workers, 'worker')} spent ${spent} of their time on a CPU, and ${percent(ACCEPTABLE)} is good.`;
}
