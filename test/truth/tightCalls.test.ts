import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { BETWEEN } from '../../analyzer/collect/cpython/runtime/runtime.ts';
import { PYTHONS, ROOT, TARGETS, Target } from '../analyzer/collect/cpython/runtime/pythons.ts';

const TIGHT = join(ROOT, 'fixtures/workloads/truth/tight_calls.py');
/** Samples taken of a running target, as fast as they can be: about a second. */
const SAMPLES = 40_000;

/** The pairs of caller and callee that the fixture allows, from its own table. */
function allowedCalls(): Set<string> {
  const table = /CALLS = \{(.+?)\n\}/s.exec(readFileSync(TIGHT, 'utf8'))?.[1] ?? '';
  const pairs = new Set<string>();
  for (const [, caller, callees = ''] of table.matchAll(/"([^"]+)": \[(.*)\]/g))
    for (const [, callee] of callees.matchAll(/"([^"]+)"/g)) pairs.add(`${caller}>${callee}`);
  return pairs;
}

function isPossible(names: readonly string[], allowed: ReadonlySet<string>): boolean {
  if (names[0] !== '<module>') return false;
  return names.every((name, i) => {
    const caller = names[i - 1];
    return caller === undefined || caller === BETWEEN || name === BETWEEN || allowed.has(`${caller}>${name}`);
  });
}

for (const python of PYTHONS) {
  test(`CPython ${python.version}: under 1 % of the stacks of tight short calls hold a call that cannot be`, async () => {
    const allowed = allowedCalls();
    expect(allowed.size).toBe(19);
    const target = await Target.start([python.path, TIGHT]);
    try {
      const counts = new Map<number, number>();
      const state = target.runtime.threads(target.tids()).get(target.pid) ?? 0;
      let taken = 0;
      let impossible = 0;
      for (let i = 0; i < SAMPLES; i++) {
        const stack = target.runtime.walk(state, target.pid);
        if (stack >= 0) counts.set(stack, (counts.get(stack) ?? 0) + 1);
      }
      for (const [stack, count] of counts) {
        const names = target.stacks.places(stack).map(({ name }) => name);
        taken += count;
        if (!isPossible(names, allowed)) impossible += count;
      }
      expect(taken).toBeGreaterThan(SAMPLES * 0.95);
      expect(impossible / taken).toBeLessThan(0.01);
      // Enough of the program is seen that this says something.
      expect(counts.size).toBeGreaterThan(20);
      if (process.env.PERFSCOPE_REPORT)
        process.stderr.write(
          `${python.version}: ${((100 * impossible) / taken).toFixed(3)} % impossible, ` +
            `${((100 * target.runtime.stats.torn) / SAMPLES).toFixed(2)} % torn\n`,
        );
    } finally {
      await target.end();
    }
  });

  test(`CPython ${python.version}: no sample names a function that was unloaded before`, async () => {
    const target = await Target.start([python.path, join(TARGETS, 'churn.py')]);
    try {
      const seen = new Set<number>();
      let newest = 0;
      const state = target.runtime.threads(target.tids()).get(target.pid) ?? 0;
      for (let i = 0; i < 10 * SAMPLES && seen.size < 200; i++) {
        const stack = target.runtime.walk(state, target.pid);
        if (stack < 0 || target.runtime.torn) continue;
        for (const { name, file } of target.stacks.places(stack)) {
          const number = Number(
            /^(?:work|inner)_(\d+)$/.exec(name)?.[1] ?? /^part_(\d+)/.exec(file)?.[1] ?? 0,
          );
          if (number === 0) continue;
          expect(file).toBe(`part_${number}.py`);
          // Numbers only grow while it runs: an older one would be a name kept from before.
          expect(number).toBeGreaterThanOrEqual(newest);
          newest = number;
          seen.add(number);
        }
      }
      expect(seen.size).toBe(200);
    } finally {
      await target.end();
    }
  });
}
