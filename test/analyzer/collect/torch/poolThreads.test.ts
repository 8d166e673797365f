import { expect, test } from '@jest/globals';
import { PoolThreads } from '../../../../analyzer/collect/torch/poolThreads.ts';
import { LANE_KINDS, lanesSchema, type Row, TableBuilder } from '../../../../analyzer/model/index.ts';

const MS = 1e6;

function seen(...threads: readonly Partial<Row<typeof lanesSchema>>[]) {
  const lanes = new TableBuilder(lanesSchema);
  threads.forEach((thread, id) => {
    const kind = LANE_KINDS.indexOf('thread');
    lanes.push({
      id,
      kind,
      role: 1,
      process: 7,
      thread: 70 + id,
      name: 'python3',
      start: 0,
      end: -1,
      cpu: -1,
      ...thread,
    });
  });
  return { lanes: lanes.finish() };
}

test('a thread without a name that appears while an operator runs is named after it, the innermost one', () => {
  const pools = new PoolThreads(10 * MS);
  pools.notice(seen({ start: 105 * MS }));
  expect(pools.named(110 * MS)).toEqual([]);
  pools.operator(7, 'aten::mm', 98 * MS, 120 * MS);
  pools.operator(7, 'aten::linear', 97 * MS, 121 * MS);
  expect(pools.named(130 * MS)).toMatchObject([{ process: 7, thread: 70, name: 'worker of aten::mm' }]);
  expect(pools.named(140 * MS)).toEqual([]);
});

test('an operator that was read before its thread was seen names it, too', () => {
  const pools = new PoolThreads(10 * MS);
  pools.operator(7, 'aten::relu', 100 * MS, 101 * MS);
  pools.notice(seen({ start: 105 * MS }));
  expect(pools.named(110 * MS)).toMatchObject([{ name: 'worker of aten::relu' }]);
});

test('a thread that has a name, is the first of its process, or appears without an operator keeps what it has', () => {
  const pools = new PoolThreads(10 * MS);
  pools.operator(7, 'aten::mm', 90 * MS, 120 * MS);
  pools.operator(8, 'aten::mm', 0, 50 * MS);
  pools.notice(
    seen(
      { start: 105 * MS, name: 'loader' },
      { start: 105 * MS, thread: 7 },
      { start: 105 * MS, process: 8 },
    ),
  );
  expect(pools.named(110 * MS)).toEqual([]);
  // Not asked for for ever.
  expect(pools.named(4000 * MS)).toEqual([]);
  pools.operator(8, 'aten::mm', 100 * MS, 120 * MS);
  expect(pools.named(4001 * MS)).toEqual([]);
});
