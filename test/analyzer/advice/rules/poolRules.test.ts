import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { falseParallelism } from '../../../../analyzer/advice/rules/falseParallelism.ts';
import { oversubscription } from '../../../../analyzer/advice/rules/oversubscription.ts';
import { pickledArguments } from '../../../../analyzer/advice/rules/pickledArguments.ts';
import { pickledResults } from '../../../../analyzer/advice/rules/pickledResults.ts';
import { poolRecreation } from '../../../../analyzer/advice/rules/poolRecreation.ts';
import { repeatedState } from '../../../../analyzer/advice/rules/repeatedState.ts';
import { serialFraction } from '../../../../analyzer/advice/rules/serialFraction.ts';
import { starvedWorkers } from '../../../../analyzer/advice/rules/starvedWorkers.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { anyTask } from '../../../harness/pools.ts';
import { anyRecording, recordingOf } from '../../../harness/recordings.ts';

const RULES = [
  falseParallelism,
  oversubscription,
  pickledArguments,
  pickledResults,
  poolRecreation,
  repeatedState,
  serialFraction,
  starvedWorkers,
];

test('whatever a recording of pools holds, gains are gains and sites are lines', () => {
  const time = fc.option(fc.integer({ min: -5, max: 2e9 }), { nil: undefined });
  const anyPool = fc
    .record({
      ready: time,
      stop: time,
      end: time,
      size: fc.nat(4),
      kind: fc.constantFrom('multiprocessing.Pool', 'multiprocessing.Process'),
    })
    .map(({ ready, stop, end, ...rest }) => {
      const known = Object.entries({ ready, stop, end }).filter(([, value]) => value !== undefined);
      return { ...rest, stack: ['main'], ...Object.fromEntries(known) };
    });
  const hostile = fc.record({
    bytesOut: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 1e6, 1e12),
    packOut: fc.constantFrom(-1, 1e6, 1e9),
  });
  fc.assert(
    fc.property(
      anyRecording,
      fc.array(anyPool, { minLength: 2, maxLength: 4 }),
      fc.array(fc.tuple(anyTask, hostile), { maxLength: 30 }),
      (recording, pools, tasks) => {
        const { tables } = recordingOf(
          [{}, {}, {}],
          [],
          {},
          {
            pools,
            tasks: tasks.map(([task, odd], i) => ({
              ...task,
              ...(i % 3 === 0 ? odd : {}),
              pool: i % pools.length,
            })),
          },
        );
        const { lanes, samples, strings, frames, stacks } = recording.tables;
        // The lanes and samples of the one with the tasks of the other: references into either stay inside.
        const isLarger =
          lanes.length >= 3 && frames.length >= tables.frames.length && stacks.length >= tables.stacks.length;
        const merged = isLarger ? { ...tables, lanes, samples, strings, frames, stacks } : tables;
        const trace = new Trace({ meta: recording.meta, tables: merged });
        for (const rule of RULES)
          for (const { gain, site } of rule.evaluate(trace)) {
            expect(site.function).toBeLessThan(trace.functions.count);
            if (gain === null) continue;
            expect(gain.lo).toBeGreaterThanOrEqual(1);
            expect(gain.hi).toBeGreaterThanOrEqual(gain.lo);
            expect(gain.hi).toBeLessThanOrEqual(1000);
          }
      },
    ),
    { numRuns: 150 },
  );
});

test('runs without pools, without samples and without tasks have nothing to be told', () => {
  for (const rule of RULES) {
    expect(rule.evaluate(new Trace(recordingOf([], [])))).toEqual([]);
    expect(rule.evaluate(new Trace(recordingOf([{}, {}], [], {}, { pools: [{}, {}, {}] })))).toEqual([]);
  }
});
