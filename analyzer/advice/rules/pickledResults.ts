import { burdens, whereOf } from '../carrying.ts';
import { functionOfPool, nameOf, ofFunction, placeOf } from '../places.ts';
import { duration, volume } from '../quantities.ts';
import type { Rule } from '../rule.ts';

/** Tasks give back so much that pickling it is what takes time. */
export const pickledResults: Rule = {
  id: 'D02',
  title: 'Results pickled',
  explains: ['P03', 'P04', 'P10'],
  evaluate: (trace) =>
    burdens(trace, 'bytesBack', () => ({ bytesBack: 0, packBack: 0, unpackBack: 0 })).map((burden) => {
      const { use, carried, pieces, unit, run, site, cost } = burden;
      return {
        ...whereOf(burden),
        title: `${volume(carried.bytesBack)} of results come back from the workers${ofFunction(trace, use.pool)}, ${volume(carried.bytesBack / pieces)} a ${unit}`,
        why: `Workers pickle them for ${duration(carried.packBack)}, and one process unpickles those of all workers, one after the other: ${duration(carried.unpackBack)}, while ${nameOf(trace, functionOfPool(trace, use.pool))} itself ran for ${duration(run)}.`,
        change: `Return less from ${nameOf(trace, functionOfPool(trace, use.pool))}: reduce the result in the worker to what is used of it after ${placeOf(trace, site) || 'the call'}, or write it to a file or to multiprocessing.shared_memory and return where it is.`,
        evidence: {
          pieces,
          pickledBytes: carried.bytesBack,
          pickleSeconds: carried.packBack / 1e9,
          unpickleSeconds: carried.unpackBack / 1e9,
          costSeconds: cost / 1e9,
          runSeconds: run / 1e9,
        },
      };
    }),
};
