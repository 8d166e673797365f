import type { Trace } from '../../analysis/trace.ts';
import { type FineTasks, fineTasks } from '../fineTasks.ts';
import { nameOf, placeOf } from '../places.ts';
import { count, duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** One call hands out many tasks that are shorter than what handing out takes. */
export const tasksTooFine: Rule = {
  id: 'P03',
  title: 'Tasks are too small for what handing them out costs',
  evaluate: (trace) =>
    fineTasks(trace)
      .filter(({ isBulk }) => isBulk)
      .map((each) => conclusionOf(trace, each, changeOfBulk(trace, each))),
};

/** What both rules of small tasks say of them. */
export function conclusionOf(trace: Trace, fine: FineTasks, change: string): Conclusion {
  const { one, chunk, gain, outcome, overhead } = fine;
  const { work, replay } = one;
  const name = nameOf(trace, one.function);
  return {
    subject: one.subject,
    title: `Handing out ${count(work.tasks)} tasks of ${name} takes ${percent(overhead)} of the time that its workers have`,
    why:
      `A task computes for ${duration(work.meanTask)}, and every ${duration(replay.recorded / work.tasks)} one was done by ${count(one.workers)} workers. ` +
      `With ${count(chunk)} calls in a task, a replay of what was recorded ends after ${duration(outcome.replayed)} instead of ${duration(replay.recorded)}.`,
    change,
    site: one.site,
    lanes: one.lanes,
    interval: one.interval,
    evidence: {
      workers: one.workers,
      tasks: work.tasks,
      calls: work.items,
      taskSeconds: work.meanTask / 1e9,
      overheadShare: overhead,
      poolSeconds: replay.recorded / 1e9,
      chunksize: chunk,
      chunkedPoolSeconds: outcome.replayed / 1e9,
    },
    gain,
  };
}

function changeOfBulk(trace: Trace, { one, chunk }: FineTasks): string {
  const place = placeOf(trace, one.site);
  const option = trace.tables.pools.kind[one.work.pool]?.startsWith('joblib') ? 'batch_size' : 'chunksize';
  return `Pass ${option}=${chunk} to the call${place === '' ? '' : ` at ${place}`}, which hands out ${count(one.work.items / one.work.tasks)} at a time now.`;
}
