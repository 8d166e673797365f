import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Rule } from '../../../../analyzer/advice/rule.ts';
import { loadImbalance } from '../../../../analyzer/advice/rules/loadImbalance.ts';
import { straggler } from '../../../../analyzer/advice/rules/straggler.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { nanos, processesSchema, TableBuilder } from '../../../../analyzer/model/index.ts';
import { pooled } from '../../../harness/pooled.ts';
import { anyTask, type PoolSpec, type TaskSpec } from '../../../harness/pools.ts';
import { META, recordingOf } from '../../../harness/recordings.ts';

const MS = 1e6;

function concluded(rule: Rule, tasks: readonly TaskSpec[], wall = 2500, pools: readonly PoolSpec[] = [{}]) {
  const clock = { ...META.clock, end: nanos(META.clock.start + wall * MS) };
  const trace = new Trace(recordingOf([{}, {}, {}], [], { clock }, { pools, tasks }));
  return rule.evaluate(trace);
}

/** Fires at the line that submitted, which the harness has at line 2 of the innermost function. */
const at = (conclusions: ReturnType<typeof concluded>) =>
  conclusions.map(({ site, subject }) => [subject, site.line]);

test('two large chunks of unlike length: smaller ones, by a number that is given', () => {
  const found = concluded(loadImbalance, pooled([[1600], [600]], { items: 60 }));
  expect(at(found)).toEqual([['pool 0', 2]]);
  expect(found[0]?.change).toMatch(/chunksize=\d+ instead of 60/);
  // 1100 ms of 1600 in a run of 2500: 1.25x.
  expect(found[0]?.gain?.lo).toBeLessThan(1.25);
  expect(found[0]?.gain?.hi).toBeGreaterThan(1.25);
  expect(concluded(straggler, pooled([[1600], [600]], { items: 60 }))).toEqual([]);
});

test('ever longer tasks, so that the last ones run alone: the order', () => {
  const tasks = pooled([
    [100, 500, 900],
    [100, 700],
  ]);
  const found = concluded(loadImbalance, tasks);
  expect(at(found)).toEqual([['pool 0', 2]]);
  expect(found[0]?.change).toMatch(/longest tasks of solve first/);
  expect(concluded(straggler, tasks)).toEqual([]);
});

test('one task longer than all others together: split it, and not the order', () => {
  const tasks = pooled([
    [200, 200, 1900],
    [200, 200],
  ]);
  const found = concluded(straggler, tasks);
  expect(at(found)).toEqual([['pool 0', 2]]);
  expect(found[0]?.title).toMatch(/solve takes 1\.9 s/);
  expect(found[0]?.change).toMatch(/Split the long task of solve/);
  expect(found[0]?.gain?.hi).toBeLessThan(2500 / (2500 - 2300 + 1350 * 0.9));
  expect(concluded(loadImbalance, tasks)).toEqual([]);
});

test('a long task last that others could fill the time of: split it, or begin with it', () => {
  const [found] = concluded(
    straggler,
    pooled([
      [200, 300, 900],
      [200, 400, 200],
    ]),
  );
  expect(found?.change).toMatch(/or submit it before the others/);
});

test('a share for each process, one of which takes longer: other shares', () => {
  const tasks = pooled([[1800], [900]]).map((task, job) => ({ ...task, job }));
  const [found] = concluded(loadImbalance, tasks, 2000, [{ kind: 'multiprocessing.Process' }]);
  expect(found?.change).toMatch(/more pieces than there are workers/);
  expect(found?.gain?.lo).toBeGreaterThan(1.1);
  // Processes of two functions have nothing to share.
  const mixed = tasks.map((task, job) => ({ ...task, function: job === 0 ? 'read' : 'draw' }));
  expect(concluded(loadImbalance, mixed, 2000, [{ kind: 'multiprocessing.Process' }])).toEqual([]);
});

/** Two processes of one parent that each compute for some ms in `share`, as samples see them. */
function shares(times: readonly number[], more: Parameters<typeof recordingOf>[0][number] = {}): Trace {
  const start = META.clock.start;
  const lanes = times.map((time) => ({ end: start + time * MS, ...more }));
  const samples = times.map((time, at) => ({
    lane: at + 1,
    time: time * MS,
    cpu: time * MS,
    stack: ['share', 'step'],
  }));
  const clock = { ...META.clock, end: nanos(start + 2000 * MS) };
  return new Trace(recordingOf([{}, ...lanes], samples, { clock }));
}

test('of four processes on two cores the two that end first leave their cores to the others', () => {
  const ends = [700, 900, 1060, 1100];
  const tasks = ends.map((end, job) => ({ ...(pooled([[end]])[0] as TaskSpec), lane: job + 1, job }));
  const samples = ends.map((end, at) => ({
    lane: at + 1,
    time: end * MS,
    cpu: 0.55 * end * MS,
    ready: 0.45 * end * MS,
    stack: ['solve'],
  }));
  const clock = { ...META.clock, end: nanos(META.clock.start + 1200 * MS) };
  const of = (cores: number) => {
    const meta = { clock, host: { ...META.host, cores } };
    const pools = [{ kind: 'multiprocessing.Process' }];
    return loadImbalance.evaluate(
      new Trace(recordingOf(new Array(5).fill({}), samples, meta, { pools, tasks })),
    );
  };
  expect(of(2)).toEqual([]);
  expect(of(4)).toHaveLength(1);
});

test('processes without a pool are judged by samples, at the function that all of them run', () => {
  const [found, ...more] = loadImbalance.evaluate(shares([1800, 800]));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(1);
  expect(found?.title).toMatch(/work of share is spread unevenly: its 2 workers/);
  // 1300 ms instead of 1800 in a run of 2000.
  expect(found?.gain?.hi).toBeCloseTo(2000 / 1500, 2);
  expect(loadImbalance.evaluate(shares([1800, 1500]))).toEqual([]);
  expect(loadImbalance.evaluate(shares([1800]))).toEqual([]);
});

test('a script that starts itself anew is blamed where its children do something else than it does', () => {
  const start = META.clock.start;
  const lane = (process: number, time: number) => ({ process, thread: process, end: start + time * MS });
  const samples = [
    { lane: 0, time: 1900 * MS, cpu: 10 * MS, stack: ['<module>', 'main', 'wait'] },
    { lane: 1, time: 1800 * MS, cpu: 1800 * MS, stack: ['<module>', 'main', 'share', 'step'] },
    { lane: 2, time: 800 * MS, cpu: 800 * MS, stack: ['<module>', 'main', 'share', 'step'] },
  ];
  const clock = { ...META.clock, end: nanos(start + 2000 * MS) };
  const recording = recordingOf([{ process: 1, thread: 1 }, lane(2, 1800), lane(3, 800)], samples, { clock });
  const processes = new TableBuilder(processesSchema);
  for (const process of [1, 2, 3])
    processes.push({
      process,
      parent: process > 1 ? 1 : 0,
      start,
      end: -1,
      name: '',
      command: '',
      runtime: '',
    });
  const tables = { ...recording.tables, processes: processes.finish() };
  const found = loadImbalance.evaluate(new Trace({ ...recording, tables }));
  expect(found.map(({ title }) => title)).toEqual([expect.stringMatching(/^The work of share is/)]);
});

test('silent where workers end within a few percent, where tasks come one at a time, and where the pool is a small part', () => {
  for (const rule of [loadImbalance, straggler]) {
    expect(
      concluded(
        rule,
        pooled([
          [1000, 600],
          [900, 600],
        ]),
      ),
    ).toEqual([]);
    const oneByOne = [0, 1, 2].flatMap((job) => pooled([[500]], { job }, 600 * job));
    expect(concluded(rule, oneByOne)).toEqual([]);
    expect(concluded(rule, pooled([[160], [60]], { items: 60 }), 10_000)).toEqual([]);
  }
});

test('a worker that another process kept from its core has no more to do than the others', () => {
  const tasks = pooled([[1600], [1000]], { items: 60 });
  const samples = [
    { lane: 1, time: 1600 * MS, cpu: 1000 * MS, ready: 600 * MS, stack: ['solve'] },
    { lane: 2, time: 1000 * MS, cpu: 1000 * MS, stack: ['solve'] },
  ];
  const clock = { ...META.clock, end: nanos(META.clock.start + 2000 * MS) };
  const trace = new Trace(recordingOf([{}, {}, {}], samples, { clock }, { pools: [{}], tasks }));
  expect(loadImbalance.evaluate(trace)).toEqual([]);
});

test('tables without rows, and tasks of which anything may be missing, are no error', () => {
  for (const rule of [loadImbalance, straggler]) {
    expect(concluded(rule, [], 1000, [])).toEqual([]);
    expect(
      concluded(
        rule,
        pooled([[Number.NaN, 5], [-3]]).map((task) => ({ ...task, stack: [] })),
      ),
    ).toEqual([]);
    fc.assert(
      fc.property(fc.array(anyTask, { maxLength: 20 }), (tasks) => {
        for (const { gain } of concluded(rule, tasks, 1000, [{}, {}]))
          expect(gain?.hi).toBeGreaterThanOrEqual(gain?.lo ?? 0);
      }),
      { numRuns: 40 },
    );
  }
});
