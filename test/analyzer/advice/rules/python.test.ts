import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RULES } from '../../../../analyzer/advice/registry.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { GIL_WAIT } from '../../../../analyzer/model/index.ts';
import { frame, numpy, pandas, standard, traceOf } from '../../../harness/pythonStacks.ts';
import { anyRecording, recordingOf } from '../../../harness/recordings.ts';

const rules = RULES.filter(({ id }) => /^(?:N\d\d|P05|P06)$/.test(id));
const ODD = [Number.NaN, -1, 0, 1e18, -1e18];
const stacks = [
  [],
  [frame('f', 'a.py'), pandas('DataFrame.iterrows', 'core/frame.py')],
  [
    frame('f', 'a.py'),
    pandas('DataFrame.apply', 'core/frame.py'),
    pandas('series_generator', 'core/apply.py'),
  ],
  [frame('f', 'a.py'), numpy('append', 'lib/function_base.py')],
  [frame('f', 'a.py'), numpy('vectorize.__call__', 'lib/function_base.py')],
  [frame('f', 'a.py'), standard('match', 're/__init__.py'), standard('_compile', 're/__init__.py')],
  [frame('get', '<string>'), standard('_callmethod', 'multiprocessing/managers.py')],
];

test('an empty recording, and one of any shape that has none of it, give no conclusion', () => {
  for (const rule of rules) expect(rule.evaluate(new Trace(recordingOf([], [])))).toEqual([]);
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const trace = new Trace(recording);
      for (const rule of rules) rule.evaluate(trace);
    }),
    { numRuns: 50 },
  );
});

test('times and numbers that make no sense give no gain that makes none', () => {
  const odd = fc.constantFrom(...ODD, 1e7, 2e7);
  const sample = fc.record({
    lane: fc.constantFrom(0, 1),
    time: odd,
    cpu: fc.nat(1e8),
    state: fc.constantFrom(0, GIL_WAIT),
    stack: fc.constantFrom(...stacks),
    count: fc.nat(100),
  });
  const wait = fc.record({
    lane: fc.constantFrom(0, 1, 9),
    start: odd,
    end: odd,
    lock: fc.nat(2),
    holder: fc.constantFrom(-1, 0, 99),
    stack: fc.constantFrom(...stacks),
  });
  fc.assert(
    fc.property(
      fc.array(sample),
      fc.array(wait),
      fc.constantFrom(0, 1, Number.NaN),
      (samples, lockWaits, seconds) => {
        const trace = traceOf([{ process: 5 }, { process: 5, end: -1 }], samples, seconds, { lockWaits });
        for (const rule of rules)
          for (const { gain } of rule.evaluate(trace)) {
            expect(gain?.lo).toBeGreaterThanOrEqual(1);
            expect(gain?.hi).toBeGreaterThanOrEqual(gain?.lo ?? 1);
            expect(gain?.hi).toBeLessThanOrEqual(1001);
          }
      },
    ),
    { numRuns: 300 },
  );
});
