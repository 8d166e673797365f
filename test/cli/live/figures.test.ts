import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compact, span } from '../../../cli/live/figures.ts';

test('times take the unit that has the fewest digits, also where rounding would make it another', () => {
  const times = [0, 812, 999.6, 1000, 4600, 999_600, 46e6, 999.6e6, 12.4e9, 90e9, 599.7e9, 3599e9, 9000e9];
  expect(times.map(span)).toEqual([
    ...['0 ns', '812 ns', '1.0 us', '1.0 us', '4.6 us', '1.0 ms', '46 ms'],
    ...['1.0 s', '12 s', '90 s', '10 min', '1.0 h', '2.5 h'],
  ]);
});

test('numbers keep their digits up to five, without a blank that would look like the next column', () => {
  const numbers = [0, 0.84, 3, 9.96, 85.4, 12_345, 99_999.6, 123_400, 999_600, 1.24e6, 8e12];
  expect(numbers.map(compact)).toEqual([
    ...['0', '0.8', '3', '10', '85', '12345', '100k', '123k', '1.0M', '1.2M', '8.0T'],
  ]);
});

test('no time below a month and no number of things is wider than its column', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 3e18, noNaN: true }), (value) => {
      expect(span(Math.min(value, 2.6e15)).length).toBeLessThanOrEqual(6);
      expect(compact(Math.min(value, 9e14)).length).toBeLessThanOrEqual(5);
    }),
  );
});
