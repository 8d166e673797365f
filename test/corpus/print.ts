import { GOALS, type Goal, missedGoals, type Totals, type Verdict } from './judgement.ts';
import type { Timing } from './measure.ts';

const yes = (is: boolean, word: string): string => (is ? word : `not ${word}`);
const ratio = (value: number): string => `${value.toFixed(2)}x`;
const percent = (value: number): string => `${Math.round(100 * value)} %`;

/** One line a severity of a case, and one for each finding that should not be. */
export function caseLines(title: string, verdict: Verdict, measured: number, noise: string): string[] {
  const { fires, rightLine, isFirst, silent, predicted, inside } = verdict;
  const told = fires
    ? `${yes(rightLine, 'right line').padEnd(14)}  ${yes(isFirst, 'first').padEnd(9)}`
    : 'IS NOT TOLD'.padEnd(25);
  const range = predicted ? `${ratio(predicted.lo)} to ${ratio(predicted.hi)}` : 'no gain told';
  const hit = inside === null ? '' : inside ? 'inside' : 'OUTSIDE';
  return [
    `${title.padEnd(38)} ${told}  ${yes(silent, 'silent when fixed').padEnd(21)} ` +
      `${range.padEnd(16)} got ${ratio(measured)} ${hit.padEnd(7)}  ${noise}`,
    ...verdict.wrong.map((each) => `    ! ${each}`),
  ];
}

export function noiseOf({ spread }: Timing, others: number | null, repeats: number): string {
  const parts = [
    ...(others === null ? [] : [`others ${others.toFixed(2)} cores`]),
    ...(repeats > 1 ? [`spread ${percent(spread)}`] : []),
  ];
  return parts.length > 0 ? `(${parts.join(', ')})` : '';
}

const NAMES: Readonly<Record<Goal, string>> = {
  precision: 'precision: findings that are right',
  recall: 'recall: planted causes that are told',
  first: 'planted cause ranked first',
  line: 'right line',
  errorMedian: 'gain error, median',
  inside: 'measured gains inside their interval',
  direction: 'faster, as predicted',
};

export function totalLines(totals: Totals): string[] {
  const missed = missedGoals(totals);
  return (Object.keys(GOALS) as Goal[]).map((goal) => {
    const value = totals[goal];
    const bound = `${goal === 'errorMedian' ? 'at most' : 'at least'} ${percent(GOALS[goal])}`;
    const shown = value === null ? 'nothing to judge' : percent(value);
    return `${NAMES[goal].padEnd(40)} ${shown.padStart(6)}   (${bound})${missed.includes(goal) ? '   MISSED' : ''}`;
  });
}
