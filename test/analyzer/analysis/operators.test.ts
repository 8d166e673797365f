import { expect, test } from '@jest/globals';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import { operatorTotalsOf } from '../../../analyzer/analysis/operatorTotals.ts';
import { operatorAt, operatorTree } from '../../../analyzer/analysis/operatorTree.ts';
import {
  OPERATOR_KINDS,
  type OperatorKind,
  operatorsSchema,
  type Recording,
  TableBuilder,
} from '../../../analyzer/model/index.ts';
import { META, recordingOf, type SampleSpec } from '../../harness/recordings.ts';

interface OperatorSpec {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly kind?: OperatorKind;
  readonly sequence?: number;
  readonly lane?: number;
  readonly forwardLane?: number;
}

/** Times from the start of the recording; operators as a thread writes them, when they end. */
function recordingWith(specs: readonly OperatorSpec[], samples: readonly SampleSpec[] = []): Recording {
  const lanes = specs.reduce((most, { lane = 0 }) => Math.max(most, lane), 0) + 1;
  const { meta, tables } = recordingOf(new Array(lanes).fill({}), samples);
  const names = [...new Set(specs.map(({ name }) => name))];
  const known = tables.strings.length;
  const operators = new TableBuilder(operatorsSchema);
  for (const { name, start, end, kind = 'forward', sequence = -1, lane = 0, forwardLane = -1 } of specs) {
    operators.push({
      lane,
      kind: OPERATOR_KINDS.indexOf(kind),
      name: known + names.indexOf(name),
      start: META.clock.start + start,
      end: META.clock.start + end,
      sequence,
      forwardLane,
    });
  }
  const strings = { length: known + names.length, value: [...tables.strings.value, ...names] };
  return { meta, tables: { ...tables, strings, operators: operators.finish() } };
}

const totalsOf = ({ tables }: Recording) => operatorTotalsOf(tables, functionsOf(tables));

test('the time of an operator of its own is without that of what it called', () => {
  const recording = recordingWith([
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
  const recording = recordingWith([
    { name: 'aten::add', start: 2, end: 8 },
    { name: 'aten::add', start: 0, end: 10 },
  ]);
  expect(totalsOf(recording)()).toMatchObject([{ count: 2, self: 10, total: 10, longest: 10 }]);
});

test('a selection takes operators that begin in it, on its lanes', () => {
  const recording = recordingWith([
    { name: 'a', start: 0, end: 10 },
    { name: 'a', start: 20, end: 30 },
    { name: 'a', start: 20, end: 30, lane: 1 },
  ]);
  const { start } = META.clock;
  const of = totalsOf(recording);
  expect(of({ from: start + 15, to: start + 25, lanes: null })).toMatchObject([{ count: 2 }]);
  expect(of({ from: start, to: start + 25, lanes: new Set([1]) })).toMatchObject([{ count: 1 }]);
});

test('the operator at a time is the innermost one that had begun and not ended', () => {
  const { tables } = recordingWith([
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
  const recording = recordingWith(
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
  const recording = recordingWith(
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

test('many operators are summed up in time that grows with their number', () => {
  const cpu = (count: number): number => {
    const specs: OperatorSpec[] = [];
    for (let i = 0; i < count; i++)
      specs.push({
        name: i % 2 === 0 ? 'inner' : 'outer',
        start: 10 * (i - (i % 2)) + 2 - 2 * (i % 2),
        end: 10 * i + 9,
      });
    const recording = recordingWith(specs);
    const before = process.cpuUsage();
    totalsOf(recording)();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cpu(20_000);
  // Five times as many; twice that is left for a machine with other work.
  expect(cpu(200_000) / cpu(40_000)).toBeLessThan(15);
});
