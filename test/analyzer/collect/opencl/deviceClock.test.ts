import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DeviceClock } from '../../../../analyzer/collect/opencl/deviceClock.ts';

test('a reading between two moments of the host gives the offset as well as they are close', () => {
  const clock = new DeviceClock();
  expect(clock.toHost(5n)).toBeNull();
  clock.learn(1_000_000n, 500, 520);
  expect(clock.uncertainty).toBe(10);
  expect(clock.toHost(1_000_100n)).toBe(610);
});

test('bounds from either side are enough', () => {
  const clock = new DeviceClock();
  clock.learn(10n ** 18n, 100, Number.POSITIVE_INFINITY);
  expect(clock.toHost(10n ** 18n)).toBeNull();
  clock.learn(10n ** 18n + 50n, Number.NEGATIVE_INFINITY, 170);
  expect(clock.toHost(10n ** 18n)).toBe(110);
});

test('a clock that was set is followed', () => {
  const clock = new DeviceClock();
  clock.learn(1000n, 1000, 1010);
  clock.learn(2000n, 5000, 5010);
  expect(Math.abs((clock.toHost(2000n) ?? 0) - 5005)).toBeLessThanOrEqual(5);
});

test('times that cannot be are refused', () => {
  const clock = new DeviceClock();
  clock.learn(0n, 0, 10);
  expect(clock.toHost(2n ** 63n)).toBeNull();
  clock.learn(2n ** 64n - 1n, 0, 10);
  clock.learn(5n, 10, 0);
  expect(clock.toHost(5n)).toBe(10);
});

test('of a clock that drifts no time is told wrong by more than the uncertainty allows', () => {
  const step = fc.record({ pause: fc.nat(1e8), before: fc.nat(2e4), after: fc.nat(2e4) });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 200 }),
      fc.integer({ min: -90, max: 90 }),
      fc.bigInt({ min: 1n, max: 2n ** 60n }),
      (steps, millionths, origin) => {
        const clock = new DeviceClock();
        let host = 1e12;
        for (const { pause, before, after } of steps) {
          host += pause + 1;
          const device = origin + BigInt(Math.round((host - 1e12) * (1 + millionths * 1e-6)));
          clock.learn(device, host - before, host + after);
          const told = clock.toHost(device) as number;
          expect(Math.abs(told - host)).toBeLessThanOrEqual(1.5 * clock.uncertainty + 2);
        }
      },
    ),
  );
});
