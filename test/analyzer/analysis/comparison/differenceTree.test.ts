import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { functionTotals } from '../../../../analyzer/analysis/callTree.ts';
import {
  type DifferenceTree,
  differenceTree,
  largerTimes,
  type NodeTimes,
  placedTimes,
} from '../../../../analyzer/analysis/comparison/differenceTree.ts';
import { matchedFunctions } from '../../../../analyzer/analysis/comparison/matchedFunctions.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { selfWeights } from '../../../../analyzer/analysis/weights.ts';
import type { Recording } from '../../../../analyzer/model/index.ts';
import { anyRecording, recordingOf } from '../../../harness/recordings.ts';

function compared(before: Recording, after: Recording) {
  const [then, now] = [new Trace(before), new Trace(after)];
  const weigh = ({ tables, starts, tree }: Trace) => selfWeights(tables, starts, tree, 'wall');
  const [own, its] = [weigh(then), weigh(now)];
  const tree = differenceTree(then, now);
  const times = {
    before: placedTimes(tree, tree.ofBefore, own),
    after: placedTimes(tree, tree.ofAfter, its),
  };
  return { then, now, own, its, tree, ...times };
}

/** Names from the root down to each node, which two trees can be compared by. */
function paths({ count, parent, function: called, functions }: DifferenceTree): string[] {
  const known = [''];
  for (let node = 1; node < count; node++)
    known.push(`${known[parent[node] as number]};${functions.name[called[node] as number]}`);
  return known;
}

const sum = (values: Float64Array): number => values.reduce((whole, value) => whole + value, 0);
const deltas = ({ before, after }: { before: NodeTimes; after: NodeTimes }): Float64Array =>
  after.total.map((value, node) => value - (before.total[node] as number));

/** A run in which `stacks` run for a second each. */
const runOf = (...stacks: readonly (readonly string[])[]): Recording =>
  recordingOf(
    [{}],
    stacks.map((stack, i) => ({ lane: 0, time: (i + 1) * 1e9, cpu: 1e9, stack })),
  );

test('what each run spent is all there, on every path and of every function', () => {
  fc.assert(
    fc.property(anyRecording, anyRecording, (before, after) => {
      const { then, now, own, its, tree, ...times } = compared(before, after);
      expect(sum(times.before.self)).toBeCloseTo(sum(own), 3);
      expect(sum(times.after.self)).toBeCloseTo(sum(its), 3);
      for (const [trace, self, placed, numbers] of [
        [then, own, times.before, tree.functions.ofBefore],
        [now, its, times.after, tree.functions.ofAfter],
      ] as const) {
        const alone = functionTotals(trace.tree, trace.functions, self);
        const both = functionTotals(tree, tree.functions, placed.self);
        for (let id = 0; id < trace.functions.count; id++) {
          const at = numbers[id] as number;
          expect(both.self[at]).toBeCloseTo(alone.self[id] as number, 3);
          expect(both.total[at]).toBeCloseTo(alone.total[id] as number, 3);
        }
      }
    }),
  );
});

test('a run beside itself differs nowhere', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const { tree, then, ...times } = compared(recording, recording);
      expect(tree.count).toBe(then.tree.count);
      expect(deltas(times).every((delta) => delta === 0)).toBe(true);
      expect(largerTimes(tree, times.before, times.after)).toEqual(times.before);
    }),
  );
});

test('the two runs changed about change the sign of every difference', () => {
  fc.assert(
    fc.property(anyRecording, anyRecording, (before, after) => {
      const one = compared(before, after);
      const other = compared(after, before);
      // Functions of one name may stand at several places: their differences are summed by name.
      const byPath = (of: typeof one): Map<string, number> => {
        const names = paths(of.tree);
        const summed = new Map<string, number>();
        for (const [node, delta] of deltas(of).entries())
          summed.set(names[node] as string, (summed.get(names[node] as string) ?? 0) + delta);
        return summed;
      };
      const [forth, back] = [byPath(one), byPath(other)];
      expect([...forth.keys()].sort()).toEqual([...back.keys()].sort());
      for (const [path, delta] of forth) expect(back.get(path)).toBeCloseTo(-delta, 3);
    }),
  );
});

test('a call is never wider than its caller, whichever run the picture is of', () => {
  fc.assert(
    fc.property(anyRecording, anyRecording, (before, after) => {
      const { tree, ...times } = compared(before, after);
      const larger = largerTimes(tree, times.before, times.after);
      for (const { total } of [times.before, times.after, larger]) {
        const below = new Float64Array(tree.count);
        for (let node = 1; node < tree.count; node++) {
          const above = tree.parent[node] as number;
          expect(above).toBeLessThan(node);
          below[above] = (below[above] as number) + (total[node] as number);
        }
        for (let node = 0; node < tree.count; node++)
          expect(below[node]).toBeLessThanOrEqual((total[node] as number) + 1e-3);
      }
      for (let node = 0; node < tree.count; node++)
        expect(larger.total[node]).toBeGreaterThanOrEqual(
          Math.max(times.before.total[node] as number, times.after.total[node] as number) - 1e-3,
        );
    }),
  );
});

test('a function whose lines have moved, and a program that lies elsewhere, are the same ones', () => {
  const functions = (...rows: readonly (readonly [name: string, file: string, line: number])[]) => ({
    count: rows.length,
    name: rows.map(([name]) => name),
    file: rows.map(([, file]) => file),
    line: Uint32Array.from(rows, ([, , line]) => line),
    language: new Uint8Array(rows.length),
  });
  const before = functions(
    ['solve', '/a/app.py', 10],
    ['<lambda>', '/a/app.py', 20],
    ['<lambda>', '/a/app.py', 5],
  );
  const after = functions(
    ['<lambda>', '/b/app.py', 7],
    ['<lambda>', '/b/app.py', 33],
    ['solve', '/b/app.py', 40],
  );
  const matched = matchedFunctions(before, after);
  expect(matched.count).toBe(3);
  const [solve, second, first] = matched.ofBefore;
  expect([...matched.ofAfter]).toEqual([first, second, solve]);
  // As the run after has them.
  expect(matched.line[solve as number]).toBe(40);
  expect(matched.file[solve as number]).toBe('/b/app.py');
});

test('what came and what went stand beside what stayed', () => {
  const { tree, ...times } = compared(
    runOf(['main', 'solve'], ['main', 'copy']),
    runOf(['main', 'solve'], ['main', 'solve', 'fast']),
  );
  const names = paths(tree);
  const moved = Object.fromEntries([...deltas(times)].map((delta, node) => [names[node], delta / 1e9]));
  expect(moved).toEqual({ '': 0, ';main': 0, ';main;solve': 1, ';main;copy': -1, ';main;solve;fast': 1 });
});

test('times may be compared as shares of their run', () => {
  const { tree, own } = compared(runOf(['main', 'a'], ['main', 'b']), runOf(['main', 'a']));
  const shares = placedTimes(tree, tree.ofBefore, own, 1 / sum(own));
  expect([...shares.total]).toEqual([1, 1, 0.5, 0.5]);
});
