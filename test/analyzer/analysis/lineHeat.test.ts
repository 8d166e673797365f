import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LineHeat, lineHeat, sourceHeat } from '../../../analyzer/analysis/lineHeat.ts';
import { lineMoves } from '../../../analyzer/analysis/lineMoves.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import { EVERYTHING } from '../../../analyzer/analysis/weights.ts';
import { lineRecording } from '../../harness/lines.ts';
import { META, recordingOf } from '../../harness/recordings.ts';

const rowsOf = ({ line, self, total }: LineHeat): number[][] =>
  Array.from(line, (at, i) => [at, self[i] as number, total[i] as number]);

const trace = new Trace(
  lineRecording([
    { stack: ['main a.py:3', 'solve a.py:12', 'dot'], cpu: 100 },
    { stack: ['main a.py:3', 'solve a.py:13'], cpu: 40 },
    { stack: ['main a.py:3', 'solve a.py:12', 'solve a.py:12', 'norm b.py:7'], cpu: 20 },
    { stack: ['main a.py:4'], cpu: 5 },
    { stack: ['dot'], cpu: 2 },
  ]),
);

test('a line has what it did itself with the machine code it called, and what its stacks did', () => {
  expect(rowsOf(lineHeat(trace, 'a.py', 'cpu'))).toEqual([
    [3, 0, 160],
    [4, 5, 5],
    [12, 100, 120],
    [13, 40, 40],
  ]);
  expect(rowsOf(lineHeat(trace, 'b.py', 'cpu'))).toEqual([[7, 20, 20]]);
  expect(lineHeat(trace, 'none.py', 'cpu').length).toBe(0);
});

test('files come with the hottest first, functions too, and the whole has what belongs to none', () => {
  const heat = sourceHeat(trace, 'cpu');
  expect(heat.files).toEqual([
    { file: 'a.py', self: 145, total: 165 },
    { file: 'b.py', self: 20, total: 20 },
  ]);
  expect(heat.whole).toBe(167);
  expect(heat.functionsOf('a.py').map(({ name, line, self, total }) => [name, line, self, total])).toEqual([
    ['main', 2, 0, 160],
    ['solve', 11, 100, 120],
    ['solve', 12, 40, 40],
    ['main', 3, 5, 5],
  ]);
});

test('callers and callees of a line count a recursive call once', () => {
  const heat = sourceHeat(trace, 'cpu');
  const named = (all: ReturnType<typeof heat.callers>) =>
    all.map(({ function: id, line, total }) => [trace.functions.name[id], line, total]);
  expect(named(heat.callers('a.py', 12))).toEqual([['main', 3, 120]]);
  expect(named(heat.callees('a.py', 12))).toEqual([
    ['dot', 0, 100],
    ['solve', 11, 20],
  ]);
  expect(named(heat.callees('a.py', 3))).toEqual([
    ['solve', 11, 120],
    ['solve', 12, 40],
  ]);
  expect(heat.callers('a.py', 3)).toEqual([]);
  expect(heat.callers('a.py', 99)).toEqual([]);
});

test('a function is hottest at one of its lines, and machine code where it was called', () => {
  const heat = sourceHeat(trace, 'cpu');
  const placeOf = (id: number) => {
    const { file = '', line = 0 } = heat.hottestOf(id) ?? {};
    return `${file}:${line}`;
  };
  expect(placeOf(trace.functions.name.indexOf('solve'))).toBe('a.py:12');
  expect(placeOf(trace.functions.name.indexOf('dot'))).toBe('a.py:12');
  expect(heat.hottestOf(99)).toBeNull();
});

test('a selection of time weighs the lines of that time', () => {
  const selection = { ...EVERYTHING, from: META.clock.start + 90, to: META.clock.start + 110 };
  expect(rowsOf(lineHeat(trace, 'a.py', 'cpu', selection))).toEqual([
    [3, 0, 20],
    [12, 10, 10],
    [13, 10, 10],
  ]);
});

test('the self times of all lines and what has no line add up to the whole, in any selection', () => {
  const frame = fc.constantFrom(
    'main a.py:3',
    'f a.py:9',
    'f a.py:10',
    'g b.js:2',
    'dot',
    'blas',
    'h <string>:1',
  );
  const samples = fc.array(
    fc.record({
      stack: fc.array(frame, { maxLength: 7 }),
      lane: fc.nat(2),
      cpu: fc.integer({ min: 1, max: 1e6 }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(samples, fc.nat(1e7), fc.nat(1e7), fc.nat(2), (rows, from, length, lane) => {
      const its = new Trace(lineRecording(rows, 3));
      const lanes = Uint8Array.from([0, 1, 2], (each) => Number(each !== lane));
      const start = META.clock.start + from;
      for (const selection of [EVERYTHING, { from: start, to: start + length + 1, lanes }]) {
        const heat = sourceHeat(its, 'cpu', selection);
        const machine = new Trace(
          lineRecording(
            rows.map((row) => ({
              ...row,
              stack: row.stack.some((name) => name.includes(':')) ? ['main a.py:3'] : row.stack,
            })),
            3,
          ),
        );
        const inCode = sourceHeat(machine, 'cpu', selection).files[0]?.self ?? 0;
        let self = 0;
        for (const { file, self: own, total } of heat.files) {
          const lines = heat.linesOf(file);
          const sum = lines.self.reduce((all, each) => all + each, 0);
          expect(sum).toBeCloseTo(own, 3);
          self += sum;
          expect(total).toBeLessThanOrEqual(heat.whole + 1e-3);
          for (let i = 0; i < lines.length; i++) {
            expect(lines.self[i]).toBeLessThanOrEqual((lines.total[i] as number) + 1e-3);
            expect(lines.total[i]).toBeLessThanOrEqual(total + 1e-3);
          }
          const functions = heat.functionsOf(file);
          expect(functions.reduce((all, each) => all + each.self, 0)).toBeCloseTo(own, 3);
        }
        expect(self).toBeCloseTo(inCode, 3);
      }
    }),
    { numRuns: 60 },
  );
});

test('kernels are hot where they were launched, and lines tell what they moved and started', () => {
  const recording = recordingOf(
    [{}, { name: 'stream' }],
    [],
    {},
    {
      kernels: [
        { lane: 1, name: 'saxpy', start: 0, end: 30, stack: ['train', 'step'] },
        { lane: 1, name: 'saxpy', start: 40, end: 50, stack: ['train'] },
      ],
      copies: [{ lane: 1, direction: 'H2D', start: 60, end: 70, bytes: 4096, stack: ['train', 'step'] }],
      pools: [{}],
      tasks: [
        { pool: 0, stack: ['train'], submit: 5, from: 0, bytesOut: 100, bytesBack: 10, weight: 2 },
        { pool: 0, stack: ['train'], submit: 90, from: 0, bytesOut: -1, bytesBack: -1 },
      ],
    },
  );
  const its = new Trace(recording);
  expect(rowsOf(lineHeat(its, 'step.py', 'gpu'))).toEqual([[2, 30, 30]]);
  expect(rowsOf(lineHeat(its, 'train.py', 'gpu'))).toEqual([[2, 10, 40]]);
  expect(rowsOf(lineHeat(its, 'step.py', 'copy'))).toEqual([[2, 10, 10]]);
  const moves = lineMoves(its);
  expect(moves.get('train.py')?.get(2)).toEqual({ bytes: 220, tasks: 3, kernels: 1 });
  expect(moves.get('step.py')?.get(2)).toEqual({ bytes: 4096, tasks: 0, kernels: 1 });
  const early = { ...EVERYTHING, to: META.clock.start + 50 };
  expect(lineMoves(its, early).get('train.py')?.get(2)).toEqual({ bytes: 220, tasks: 2, kernels: 1 });
});
