import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { nodes, ROOT, record, temporaryFolder } from '../harness/perfscope.ts';

/** Measurements of Node programs whose answer is known by construction. */
const folder = temporaryFolder();
afterAll(folder.remove);
const SPLIT = join(ROOT, 'fixtures/workloads/truth/split.cjs');
/** Points that a share may be off. */
const POINTS = 2;
/** About 6 s of CPU, 10,000 samples at `RATE`: the standard deviation of a share of 70 % is half a point. */
const UNITS = 40_000;
const RATE = '2000';
const CONFIGURATIONS = [
  ['main', 1],
  ['workers', 4],
  ['cluster', 2],
] as const;

describe.each(nodes())('Node $version', ({ path }) => {
  test.each(CONFIGURATIONS)(
    'a split of 70/20/10 in %s (%i) is found within 2 points, CPU seconds within 3 % of the kernel',
    async (mode, n) => {
      const { ended, summary } = await record(
        folder.path,
        ['-r', RATE],
        [path, SPLIT, String(UNITS), mode, String(n)],
      );
      const seconds = ['heavy', 'medium', 'light'].map(
        (name) => summary.functions.find((each) => each.name === name)?.selfSeconds ?? 0,
      );
      const sum = seconds.reduce((total, each) => total + each, 0);
      expect(sum).toBeGreaterThan(3);
      for (const [i, share] of [70, 20, 10].entries())
        expect(Math.abs((100 * (seconds[i] as number)) / sum - share)).toBeLessThan(POINTS);
      const told = ended.stdout
        .trim()
        .split('\n')
        .reduce((total, line) => total + Number(line), 0);
      expect(Math.abs((summary.cpuSeconds * 1e6) / told - 1)).toBeLessThan(0.03);
    },
  );
});
