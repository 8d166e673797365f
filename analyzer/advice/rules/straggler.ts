import type { Trace } from '../../analysis/trace.ts';
import { type Imbalance, imbalances } from '../imbalance.ts';
import { nameOf, placeOf } from '../places.ts';
import { count, duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** One task runs on when all others are done, and no order of them would hide it. */
export const straggler: Rule = {
  id: 'P02',
  title: 'The workers wait for one long task',
  evaluate: (trace) =>
    imbalances(trace)
      .filter(({ remedy }) => remedy.kind === 'split')
      .map((each) => conclusion(trace, each)),
};

function conclusion(
  trace: Trace,
  { one, remedy, gain, idle, longest, longestTime, alone }: Imbalance,
): Conclusion {
  const { tasks } = trace.tables;
  const { work, replay } = one;
  const frame = tasks.function[longest] as number;
  const name = nameOf(trace, frame < 0 ? -1 : (trace.functions.ofFrame[frame] as number));
  const place = placeOf(trace, one.site);
  return {
    subject: one.subject,
    title: `One task of ${name} takes ${duration(longestTime)}, and for ${duration(alone)} the other workers have nothing to do`,
    why:
      `The ${count(work.tasks)} tasks took ${duration(replay.recorded)}, of which the ${count(one.workers)} workers were idle for ${percent(idle)} at the end. ` +
      `The mean task ran ${duration(work.meanTask)}.`,
    change:
      `Split the long task of ${name}${place === '' ? '' : `, submitted at ${place},`} into parts of about ${duration(partOf(replay.recorded, one.workers, longestTime))}` +
      (remedy.kind === 'split' && remedy.orderHelps
        ? ', or submit it before the others.'
        : ', or make it faster: no order of the tasks hides it.'),
    site: one.site,
    lanes: one.lanes,
    interval: one.interval,
    evidence: {
      workers: one.workers,
      tasks: work.tasks,
      idleShare: idle,
      longestTaskSeconds: longestTime / 1e9,
      meanTaskSeconds: work.meanTask / 1e9,
      aloneSeconds: alone / 1e9,
      poolSeconds: replay.recorded / 1e9,
    },
    gain,
  };
}

/** A quarter of what each worker has to do leaves the last of them little to wait for. */
const partOf = (recorded: number, workers: number, longest: number): number =>
  Math.min(recorded / 4, longest / Math.max(2, workers));
