import { expect, test } from '@jest/globals';
import { withForwardLaunches } from '../../../analyzer/analysis/forwardLaunches.ts';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import { operatorTotalsOf } from '../../../analyzer/analysis/operatorTotals.ts';
import { operatorAt, operatorTree } from '../../../analyzer/analysis/operatorTree.ts';
import type { Recording } from '../../../analyzer/model/index.ts';
import { type OperatorSpec, operatorRecording } from '../../harness/operators.ts';
import { META } from '../../harness/recordings.ts';

const totalsOf = ({ tables }: Recording) => operatorTotalsOf(tables, functionsOf(tables));

test('the time of an operator of its own is without that of what it called', () => {
  const recording = operatorRecording([
    { name: 'aten::t', start: 10, end: 20 },
    { name: 'aten::mm', start: 25, end: 75 },
    { name: 'aten::linear', start: 0, end: 100 },
    { name: 'aten::linear', start: 100, end: 110 },
    { name: 'aten::mm', start: 0, end: 50, lane: 1 },
  ]);
  const totals = totalsOf(recording)();
  expect(totals.map(({ name, count, self, total }) => ({ name, count, self, total }))).toEqual([
    { name: 'aten::mm', count: 2, self: 100, total: 100 },
    { name: 'aten::linear', count: 2, self: 50, total: 110 },
    { name: 'aten::t', count: 1, self: 10, total: 10 },
  ]);
  expect(totals[0]?.lanes.size).toBe(2);
});

test('an operator that calls itself is counted once in its total', () => {
  const recording = operatorRecording([
    { name: 'aten::add', start: 2, end: 8 },
    { name: 'aten::add', start: 0, end: 10 },
  ]);
  expect(totalsOf(recording)()).toMatchObject([{ count: 2, self: 10, total: 10, longest: 10 }]);
});

test('a selection takes operators that begin in it, on its lanes', () => {
  const recording = operatorRecording([
    { name: 'a', start: 0, end: 10 },
    { name: 'a', start: 20, end: 30 },
    { name: 'a', start: 20, end: 30, lane: 1 },
  ]);
  const { start } = META.clock;
  const of = totalsOf(recording);
  expect(of({ from: start + 15, to: start + 25, lanes: null })).toMatchObject([{ count: 2 }]);
  expect(of({ from: start, to: start + 25, lanes: Uint8Array.of(0, 1) })).toMatchObject([{ count: 1 }]);
});

test('the operator at a time is the innermost one that had begun and not ended', () => {
  const { tables } = operatorRecording([
    { name: 'inner', start: 10, end: 20 },
    { name: 'inner', start: 30, end: 40 },
    { name: 'outer', start: 5, end: 50 },
  ]);
  const tree = operatorTree(tables);
  const at = (time: number) => operatorAt(tree, tables.operators, 0, META.clock.start + time);
  expect([4, 5, 15, 25, 35, 45, 50].map(at)).toEqual([-1, 2, 0, 2, 1, 2, -1]);
});

const STEP = 100;
/** Two steps that run `aten::mul` for one line and `aten::exp` for another, and their backward operators on another lane. */
const step = (at: number, sequence: number): OperatorSpec[] => [
  { name: 'aten::mul', start: at, end: at + 10, sequence },
  { name: 'aten::exp', start: at + 20, end: at + 30, sequence: sequence + 1 },
  ...[
    { name: 'ExpBackward0', start: at + 40, end: at + 50, sequence: sequence + 1 },
    { name: 'MulBackward0', start: at + 60, end: at + 70, sequence },
  ].map((each) => ({ ...each, kind: 'backward' as const, lane: 1, forwardLane: 0 })),
];

test('a backward operator runs for the line of its forward one, which its place in the step tells where it was not looked at', () => {
  const recording = operatorRecording(
    [...step(0, 7), ...step(STEP, 9)],
    [
      { lane: 0, time: 5, stack: ['step', 'product'] },
      { lane: 0, time: 25, stack: ['step', 'power'] },
      // In the second step, where no forward operator was looked at.
      { lane: 1, time: STEP + 45, stack: ['step', 'backward'] },
      { lane: 1, time: STEP + 65, stack: ['step', 'backward'] },
    ],
  );
  const { name: names } = functionsOf(recording.tables);
  const lines = totalsOf(recording)().map(({ name, sites }) => [
    name,
    sites.map(({ function: id }) => names[id]),
  ]);
  expect(Object.fromEntries(lines)).toEqual({
    'aten::mul': ['product'],
    'aten::exp': ['power'],
    ExpBackward0: ['power'],
    MulBackward0: ['product'],
  });
});

test('where looks at a place of the step disagree, no line is told for the backward operator', () => {
  const recording = operatorRecording(
    [...step(0, 7), ...step(STEP, 9), ...step(2 * STEP, 11)],
    [
      { lane: 0, time: 5, stack: ['step', 'product'] },
      { lane: 0, time: STEP + 5, stack: ['step', 'other'] },
      { lane: 1, time: 2 * STEP + 65, stack: ['step', 'backward'] },
    ],
  );
  const backward = totalsOf(recording)().find(({ name }) => name === 'MulBackward0');
  expect(backward?.sites).toEqual([]);
});

test('a kernel that a backward operator launched has the code of its forward operator, and others keep what they have', () => {
  const recording = operatorRecording(
    [...step(0, 7), ...step(STEP, 9)],
    [
      { lane: 0, time: 5, stack: ['step', 'product'] },
      { lane: 0, time: 25, stack: ['step', 'power'] },
    ],
    {
      kernels: [
        { lane: 0, start: 80, end: 90, by: [1, 62, 63], name: 'of the step that was looked at' },
        { lane: 0, start: 180, end: 190, by: [1, STEP + 42, STEP + 43], name: 'of another step' },
        { lane: 0, start: 30, end: 40, by: [0, 22, 23], stack: ['mine'], certainty: 70, name: 'forward' },
        { lane: 0, start: 50, end: 60, name: 'of an unknown call' },
      ],
    },
  );
  const tables = withForwardLaunches(recording.tables);
  const { name, ofFrame } = functionsOf(tables);
  const told = Array.from(tables.kernels.stack.subarray(0, tables.kernels.length), (stack, row) => [
    stack < 0 ? '' : name[ofFrame[tables.stacks.frame[stack] as number] as number],
    tables.kernels.certainty[row],
  ]);
  expect(told).toEqual([
    ['product', 99],
    ['power', 80],
    ['mine', 70],
    ['', 0],
  ]);
  expect(withForwardLaunches(operatorRecording(step(0, 7)).tables).kernels.length).toBe(0);
});

test('many operators are summed up in time that grows with their number', () => {
  const cpu = (count: number): number => {
    const specs: OperatorSpec[] = [];
    for (let i = 0; i < count; i++)
      specs.push({
        name: i % 2 === 0 ? 'inner' : 'outer',
        start: 10 * (i - (i % 2)) + 2 - 2 * (i % 2),
        end: 10 * i + 9,
      });
    const recording = operatorRecording(specs);
    const before = process.cpuUsage();
    totalsOf(recording)();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cpu(20_000);
  // Eight times as many would take 64 times as long if each looked at all others.
  expect(cpu(200_000) / cpu(25_000)).toBeLessThan(30);
});
