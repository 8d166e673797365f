import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import { type Imbalance, imbalances } from '../imbalance.ts';
import { nameOf, placeOf } from '../places.ts';
import { isWorthIt } from '../poolCase.ts';
import { count, duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { type UnevenShares, unevenShares } from '../unevenShares.ts';

/** Workers of one pool, or processes that each got a share of the work, end at unlike times. */
export const loadImbalance: Rule = {
  id: 'P01',
  title: 'Work is spread unevenly over the workers',
  evaluate: (trace) => [
    ...imbalances(trace)
      .filter(({ remedy }) => remedy.kind !== 'split')
      .map((each) => conclusion(trace, each)),
    ...unevenShares(trace).flatMap((each) => ofShares(trace, each) ?? []),
  ],
};

function conclusion(trace: Trace, imbalance: Imbalance): Conclusion {
  const { one, gain, idle, balance, longestTime } = imbalance;
  const { work, replay } = one;
  const name = nameOf(trace, one.function);
  const workers = count(one.workers);
  return {
    subject: one.subject,
    title: `The work of ${name} is spread unevenly: its ${workers} workers are idle for ${percent(idle)} of their time`,
    why:
      `In the ${duration(replay.recorded)} that it took, the mean worker was at work for ${percent(balance)} of what the busiest was; ` +
      `the longest of ${count(work.tasks)} tasks ran ${duration(longestTime)}.`,
    change: changeOf(trace, imbalance),
    site: one.site,
    lanes: one.lanes,
    interval: one.interval,
    evidence: {
      workers: one.workers,
      tasks: work.tasks,
      calls: work.items,
      idleShare: idle,
      loadBalance: balance,
      longestTaskSeconds: longestTime / 1e9,
      poolSeconds: replay.recorded / 1e9,
      replayedSeconds: replay.replayed / 1e9,
      remedy: imbalance.remedy.kind,
      ...(imbalance.remedy.kind === 'chunk' ? { chunksize: imbalance.remedy.chunk } : {}),
    },
    gain,
  };
}

function changeOf(trace: Trace, { one, remedy }: Imbalance): string {
  const place = placeOf(trace, one.site);
  const at = place === '' ? '' : ` at ${place}`;
  const name = nameOf(trace, one.function);
  switch (remedy.kind) {
    case 'chunk': {
      const now = count(one.work.items / one.work.tasks);
      const option = trace.tables.pools.kind[one.work.pool]?.startsWith('joblib')
        ? 'batch_size'
        : 'chunksize';
      return `Hand out smaller chunks${at}: ${option}=${remedy.chunk} instead of ${now}, so that a worker that is done takes the next.`;
    }
    case 'order':
      return `Submit the longest tasks of ${name} first${at}, so that the short ones fill the end.`;
    default:
      return (
        `Cut the work${at} into more pieces than there are workers and let each worker take the next one when it is free, ` +
        `or deal it out in turns: the shares of ${name} are of equal size and not of equal time.`
      );
  }
}

/** Of what evenly dealt work would save, what one gets at least: shares of equal time are hard to cut. */
const SURELY = 0.7;

/** Processes and threads that no pool hands tasks to. */
function ofShares(trace: Trace, shares: UnevenShares): Conclusion | null {
  const { parent, lanes, start, end, idle, balance, busiest, even } = shares;
  const loss = Math.max(0, end - start - even);
  const gain = saving(trace.wall, SURELY * loss, loss);
  if (!isWorthIt(gain)) return null;
  const name = nameOf(trace, shares.function);
  return {
    subject: `process ${parent}`,
    title: `The work of ${name} is spread unevenly: its ${lanes.length} workers are idle for ${percent(idle)} of their time`,
    why: `The busiest computed for ${duration(busiest)}, and the mean one for ${percent(balance)} of that.`,
    change: `Cut the work of ${name} into more pieces than there are workers and let each take the next one when it is free, or deal it out in turns: the shares are not of equal time.`,
    site: { function: shares.function, line: trace.functions.line[shares.function] ?? 0 },
    lanes,
    interval: { start, end },
    evidence: {
      workers: lanes.length,
      idleShare: idle,
      loadBalance: balance,
      busiestSeconds: busiest / 1e9,
      remedy: 'shares',
    },
    gain,
  };
}
