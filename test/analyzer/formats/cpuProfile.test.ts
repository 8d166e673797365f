import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GIL_WAIT, RUNNING, WAITING } from '../../../analyzer/model/index.ts';
import { imported, importedOrRefused, weightsByName } from '../../harness/foreign.ts';
import { temporaryFolder } from '../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const node = (
  id: number,
  functionName: string,
  line: number,
  children: number[] = [],
  more: object = {},
) => ({
  id,
  callFrame: {
    functionName,
    scriptId: '1',
    url: line < 0 ? '' : 'file:///srv/my%20app.js',
    lineNumber: line,
    columnNumber: 1,
  },
  hitCount: 0,
  children,
  ...more,
});
const profile = {
  nodes: [
    node(1, '(root)', -1, [2, 4, 5]),
    node(2, 'main', 9, [3]),
    node(3, '', 19, [], {
      positionTicks: [
        { line: 21, ticks: 1 },
        { line: 22, ticks: 2 },
      ],
    }),
    node(4, '(idle)', -1),
    node(5, '(garbage collector)', -1),
  ],
  startTime: 1000,
  endTime: 8000,
  samples: [2, 3, 3, 4, 3, 5],
  timeDeltas: [500, 1000, 1000, 1000, 2000, 500],
};

test('a sample counts until the next one, the last until the end', async () => {
  const recording = await imported(profile);
  expect(weightsByName(recording, 'wall')).toEqual({
    main: { self: 0.001, total: 0.0035 },
    '(anonymous)': { self: 0.0025, total: 0.0025 },
    '[garbage collector]': { self: 0.001, total: 0.001 },
  });
  const { tables, meta } = recording;
  expect([meta.mode, meta.clock.end, tables.lanes.start[0], tables.lanes.end[0]]).toEqual([
    'wall',
    7e6,
    500_000,
    7e6,
  ]);
});

test('lines are those that V8 counted, paths are paths, and only idleness is a wait', async () => {
  const { tables } = await imported(profile);
  const lines = [...tables.samples.stack].map((stack) =>
    stack < 0 ? null : tables.frames.line[tables.stacks.frame[stack] as number],
  );
  expect(lines).toEqual([0, 21, 22, null, 22, 0]);
  expect(tables.strings.value).toContain('/srv/my app.js');
  expect([...tables.samples.state]).toEqual([RUNNING, RUNNING, RUNNING, WAITING, RUNNING, RUNNING]);
  expect(tables.samples.state).not.toContain(GIL_WAIT);
});

test('what node --cpu-prof writes adds up to its hit counts and to its length', async () => {
  const program = join(folder.path, 'spin.cjs');
  writeFileSync(
    program,
    'function spin(n) { let s = 0; for (let i = 0; i < n; i++) s += Math.sqrt(i); return s; }\nfunction twice() { return spin(2e7) + spin(2e7); }\ntwice();',
  );
  const args = ['--cpu-prof', '--cpu-prof-dir', folder.path, '--cpu-prof-name', 'spin.cpuprofile', program];
  expect(spawnSync(process.execPath, args).status).toBe(0);
  const text = readFileSync(join(folder.path, 'spin.cpuprofile'), 'utf8');
  const written = JSON.parse(text) as {
    nodes: { hitCount: number; callFrame: { functionName: string } }[];
    samples: number[];
    timeDeltas: number[];
    startTime: number;
    endTime: number;
  };
  const recording = await imported(text);
  const hits = (name: string) =>
    written.nodes
      .filter((each) => each.callFrame.functionName === name)
      .reduce((sum, each) => sum + each.hitCount, 0);
  const samples = weightsByName(recording, 'samples');
  expect(hits('spin')).toBeGreaterThan(3);
  expect(samples.spin?.self).toBe(hits('spin'));
  expect(samples.twice?.total).toBeGreaterThanOrEqual(hits('spin'));
  expect(recording.meta.collectors[0]?.samples).toBe(written.samples.length);
  expect(recording.meta.clock.end / 1e3).toBeCloseTo(written.endTime - written.startTime, 3);
  const wall = Object.values(weightsByName(recording, 'wall')).reduce((sum, { self }) => sum + self, 0);
  // All of it but what came before the first sample, the root's own time, and idleness.
  expect(wall).toBeLessThanOrEqual((written.endTime - written.startTime) / 1e6 + 1e-9);
  expect(wall).toBeGreaterThan(
    0.8 * ((written.endTime - written.startTime - (written.timeDeltas[0] ?? 0)) / 1e6),
  );
});

test('parents in a circle, and children of several, end somewhere', async () => {
  const circle = {
    ...profile,
    nodes: [node(1, 'a', 1, [2]), node(2, 'b', 2, [1]), node(3, 'c', 3, [1])],
    samples: [1, 2, 3, 9],
  };
  const { meta, tables } = await imported(circle);
  expect(meta.collectors[0]?.status).toBe('partial');
  expect(tables.stacks.length).toBeLessThan(10);
});

test('a chain of a hundred thousand calls is cut, and it is said', async () => {
  const nodes = Array.from({ length: 100_000 }, (_, i) => node(i + 1, `f${i}`, i, i < 99_999 ? [i + 2] : []));
  const { meta, tables } = await imported({ ...profile, nodes, samples: [100_000], timeDeltas: [1] });
  expect(tables.stacks.length).toBeLessThanOrEqual(2000);
  expect(meta.collectors[0]?.warnings.join(' ')).toMatch(/deeper/);
});

test('whatever a profile says, there is a recording or a sentence', async () => {
  const odd = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constant(null),
    fc.constantFrom(1, 2, 3, 1e300, -5),
  );
  const anyNode = fc.record({
    id: fc.oneof(fc.integer({ min: 1, max: 6 }), odd),
    callFrame: fc.oneof(fc.record({ functionName: odd, url: odd, lineNumber: odd }), odd),
    children: fc.oneof(fc.array(fc.oneof(fc.integer({ min: 1, max: 6 }), odd), { maxLength: 3 }), odd),
    parent: odd,
    positionTicks: fc.oneof(fc.array(fc.record({ line: odd, ticks: odd }), { maxLength: 2 }), odd),
  });
  const any = fc.record({
    nodes: fc.array(anyNode, { maxLength: 8 }),
    startTime: odd,
    endTime: odd,
    samples: fc.array(fc.oneof(fc.integer({ min: 1, max: 6 }), odd), { maxLength: 12 }),
    timeDeltas: fc.array(fc.oneof(fc.nat(1000), odd), { maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(any, async (value) => {
      await importedOrRefused(JSON.stringify(value));
    }),
    { numRuns: 400 },
  );
});
