import type { Carriage, PoolUse } from '../../analysis/poolUse.ts';
import { burdens, whereOf } from '../carrying.ts';
import { ofFunction, placeOf } from '../places.ts';
import { duration, percent, volume } from '../quantities.ts';
import type { Rule } from '../rule.ts';

/** Share of what is carried that was carried before, from which on it is one state and not values that look alike. */
const LEAST_REPEATED = 0.5;

/** Every task carries the same state again: that of a bound method, a partial, an argument that never changes. */
export const repeatedState: Rule = {
  id: 'D03',
  title: 'Same state pickled per task',
  explains: ['D01', 'P03', 'P04', 'P10'],
  evaluate: (trace) =>
    burdens(trace, 'bytesOut', onceAWorker).map((burden) => {
      const { use, carried, pieces, run, site, cost } = burden;
      return {
        ...whereOf(burden),
        title: `Each task${ofFunction(trace, use.pool)} carries the same ${volume(carried.bytesOut / pieces)} again: ${volume(carried.bytesOut)} in ${pieces} tasks`,
        why: `${percent(carried.repeated ?? 0)} of what was pickled had been sent to the workers before. Pickling and unpickling it took ${duration(cost)}.`,
        change: `Give the state to each worker once, with the pool's initializer (or as a global that is set before the pool is made), and pass only what differs at ${placeOf(trace, site) || 'the call'}. A bound method carries its whole object.`,
        evidence: {
          pieces,
          pickledBytes: carried.bytesOut,
          repeatedShare: carried.repeated ?? 0,
          costSeconds: cost / 1e9,
          runSeconds: run / 1e9,
        },
      };
    }),
};

/** What is left when each worker gets once what it now gets with every task. */
function onceAWorker({ repeated, bytesOut, packOut, unpackOut }: Carriage, use: PoolUse): Partial<Carriage> {
  if (repeated === null || repeated < LEAST_REPEATED) return {};
  const left = 1 - repeated * Math.max(0, 1 - use.workers.length / use.tasks);
  return { bytesOut: left * bytesOut, packOut: left * packOut, unpackOut: left * unpackOut };
}
