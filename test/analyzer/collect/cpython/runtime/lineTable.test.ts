import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeLines } from '../../../../../analyzer/collect/cpython/runtime/lineTable.ts';
import { PYTHONS, TARGETS } from './pythons.ts';

for (const python of PYTHONS)
  test(`CPython ${python.version}: every instruction of five modules is on the line that CPython says`, () => {
    const output = execFileSync(python.path, [join(TARGETS, 'line_tables.py')], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    const codes = output.trim().split('\n');
    expect(codes.length).toBeGreaterThan(400);
    for (const text of codes) {
      const [firstLine, table, lines] = JSON.parse(text) as [number, string, number[]];
      const decoded = decodeLines(python.minor, Buffer.from(table, 'hex'), firstLine, lines.length);
      expect([...decoded]).toEqual(lines);
    }
  });

test('any bytes decode to a line for each unit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 8, max: 15 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      fc.nat(2000),
      (minor, table, firstLine, units) => {
        expect(decodeLines(minor, table, firstLine, units)).toHaveLength(units);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a number of a table that never ends does not hang', () => {
  const endless = new Uint8Array(1 << 20).fill(0xff);
  expect(decodeLines(13, endless, 1, 100)).toHaveLength(100);
  expect(decodeLines(9, new Uint8Array(1 << 20), 7, 100)).toEqual(new Int32Array(100).fill(7));
});
