import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transformSync } from 'esbuild';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import { nodes, ROOT, record, temporaryFolder } from '../harness/perfscope.ts';

/** Measurements of Node programs whose answer is known by construction. */
const folder = temporaryFolder();
afterAll(folder.remove);
const INLINED = join(ROOT, 'fixtures/workloads/truth/inlined.cjs');
const SPLIT = join(ROOT, 'fixtures/workloads/truth/split.cjs');
/** Points that a share may be off. */
const POINTS = 2;
/** 5 to 10 s of CPU, at least 10,000 samples at `RATE`: the standard deviation of a share of 70 % is half a point at most. */
const UNITS = 32_000;
const RATE = '2000';
/** The same of loops that V8 compiles anew with each caller, and not always equally well. */
const INLINED_POINTS = 3;
/** About 5 s of CPU. */
const CALLS = 300_000;
const CONFIGURATIONS = [
  ['main', 1],
  ['workers', 4],
  ['cluster', 2],
] as const;

const source = readFileSync(INLINED, 'utf8');
const lineOf = (part: string) => source.split('\n').findIndex((line) => line.includes(part)) + 1;

beforeAll(() => {
  const { code, map } = transformSync(source, { sourcefile: INLINED, sourcemap: 'external' });
  writeFileSync(join(folder.path, 'mapped.cjs.map'), map);
  writeFileSync(join(folder.path, 'mapped.cjs'), `${code}//# sourceMappingURL=mapped.cjs.map\n`);
});

/** CPU seconds of the three functions, which must be split 70/20/10. */
function expectSplit({ functions }: Summary, points: number): void {
  const seconds = ['heavy', 'medium', 'light'].map(
    (name) => functions.find((each) => each.name === name)?.selfSeconds ?? 0,
  );
  const sum = seconds.reduce((total, each) => total + each, 0);
  expect(sum).toBeGreaterThan(3);
  for (const [i, share] of [70, 20, 10].entries())
    expect(Math.abs((100 * (seconds[i] as number)) / sum - share)).toBeLessThan(points);
}

describe.each(nodes())('Node $version', ({ path }) => {
  test.each(CONFIGURATIONS)(
    'a split of 70/20/10 in %s (%i) is found within 2 points, CPU seconds within 3 % of the kernel',
    async (mode, n) => {
      const { ended, summary } = await record(
        folder.path,
        ['-r', RATE],
        [path, SPLIT, String(UNITS), mode, String(n)],
      );
      expectSplit(summary, POINTS);
      const told = ended.stdout
        .trim()
        .split('\n')
        .reduce((total, line) => total + Number(line), 0);
      expect(Math.abs((summary.cpuSeconds * 1e6) / told - 1)).toBeLessThan(0.03);
    },
  );

  test.each([
    ['as it is', INLINED],
    ['with a source map', join(folder.path, 'mapped.cjs')],
  ])('a split between functions that V8 puts into their caller, %s', async (_what, program) => {
    const { summary } = await record(folder.path, ['-r', RATE], [path, program, String(CALLS)]);
    expectSplit(summary, INLINED_POINTS);
    const of = (name: string) => summary.functions.find((each) => each.name === name);
    const [work, heavy] = [of('work'), of('heavy')];
    expect(heavy).toMatchObject({ file: INLINED, line: lineOf('function heavy') });
    // What is put into it is below it, and not beside it.
    expect(work?.selfSeconds).toBeLessThan((POINTS / 100) * (work?.totalSeconds as number));
    expect(summary.functions.filter(({ file }) => file === program && file !== INLINED)).toEqual([]);
  });
});
