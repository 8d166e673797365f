import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Region, regionsOf } from '../../../analyzer/analysis/regions.ts';
import { anyTask, type PoolSpec, type TaskSpec } from '../../harness/pools.ts';
import { META, recordingOf } from '../../harness/recordings.ts';

const MS = 1e6;

/** `count` tasks of `name`, one after the other from `start` to `end` (milliseconds), submitted all at once. */
function burst(name: string, start: number, end: number, count: number, more: TaskSpec = {}): TaskSpec[] {
  const each = (end - start) / count;
  return Array.from({ length: count }, (_, i) => ({
    function: name,
    from: 0,
    lane: 1,
    submit: start * MS,
    dequeue: (start + i * each) * MS,
    start: (start + i * each) * MS,
    end: (start + (i + 1) * each) * MS,
    returned: (start + (i + 1) * each) * MS,
    ...more,
  }));
}

const tablesOf = (tasks: readonly TaskSpec[], pools: readonly PoolSpec[] = [{}, {}]) =>
  recordingOf([{}, {}, {}], [], {}, { pools, tasks }).tables;
const regionsOfTasks = (tasks: readonly TaskSpec[], pools?: readonly PoolSpec[]) =>
  regionsOf(tablesOf(tasks, pools));
/** `title start-end` in milliseconds, with the phase. */
const told = (regions: readonly Region[]) =>
  regions.map(({ title, phase, start, end }) => {
    const at = (time: number) => Math.round((time - META.clock.start) / MS);
    return `${title} ${at(start)}-${at(end)}${phase ? ` ${phase}` : ''}`;
  });

test('a map is one parallel region, and what its caller did around it is serial', () => {
  const regions = regionsOfTasks(burst('solve', 100, 600, 10));
  expect(told(regions)).toEqual(['before solve 0-100', 'solve 100-600', 'after solve 600-1000']);
  expect(regions[1]).toEqual({
    kind: 'parallel',
    phase: null,
    title: 'solve',
    pool: 0,
    from: 0,
    start: META.clock.start + 100 * MS,
    end: META.clock.start + 600 * MS,
    tasks: 10,
  });
  expect(regions[0]).toMatchObject({ kind: 'serial', pool: -1, from: 0, tasks: 0 });
});

test('a run without tasks has no regions', () => {
  expect(regionsOfTasks([])).toEqual([]);
  expect(regionsOf(recordingOf([], [], {}, { pools: [{}], tasks: [{}] }).tables)).toEqual([]);
});

test('each map of one function is a region; a loop that waits for each short task is one', () => {
  const maps = [...burst('step', 100, 200, 4), ...burst('step', 300, 400, 4)];
  expect(told(regionsOfTasks(maps))).toEqual([
    'before step 0-100',
    'step 100-200',
    'between rounds of step 200-300',
    'step 300-400',
    'after step 400-1000',
  ]);
  const loop = Array.from({ length: 1000 }, (_, i) => burst('step', 0.1 + i * 0.9, 0.7 + i * 0.9, 1)).flat();
  const regions = regionsOfTasks(loop).filter((region) => region.kind === 'parallel');
  expect(regions).toHaveLength(1);
  expect(regions[0]?.tasks).toBe(1000);
});

test('two pools at work at once are two regions and leave no gap between them', () => {
  const both = [...burst('solve', 100, 500, 4), ...burst('load', 200, 700, 4, { pool: 1 })];
  expect(told(regionsOfTasks(both))).toEqual([
    'before solve 0-100',
    'solve 100-500',
    'load 200-700',
    'after load 700-1000',
  ]);
});

test('a task that was lost with its worker counts for as long as it was seen', () => {
  const tasks = [{ function: 'solve', from: 0, submit: 100 * MS, dequeue: 150 * MS }];
  expect(told(regionsOfTasks(tasks))[1]).toBe('solve 100-150');
});

test('rows that stand for many tasks count for all of them', () => {
  const regions = regionsOfTasks(burst('solve', 100, 600, 10, { weight: 50 }));
  expect(regions[1]?.tasks).toBe(500);
});

test('where nobody knows who submitted, there is nothing serial to tell', () => {
  expect(told(regionsOfTasks(burst('solve', 100, 600, 2, { from: -1 })))).toEqual(['solve 100-600']);
});

test('a task of an unknown function is named after its pool', () => {
  const { function: _, ...unknown } = burst('x', 100, 600, 1)[0] as TaskSpec;
  expect(told(regionsOfTasks([unknown]))[1]).toBe('tasks of multiprocessing.Pool 100-600');
});

describe('a MapReduce', () => {
  const map = burst('word_count', 100, 400, 8, { bytesOut: 1000, bytesBack: 5000 });
  const reduce = (bytesOut: number, more: TaskSpec = {}) =>
    burst('merge', 500, 800, 4, { bytesOut, bytesBack: 100, ...more });

  test('is a map, a shuffle and a reduce, told from what the tasks carried', () => {
    expect(told(regionsOfTasks([...map, ...reduce(8000)]))).toEqual([
      'before word_count 0-100',
      'word_count 100-400 map',
      'between word_count and merge 400-500 shuffle',
      'merge 500-800 reduce',
      'after merge 800-1000',
    ]);
  });

  test('may map in one pool and reduce in another, and may be repeated', () => {
    const rounds = [0, 450].flatMap((at) => [
      ...burst('f', at + 10, at + 100, 4, { bytesBack: 500 }),
      ...burst('g', at + 150, at + 200, 2, { bytesOut: 900, bytesBack: 900, pool: 1 }),
    ]);
    const phases = regionsOfTasks(rounds).map((region) => region.phase);
    expect(phases).toEqual([null, 'map', 'shuffle', 'reduce', null, 'map', 'shuffle', 'reduce', null]);
  });

  const phasesOf = (tasks: readonly TaskSpec[], pools?: readonly PoolSpec[]) =>
    regionsOfTasks(tasks, pools).filter((region) => region.phase !== null);

  test('needs data that goes on: other arguments, or results that say only that it went well, are none', () => {
    expect(phasesOf([...map, ...reduce(900)])).toEqual([]);
    expect(phasesOf([...map, ...reduce(200_000)])).toEqual([]);
    const done = burst('save', 100, 400, 8, { bytesBack: 25 });
    expect(phasesOf([...done, ...reduce(50)])).toEqual([]);
    const sampled = burst('save', 100, 400, 8, { bytesBack: 25, weight: 4 });
    expect(phasesOf([...sampled, ...reduce(200)])).toEqual([]);
    const unknown = burst('word_count', 100, 400, 8, { bytesBack: -1 });
    expect(phasesOf([...unknown, ...reduce(-1)])).toEqual([]);
  });

  test('needs a map of several tasks, another function, and the same caller', () => {
    expect(phasesOf([...burst('f', 100, 400, 1, { bytesBack: 5000 }), ...reduce(1000)])).toEqual([]);
    expect(phasesOf([...map, ...burst('word_count', 500, 800, 4, { bytesOut: 8000 })])).toEqual([]);
    expect(phasesOf([...map, ...reduce(8000, { from: 2 })])).toEqual([]);
  });

  test('may lose most of its volume on the way, because equal keys fall together', () => {
    expect(phasesOf([...map, ...reduce(1300)]).map((region) => region.phase)).toEqual([
      'map',
      'shuffle',
      'reduce',
    ]);
  });

  test('ends with its reduce, whatever that hands on', () => {
    const big = burst('merge', 500, 600, 4, { bytesOut: 8000, bytesBack: 5000 });
    const next = burst('store', 700, 900, 4, { bytesOut: 5000 });
    expect(phasesOf([...map, ...big, ...next]).map((region) => region.title)).toEqual([
      'word_count',
      'between word_count and merge',
      'merge',
    ]);
  });

  test('is not told where something else was under way beside its map or its reduce', () => {
    const besideMap = burst('load', 200, 450, 2, { pool: 1 });
    const besideReduce = burst('load', 600, 900, 2, { pool: 1 });
    expect(phasesOf([...map, ...besideMap, ...reduce(8000)])).toEqual([]);
    expect(phasesOf([...map, ...besideReduce, ...reduce(8000)])).toEqual([]);
  });

  test('that streams its results has no shuffle', () => {
    const early = burst('merge', 390, 800, 4, { bytesOut: 8000 });
    expect(phasesOf([...map, ...early])).toEqual([]);
  });

  test('of threads is told from the time that the caller took in between, because nothing is pickled', () => {
    const tasks = [...burst('f', 100, 400, 8), ...burst('g', 500, 800, 4)];
    const threads = { kind: 'ThreadPoolExecutor', startMethod: 'thread' };
    expect(phasesOf(tasks, [threads]).map((region) => region.phase)).toEqual(['map', 'shuffle', 'reduce']);
    expect(phasesOf(tasks)).toEqual([]);
    const pipeline = [...burst('f', 100, 400, 8), ...burst('g', 400.5, 800, 8)];
    expect(phasesOf(pipeline, [threads])).toEqual([]);
  });
});

test('of any tasks, regions hold every task once, and the serial ones of a lane overlap nothing of its own', () => {
  fc.assert(
    fc.property(fc.array(anyTask, { maxLength: 40 }), (tasks) => {
      const regions = regionsOfTasks(tasks);
      const held = regions.reduce((sum, region) => sum + region.tasks, 0);
      const seen = tasks.filter((task) =>
        [task.submit, task.dequeue, task.start, task.end, task.returned].some((time) => time !== undefined),
      );
      expect(held).toBe(seen.reduce((sum, task) => sum + (task.weight ?? 1), 0));
      for (const lane of [0, 1]) {
        const own = regions.filter((region) => region.from === lane);
        for (const serial of own.filter((region) => region.kind === 'serial')) {
          const beside = own.filter((other) => other.start < serial.end && other.end > serial.start);
          expect(beside).toEqual([serial]);
        }
        const covered = own.reduce<number>((end, region) => {
          expect(region.start).toBeLessThanOrEqual(end);
          return Math.max(end, region.end);
        }, META.clock.start);
        if (own.length > 0) expect(covered).toBe(META.clock.end);
      }
    }),
  );
});
