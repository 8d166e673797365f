import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { hotLines, LEVELS, levelOf } from '../../extension/editor/heat.ts';
import { type LineTimes, sourceTimes } from '../../extension/editor/lineTimes.ts';
import { metricOf } from '../../extension/editor/metric.ts';
import { type FrameSpec, type LineSample, recordingOfLines } from '../harness/definedLines.ts';

const APP = '/home/me/app.py';
const JSON_FILE = '/usr/lib/python3.11/json/encoder.py';
const MAIN: FrameSpec = ['main', APP, 20, 18];

const timesOf = (samples: readonly LineSample[]) => sourceTimes(new Trace(recordingOfLines(samples)), 'cpu');
const ms = (value: number) => Math.round(value / 1e6);
const line = (lines: readonly LineTimes[] | undefined, at: number) => {
  const found = lines?.find((each) => each.line === at);
  return found && [ms(found.here), ms(found.total)];
};

test('a line has the time of what it does itself, and in total what it calls as well', () => {
  const { whole, files } = timesOf([
    [30, MAIN],
    [50, MAIN, ['solve', APP, 5, 3]],
    [20, MAIN, ['solve', APP, 6, 3]],
  ]);
  const app = files.get(APP);
  expect(ms(whole)).toBe(100);
  expect(line(app?.lines, 20)).toEqual([30, 100]);
  expect(line(app?.lines, 5)).toEqual([50, 50]);
  expect(line(app?.lines, 6)).toEqual([20, 20]);
  expect(app?.functions.map(({ name, self, total }) => [name, ms(self), ms(total)])).toEqual([
    ['solve', 70, 70],
    ['main', 30, 100],
  ]);
});

test('the time of a library belongs to the line that called it, and to its own line for who looks there', () => {
  const { files } = timesOf([
    [80, MAIN, ['encode', JSON_FILE, 200, 190], ['[c]', '', 0, 0, 'native']],
    [20, MAIN],
  ]);
  expect(line(files.get(APP)?.lines, 20)).toEqual([100, 100]);
  expect(line(files.get(JSON_FILE)?.lines, 200)).toEqual([80, 80]);
});

test('machine code with lines has heat of its own, and the line that called it as well', () => {
  const { files } = timesOf([[40, MAIN, ['kernel', '/src/fast.c', 12, 10, 'native']]]);
  expect(line(files.get('/src/fast.c')?.lines, 12)).toEqual([40, 40]);
  expect(line(files.get(APP)?.lines, 20)).toEqual([40, 40]);
});

test('recursion counts once', () => {
  const down: FrameSpec = ['walk', APP, 4, 3];
  const { files } = timesOf([
    [10, down, down, down],
    [30, down, ['leaf', APP, 9, 8], down],
  ]);
  expect(line(files.get(APP)?.lines, 4)).toEqual([40, 40]);
  expect(line(files.get(APP)?.lines, 9)).toEqual([0, 30]);
});

test('what no file holds has no lines', () => {
  const { files, whole } = timesOf([
    [10, ['<module>', '<string>', 1]],
    [10, ['readFileSync', 'node:fs', 400, 390, 'javascript']],
    [10, ['[interpreter starting]', '', 0, 0]],
    [10],
  ]);
  expect([...files.keys()]).toEqual([]);
  expect(ms(whole)).toBe(40);
});

describe('of any program', () => {
  const anyFrame = fc.tuple(
    fc.constantFrom('main', 'solve', 'load'),
    fc.constantFrom(APP, '/home/me/io.py', JSON_FILE, ''),
    fc.integer({ min: 0, max: 6 }),
    fc.constantFrom(1, 2),
  );
  const anySamples = fc.array(
    fc
      .tuple(fc.integer({ min: 1, max: 50 }), fc.array(anyFrame, { maxLength: 6 }))
      .map(([time, stack]): LineSample => [time, ...stack]),
    { maxLength: 30 },
  );

  test('self never exceeds total, no total the whole, and the time of own lines adds up to what ran below them', () => {
    fc.assert(
      fc.property(anySamples, (samples) => {
        const { whole, files } = timesOf(samples);
        for (const { lines, functions } of files.values()) {
          for (const { self, here } of lines) expect(self).toBeLessThanOrEqual(here + 1e-3);
          for (const { self, total } of [...lines, ...functions]) {
            expect(self).toBeLessThanOrEqual(total + 1e-3);
            expect(total).toBeLessThanOrEqual(whole + 1e-3);
          }
        }
        const isOwn = (file: string) => file.startsWith('/home/me/');
        const own = [...files.values()].filter(({ file }) => isOwn(file));
        const expected = samples
          .filter(([, ...stack]) => stack.some(([, file]) => isOwn(file)))
          .reduce((sum, [time]) => sum + time, 0);
        expect(ms(own.reduce((sum, { here }) => sum + here, 0))).toBe(expected);
      }),
    );
  });
});

test('a recording that weighs nothing by its own metric is weighed by another one', () => {
  const recording = recordingOfLines([[10, MAIN]]);
  const { samples } = recording.tables;
  const idle = {
    ...recording,
    tables: { ...recording.tables, samples: { ...samples, cpu: samples.cpu.map(() => 0) } },
  };
  expect(metricOf(new Trace(recording))).toBe('cpu');
  expect(metricOf(new Trace(idle))).toBe('wall');
});

describe('heat', () => {
  test('has levels by the share of the whole, and none for what is cold', () => {
    expect(levelOf(0)).toBe(-1);
    expect(levelOf(0.004)).toBe(-1);
    expect(levelOf(0.01)).toBe(0);
    expect(levelOf(1)).toBe(LEVELS - 1);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          expect(levelOf(Math.max(a, b))).toBeGreaterThanOrEqual(levelOf(Math.min(a, b)));
        },
      ),
    );
  });

  test('is of what a line did with libraries, and its words say so too', () => {
    const times = timesOf([
      [90, MAIN, ['encode', JSON_FILE, 200, 190]],
      [10, MAIN],
    ]);
    const [hot, ...others] = hotLines(times.files.get(APP)?.lines ?? [], times);
    expect([hot?.level, hot?.words.replaceAll('\u00a0', ' ')]).toEqual([LEVELS - 1, '100 % · 100 ms']);
    expect(others).toEqual([]);
  });

  test('tells share and time of a hot line, and both where self and total differ', () => {
    const times = timesOf([
      [600, MAIN],
      [380, MAIN, ['solve', APP, 5, 3]],
      [3, MAIN, ['solve', APP, 6, 3]],
      [17, MAIN, ['solve', APP, 7, 3]],
    ]);
    const words = hotLines(times.files.get(APP)?.lines ?? [], times).map(({ line: at, words: told }) => [
      at,
      told.replaceAll('\u00a0', ' '),
    ]);
    expect(words).toEqual([
      [5, '38 % · 380 ms'],
      [7, '1.7 % · 17.0 ms'],
      [20, '60 % · 600 ms here, 100 % · 1.00 s total'],
    ]);
  });

  test('of nothing is nothing', () => {
    const times = timesOf([]);
    expect(hotLines([{ line: 1, self: 0, here: 0, total: 0 }], times)).toEqual([]);
  });
});
