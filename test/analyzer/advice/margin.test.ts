import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ownShare, withMargin } from '../../../analyzer/advice/margin.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import { META, recordingOf } from '../../harness/recordings.ts';

/** A run in which one of two cores was busy, of which perfscope used `own` seconds. */
function trace(own: number): Trace {
  const wall = META.clock.end - META.clock.start;
  const meta = { ownCpuSeconds: own, host: { ...META.host, cores: 2 } };
  return new Trace(recordingOf([{}], [{ lane: 0, time: wall, cpu: wall }], meta));
}
const seconds = (META.clock.end - META.clock.start) / 1e9;

test('what perfscope used counts as far as the run wanted the core that it took', () => {
  expect(ownShare(trace(0))).toBe(0);
  expect(ownShare(trace(0.4 * seconds))).toBeCloseTo(0.2);
});

test('the interval opens by what may be perfscope, on either side, and by what two runs differ', () => {
  const { lo, hi } = withMargin(trace(0.4 * seconds), { lo: 1.5, hi: 2 });
  expect(lo).toBeCloseTo((1 + 0.5 * 0.8) / 1.02);
  expect(hi).toBeCloseTo((1 + 1 / 0.8) * 1.02);
});

test('the margin holds the gain that it is of, and nothing that is advised makes a run slower', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 100, noNaN: true }),
      (lo, more, own) => {
        const gain = withMargin(trace(own * seconds), { lo, hi: lo + more });
        expect(gain.lo).toBeGreaterThanOrEqual(1);
        expect(gain.lo).toBeLessThanOrEqual(lo);
        expect(gain.hi).toBeGreaterThanOrEqual(lo + more);
        expect(Number.isFinite(gain.hi)).toBe(true);
      },
    ),
  );
});
