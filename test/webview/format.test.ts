import { expect, test } from '@jest/globals';
import {
  bytes,
  bytesPerSecond,
  count,
  counted,
  duration,
  hertz,
  inCores,
  percent,
  place,
  quantity,
  tick,
  visible,
} from '../../webview/format.ts';

/** No-break and thin spaces read as spaces here. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

test('durations have three digits and the unit of their size', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [412, '412 ns'],
    [1240, '1.24 µs'],
    [83_100_000, '83.1 ms'],
    [999_400_000, '999 ms'],
    [999_700_000, '1.00 s'],
    [1_240_000_000, '1.24 s'],
    [119_000_000_000, '119 s'],
    [124_000_000_000, '2 min 04 s'],
    [3_720_000_000_000, '1 h 02 min'],
    [-1_240_000_000, '-1.24 s'],
  ];
  for (const [nanos, text] of cases) expect(plain(duration(nanos))).toBe(text);
  expect(duration(Number.NaN)).toBe('unknown');
});

test('a share is 0 % only of nothing and 100 % only of everything', () => {
  const cases: [number, string][] = [
    [0, '0 %'],
    [0.0004, '<0.1 %'],
    [0.043, '4.3 %'],
    [0.07, '7.0 %'],
    [0.62, '62 %'],
    [0.9999, '>99 %'],
    [1, '100 %'],
    [1.3, '130 %'],
  ];
  for (const [ratio, text] of cases) expect(plain(percent(ratio))).toBe(text);
});

test('volumes are decimal', () => {
  expect(plain(bytes(0))).toBe('0 B');
  expect(plain(bytes(999))).toBe('999 B');
  expect(plain(bytes(83e6))).toBe('83 MB');
  expect(plain(bytes(1.24e9))).toBe('1.24 GB');
  expect(plain(bytesPerSecond(83e6))).toBe('83 MB/s');
});

test('counts are grouped and agree with their noun', () => {
  expect(plain(count(1234567))).toBe('1 234 567');
  expect(plain(counted(1, 'lane'))).toBe('1 lane');
  expect(plain(counted(2, 'process', 'processes'))).toBe('2 processes');
  expect(plain(hertz(99.7))).toBe('99.7 Hz');
  expect([0, 0.001, 0.4, 32.61].map(inCores)).toEqual(['0.00', '<0.01', '0.40', '32.6']);
});

test('a counter speaks the unit of its lane', () => {
  expect(plain(quantity(96, '%'))).toBe('96 %');
  expect(plain(quantity(2e9, 'B'))).toBe('2 GB');
  expect(plain(quantity(0.25, 'cores'))).toBe('0.25 cores');
  expect(quantity(12, '')).toBe('12.0'.replace('.0', ''));
});

test('the ticks of an axis have one unit and only the digits that differ', () => {
  expect(plain(tick(500e6, 500e6, 2e9))).toBe('0.5 s');
  expect(plain(tick(2e9, 500e6, 2e9))).toBe('2.0 s');
  expect(plain(tick(2e9, 1e9, 2e9))).toBe('2 s');
  expect(plain(tick(1_000_250_000, 50_000, 1_001_000_000))).toBe('1.00025 s');
  expect(plain(tick(250e3, 50e3, 300e3))).toBe('250 µs');
  expect(tick(0, 1, 5)).toBe('0');
});

test('characters that hide or turn text are shown as what they are', () => {
  expect(visible('back\u202ewards\n')).toBe('back\ufffdwards\ufffd');
  expect(visible('漢字 <b>')).toBe('漢字 <b>');
});

test('a place is the last part of the path and the line', () => {
  expect(place('/home/ada/train.py', 48)).toBe('train.py:48');
  expect(place('C:\\work\\train.py', 0)).toBe('train.py');
  expect(place('', 3)).toBe('');
});
