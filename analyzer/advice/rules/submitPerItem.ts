import type { Trace } from '../../analysis/trace.ts';
import { LANGUAGES } from '../../model/index.ts';
import { type FineTasks, fineTasks } from '../fineTasks.ts';
import { nameOf, placeOf } from '../places.ts';
import type { Rule } from '../rule.ts';
import { conclusionOf } from './fineTasks.ts';

/** A loop submits each item by itself, and items are shorter than what a submission takes. */
export const submitPerItem: Rule = {
  id: 'P04',
  title: 'Each small item is submitted by itself',
  evaluate: (trace) =>
    fineTasks(trace)
      .filter(({ isBulk }) => !isBulk)
      .map((each) => conclusionOf(trace, each, changeOf(trace, each))),
};

function changeOf(trace: Trace, { one, chunk }: FineTasks): string {
  const place = placeOf(trace, one.site);
  const name = nameOf(trace, one.function);
  const isPython = LANGUAGES[trace.functions.language[one.site.function] ?? -1] === 'python';
  const map = isPython && !one.work.isThread ? ` (map with chunksize=${chunk} does)` : '';
  return `Submit about ${chunk} items in one task of ${name}${place === '' ? '' : ` at ${place}`}${map}, instead of each by itself.`;
}
