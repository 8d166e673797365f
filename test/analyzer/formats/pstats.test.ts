import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callPaths } from '../../../analyzer/formats/pstats/callPaths.ts';
import { unmarshal } from '../../../analyzer/formats/pstats/marshal.ts';
import { imported, importedOrRefused, weightsByName } from '../../harness/foreign.ts';
import { PYTHON, temporaryFolder } from '../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const PROGRAM = `
def dot(n):
    return sum(i * i for i in range(n))
def solve(n):
    return dot(n) + dot(2 * n)
def load():
    return dot(4000) + sum(sorted(range(3000)))
def walk(n):
    return 1 if n < 2 else walk(n - 1) + walk(n - 2)
def ping(n):
    return pong(n - 1) if n else 0
def pong(n):
    return ping(n - 1) if n else 0
for _ in range(20):
    solve(3000)
    load()
walk(12)
ping(40)
`;
/** What pstats itself makes of a file: name to own and total seconds. */
const PSTATS = `
import json, pstats, sys
print(json.dumps([[f, l, n, tt, ct] for (f, l, n), (_, _, tt, ct, _) in pstats.Stats(sys.argv[1]).stats.items()]))
`;

function profiled(): { bytes: Uint8Array; stats: [string, number, string, number, number][] } {
  const [program, out] = [join(folder.path, 'app.py'), join(folder.path, 'app.prof')];
  writeFileSync(program, PROGRAM);
  expect(spawnSync(PYTHON, ['-m', 'cProfile', '-o', out, program]).status).toBe(0);
  const told = spawnSync(PYTHON, ['-c', PSTATS, out], { encoding: 'utf8' }).stdout;
  return { bytes: readFileSync(out), stats: JSON.parse(told) };
}

test('what cProfile writes has the own times that pstats tells, and the totals where nothing recurses', async () => {
  const { bytes, stats } = profiled();
  const weights = weightsByName(await imported(bytes), 'wall');
  const sumOf = (name: string, column: 3 | 4) =>
    stats.filter(([, , its]) => its === name).reduce((sum, each) => sum + each[column], 0);
  const names = new Set(stats.map(([, , name]) => name));
  expect(names.size).toBeGreaterThan(8);
  for (const name of names) expect(weights[name]?.self ?? 0).toBeCloseTo(sumOf(name, 3), 6);
  for (const name of ['solve', 'load', 'dot']) expect(weights[name]?.total).toBeCloseTo(sumOf(name, 4), 5);
  const longest = Math.max(...stats.map((each) => each[4]));
  expect(weights['<module>']?.total).toBeCloseTo(longest, 3);
});

test('a function spends its time for each caller as they were counted, and cycles end', () => {
  const counted = (name: string, own: number, total: number) => ({
    name,
    file: 'a.py',
    line: 1,
    calls: 1,
    own,
    total,
  });
  const graph = {
    functions: [counted('main', 0, 10), counted('a', 1, 7), counted('b', 1, 3), counted('shared', 8, 8)],
    edges: [
      { caller: 0, callee: 1, calls: 1, total: 7 },
      { caller: 0, callee: 2, calls: 1, total: 3 },
      { caller: 1, callee: 3, calls: 1, total: 6 },
      { caller: 2, callee: 3, calls: 1, total: 2 },
    ],
    damaged: 0,
  };
  const own = callPaths(graph)
    .filter((path) => path.function === 3)
    .map((path) => path.own);
  expect(own.sort()).toEqual([2, 6]);
  const circle = { ...graph, edges: [...graph.edges, { caller: 3, callee: 1, calls: 1, total: 5 }] };
  const paths = callPaths(circle);
  for (const [id, each] of graph.functions.entries())
    expect(paths.filter((path) => path.function === id).reduce((sum, path) => sum + path.own, 0)).toBeCloseTo(
      each.own,
      9,
    );
});

test('marshalled code is refused, and so are references to nowhere and endless nesting', () => {
  for (const bytes of [
    [0x63, 0, 0],
    [0x72, 9, 0, 0, 0],
    [0x28, 0xff, 0xff, 0xff, 0x7f],
    new Array(500).fill(0x29).flatMap((byte) => [byte, 1]),
  ])
    expect(() => unmarshal(Uint8Array.from(bytes))).toThrow(/cut off|not data|not there|deeply/);
});

test('a damaged profile is a recording or a sentence', async () => {
  const { bytes } = profiled();
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), async (at, value, isCut) => {
      const damaged = isCut ? bytes.slice(0, at) : Uint8Array.from(bytes);
      if (!isCut) damaged[at] = value;
      await importedOrRefused(damaged);
    }),
    { numRuns: 300 },
  );
});
