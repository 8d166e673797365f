import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch } from '../../../../analyzer/collect/collector.ts';
import { PoolThreads } from '../../../../analyzer/collect/torch/poolThreads.ts';
import { HEADER_BYTES, readRecords, UNIT_BYTES } from '../../../../analyzer/collect/torch/records.ts';
import { OperatorRows } from '../../../../analyzer/collect/torch/rows.ts';
import { OperatorTail } from '../../../../analyzer/collect/torch/tail.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';
import { header, joined, name, operator } from './logs.ts';

const home = temporaryFolder();
afterAll(home.remove);
let folders = 0;

function emptyFolder(): string {
  const folder = join(home.path, String(folders++));
  mkdirSync(folder);
  return folder;
}

const SPACE = new Uint8Array(3 * UNIT_BYTES);

interface Row {
  readonly name: string;
  readonly lane: number;
  readonly kind: number;
  readonly start: number;
  readonly sequence: number;
  readonly forwardLane: number;
}

function rowsOf({ operators, interned }: Batch): Row[] {
  return Array.from({ length: operators.length }, (_, i) => ({
    name: interned.strings.value[operators.name[i] as number] ?? '?',
    lane: operators.lane[i] as number,
    kind: operators.kind[i] as number,
    start: operators.start[i] as number,
    sequence: operators.sequence[i] as number,
    forwardLane: operators.forwardLane[i] as number,
  }));
}

test('operators of several threads are joined, and a backward one names the lane of its forward one', () => {
  const folder = emptyFolder();
  writeFileSync(
    join(folder, '7-70-1.0.torch'),
    joined(
      header(7, 70, 1),
      name(1, 'aten::mm'),
      operator({ name: 1, start: 10, end: 20, sequence: 5 }),
      SPACE,
    ),
  );
  writeFileSync(
    join(folder, '7-71-1.0.torch'),
    joined(
      header(7, 71, 2),
      name(1, 'MmBackward0'),
      operator({ name: 1, start: 30, end: 40, scope: 'backward', sequence: 5, forwardThread: 1 }),
      name(2, 'my step'),
      operator({ name: 2, start: 25, end: 45, scope: 'range' }),
      SPACE,
    ),
  );
  const rows = new OperatorRows();
  const tail = new OperatorTail(folder, rows, new PoolThreads(1e7), null);
  tail.poll();
  const batch = rows.drain();
  expect(batch && rowsOf(batch)).toEqual([
    { name: 'aten::mm', lane: 0, kind: 0, start: 10, sequence: 5, forwardLane: -1 },
    { name: 'MmBackward0', lane: 1, kind: 1, start: 30, sequence: 5, forwardLane: 0 },
  ]);
  expect(batch?.spans.length).toBe(1);
  expect([...(batch?.mentions.thread ?? [])]).toEqual([70, 71]);
  expect(tail.health()).toMatchObject({ threads: 2, processes: 1, operators: 2, ranges: 1, damaged: 0 });
});

test('a log is followed while it grows, over files of which those that are read are removed', () => {
  const folder = emptyFolder();
  const first = join(folder, '7-70-1.0.torch');
  const rows = new OperatorRows();
  const tail = new OperatorTail(folder, rows, new PoolThreads(1e7), null);
  const head = joined(header(7, 70, 1), name(1, 'aten::add'), operator({ name: 1, start: 1, end: 2 }));
  writeFileSync(first, joined(head, SPACE));
  tail.poll();
  tail.poll();
  expect(rows.drain()?.operators.length).toBe(1);
  writeFileSync(first, joined(head, operator({ name: 1, start: 3, end: 4 })));
  writeFileSync(
    join(folder, '7-70-1.1.torch'),
    joined(header(7, 70, 1, 9), operator({ name: 1, start: 5, end: 6 }), SPACE),
  );
  tail.poll();
  const batch = rows.drain();
  expect([...(batch?.operators.start ?? [])]).toEqual([3, 5]);
  expect(existsSync(first)).toBe(false);
  tail.finish();
  expect(tail.health()).toMatchObject({ operators: 3, lost: 9, damaged: 0 });
});

test('with the children left out only the logs of the command are read', () => {
  const folder = emptyFolder();
  for (const process of [7, 8])
    writeFileSync(
      join(folder, `${process}-70-1.0.torch`),
      joined(header(process, 70, 1), operator({ name: 1, start: 1, end: 2 })),
    );
  const rows = new OperatorRows();
  const tail = new OperatorTail(folder, rows, new PoolThreads(1e7), 8);
  tail.finish();
  expect(tail.health()).toMatchObject({ operators: 1 });
  expect([...(rows.drain()?.mentions.process ?? [])]).toEqual([8]);
});

test('a damaged log keeps what comes before the damage, and is told', () => {
  const folder = emptyFolder();
  const bad = [
    operator({ name: 1, start: 9, end: 8 }),
    Uint8Array.of(9, ...new Uint8Array(39)),
    Uint8Array.of(2, 0, 255, 255, ...new Uint8Array(36)),
  ];
  bad.forEach((bytes, i) => {
    writeFileSync(
      join(folder, `7-${i + 1}-1.0.torch`),
      joined(header(7, i + 1, 1), operator({ name: 1, start: 1, end: 2 }), bytes),
    );
  });
  writeFileSync(join(folder, '7-9-1.0.torch'), Buffer.alloc(500, 'x'));
  symlinkSync('/dev/zero', join(folder, '7-10-1.0.torch'));
  const tail = new OperatorTail(folder, new OperatorRows(), new PoolThreads(1e7), null);
  tail.finish();
  expect(tail.health()).toMatchObject({ operators: 3, damaged: 4 });
});

test('whatever bytes a log has, reading them ends and takes no more than there are', () => {
  const taker = { name: () => {}, operator: () => {} };
  const whole = joined(
    name(1, 'n'.repeat(70)),
    operator({ name: 1, start: 1, end: 2 }),
    operator({ name: 1, start: 3, end: 4 }),
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, length) => {
      const bytes = whole.slice(0, length);
      if (at < length) bytes[at] = value;
      const { taken } = readRecords(bytes, taker);
      expect(taken).toBeLessThanOrEqual(length);
      expect(taken % UNIT_BYTES).toBe(0);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      expect(readRecords(bytes, taker).taken).toBeLessThanOrEqual(bytes.length);
    }),
  );
  expect(HEADER_BYTES).toBe(header(1, 1, 1).length);
});
