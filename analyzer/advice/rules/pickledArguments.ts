import { burdens, whereOf } from '../carrying.ts';
import { functionOfPool, nameOf, ofFunction, placeOf } from '../places.ts';
import { duration, volume } from '../quantities.ts';
import type { Rule } from '../rule.ts';

/** Tasks carry so much to their workers that pickling it is what takes time. */
export const pickledArguments: Rule = {
  id: 'D01',
  title: 'Arguments pickled',
  explains: ['P03', 'P04', 'P10'],
  evaluate: (trace) =>
    burdens(trace, 'bytesOut', () => ({ bytesOut: 0, packOut: 0, unpackOut: 0 })).map((burden) => {
      const { use, carried, pieces, unit, run, site, cost } = burden;
      return {
        ...whereOf(burden),
        title: `${volume(carried.bytesOut)} of arguments go to the workers${ofFunction(trace, use.pool)}, ${volume(carried.bytesOut / pieces)} a ${unit}`,
        why: `One process pickles them for all workers, one after the other: ${duration(carried.packOut)}; unpickling them takes ${duration(carried.unpackOut)} more, while ${nameOf(trace, functionOfPool(trace, use.pool))} itself ran for ${duration(run)}.`,
        change: `Pass what tells a worker where to find its data instead of the data at ${placeOf(trace, site) || 'the call'}: an index, a path, a key. Data that is in memory before the pool is made is there in forked workers; else use an initializer or multiprocessing.shared_memory.`,
        evidence: {
          pieces,
          pickledBytes: carried.bytesOut,
          pickleSeconds: carried.packOut / 1e9,
          unpickleSeconds: carried.unpackOut / 1e9,
          costSeconds: cost / 1e9,
          runSeconds: run / 1e9,
        },
      };
    }),
};
