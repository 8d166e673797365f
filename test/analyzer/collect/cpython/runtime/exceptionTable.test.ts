import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { protectedDepths } from '../../../../../analyzer/collect/cpython/runtime/exceptionTable.ts';
import { PYTHONS } from './pythons.ts';

/** Tables of all functions of some modules, and what CPython's own parser (private to `dis`) says of each. */
const ASK = `
import asyncio.tasks, dis, json, threading, types
def codes(code):
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from codes(each)
out = []
for module in (threading, asyncio.tasks, json.decoder):
    for code in codes(compile(open(module.__file__).read(), module.__file__, "exec")):
        entries = [[e.start // 2, e.end // 2, e.depth] for e in dis._parse_exception_table(code)]
        out.append([code.co_exceptiontable.hex(), len(code.co_code) // 2, entries])
print(json.dumps(out))
`;
type Asked = readonly (readonly [
  table: string,
  units: number,
  entries: readonly (readonly [number, number, number])[],
])[];

for (const { path, version } of PYTHONS.filter(({ minor }) => minor >= 11))
  test(`CPython ${version}: the depth at every unit is what its own parser says`, () => {
    const asked: Asked = JSON.parse(execFileSync(path, ['-c', ASK], { encoding: 'utf8' }));
    expect(asked.some(([, , entries]) => entries.length > 5)).toBe(true);
    for (const [table, units, entries] of asked) {
      const expected = new Array<number>(units).fill(0);
      for (const [start, end, depth] of entries) expected.fill(depth, start, end);
      expect([...protectedDepths(Buffer.from(table, 'hex'), units)]).toEqual(expected);
    }
  });

test('any bytes are a table, of the length asked for', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat({ max: 300 }), (table, units) => {
      expect(protectedDepths(table, units)).toHaveLength(units);
    }),
  );
});
