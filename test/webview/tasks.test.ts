import { expect, test } from '@jest/globals';
import { type TaskLanes, taskLanesOf } from '../../analyzer/analysis/taskLanes.ts';
import { taskTotals } from '../../analyzer/analysis/tasks.ts';
import { emptyTables, SCHEMAS, TableBuilder } from '../../analyzer/model/index.ts';
import { headerStats } from '../../webview/header/stats.ts';
import { tabsOf } from '../../webview/panels.ts';
import { profileOf } from '../../webview/profile.ts';
import { sortedTotals, type TaskColumn, writeFigure } from '../../webview/tasks/columns.ts';
import { poolName } from '../../webview/tasks/names.ts';
import { selectingTask, showing } from '../../webview/tasks/selection.ts';
import { tipAt } from '../../webview/timeline/describe.ts';
import { DrawList } from '../../webview/timeline/drawList.ts';
import { layoutLane } from '../../webview/timeline/layout.ts';
import { heightOf, linksOf } from '../../webview/timeline/links.ts';
import { targetAt } from '../../webview/timeline/pointed.ts';
import { regionsInWords } from '../../webview/timeline/regions.ts';
import { REGION_HEIGHT, timelineRows } from '../../webview/timeline/rows.ts';
import { failuresInSight, layoutTasks, MIXED, PICKLING, taskAt } from '../../webview/timeline/taskLayout.ts';
import { sayTask, tasksInWords, taskTip } from '../../webview/timeline/taskWords.ts';
import { exactRecording, syntheticRecording } from './syntheticRecording.ts';
import { MS, NO_TASK, START, taskRecording } from './syntheticTasks.ts';

const recording = taskRecording();
const profile = profileOf(recording);
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

/** Tasks on one lane: `[dequeue, start, end, packBack, function]`, Nanos from the start. */
function lanesOf(rows: readonly (readonly [number, number, number, number, number])[]): TaskLanes {
  const tasks = new TableBuilder(SCHEMAS.tasks, rows.length);
  for (const [dequeue, start, end, packBack, frame] of rows)
    tasks.push({ ...NO_TASK, lane: 0, dequeue, start, end, packBack, function: frame });
  const { lanes } = exactRecording().tables;
  const ofFrame = Uint32Array.from({ length: 10 }, (_, i) => i);
  return taskLanesOf({ lanes, tasks: tasks.finish() }, { ofFrame }, 1e9);
}

const boxes = (list: DrawList): number[][] =>
  Array.from({ length: list.length }, (_, i) =>
    [list.x[i], list.y[i], list.width[i], list.height[i], list.kind[i]].map(Number),
  );

function laidOut(tasks: TaskLanes, to: number, width: number): DrawList {
  const list = new DrawList();
  layoutTasks(list, tasks, 0, { view: { from: 0, to }, width, y: 10, height: 10 });
  return list;
}

test('a task is its run over the whole height, with lower pickling before and after it', () => {
  const list = laidOut(lanesOf([[100, 120, 200, 30, 4]]), 1000, 100);
  expect(boxes(list)).toEqual([
    [10, 14, 2, 6, PICKLING],
    [12, 10, 8, 10, 4],
    [20, 14, 3, 6, PICKLING],
  ]);
});

test('tasks narrower than a pixel share it: the height is their share of its time', () => {
  const tasks = lanesOf([0, 1, 2, 3].map((i) => [i * 25, i * 25, i * 25 + 15, 5, 2] as const));
  expect(boxes(laidOut(tasks, 1000, 10))).toEqual([
    [0, 14, 1, 6, 2],
    [0, 12, 1, 2, PICKLING],
  ]);
});

test('pixels that look the same are one box, and several functions in one pixel are told as several', () => {
  const many = (of: (i: number) => number): TaskLanes =>
    lanesOf(Array.from({ length: 100 }, (_, i) => [i * 10, i * 10, i * 10 + 10, 0, of(i)] as const));
  expect(
    boxes(
      laidOut(
        many(() => 3),
        1000,
        10,
      ),
    ),
  ).toEqual([[0, 10, 10, 10, 3]]);
  expect(
    boxes(
      laidOut(
        many((i) => i % 2),
        1000,
        10,
      ),
    ),
  ).toEqual([[0, 10, 10, 10, MIXED]]);
});

test('a task of a nanosecond in a long run can be seen', () => {
  expect(boxes(laidOut(lanesOf([[500, 500, 501, 0, 1]]), 1e9, 100))).toEqual([[0, 18, 1, 2, 1]]);
});

test('no box leaves the picture, at any zoom', () => {
  for (const lane of profile.lanes)
    for (let zoom = 1; zoom < 4000; zoom *= 3) {
      const length = (profile.bounds.to - profile.bounds.from) / zoom;
      const from = profile.bounds.from + length / 3;
      const list = new DrawList();
      layoutTasks(list, profile.tasks, lane, {
        view: { from, to: from + length },
        width: 300,
        y: 0,
        height: 14,
      });
      for (const [x, y, width, height] of boxes(list) as [number, number, number, number, number][]) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(300.001);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y + height).toBeLessThanOrEqual(14);
      }
    }
});

test('failures are marked as many as can be told apart, each at the end of its task', () => {
  const tasks = new TableBuilder(SCHEMAS.tasks);
  for (let i = 0; i < 1000; i++)
    tasks.push({ ...NO_TASK, lane: 0, start: i * 10, end: i * 10 + 10, exception: i % 2 ? 0 : -1 });
  const { lanes } = exactRecording().tables;
  const index = taskLanesOf({ lanes, tasks: tasks.finish() }, { ofFrame: new Uint32Array(0) }, 1e9);
  const marks: number[] = [];
  const view = { from: 0, to: 10_000 };
  failuresInSight(index, 0, { view, width: 100 }, (x) => marks.push(x));
  expect(marks.length).toBeGreaterThan(8);
  for (let i = 1; i < marks.length; i++)
    expect((marks[i] as number) - (marks[i - 1] as number)).toBeGreaterThanOrEqual(9);
});

test('the pointer finds the task that it is on, and one that begins in its pixel', () => {
  const tasks = lanesOf([[100, 120, 200, 30, 4]]);
  expect([50, 95, 100, 229, 230].map((time) => taskAt(tasks, 0, time, 10))).toEqual([-1, 0, 0, 0, -1]);
});

test('pools stand above the processes, lanes that ran tasks have a strip, and a run without pools has neither', () => {
  const { rows } = timelineRows(profile, new Set());
  expect(rows.slice(0, 3).map(({ kind, title }) => [kind, title])).toEqual([
    ['group', 'Pools'],
    ['pool', 'multiprocessing.Pool'],
    ['pool', 'ThreadPoolExecutor'],
  ]);
  const strips = rows.filter((row) => row.kind === 'lane' && row.hasStrip);
  expect(strips).toHaveLength(6);
  const without = timelineRows(profileOf(syntheticRecording({ rows: 20 })), new Set()).rows;
  expect(without.some((row) => row.kind === 'pool' || (row.kind === 'lane' && row.hasStrip))).toBe(false);
  expect(tabsOf(syntheticRecording({ rows: 20 }))).toEqual([
    'flame',
    'functions',
    'calls',
    'efficiency',
    'source',
  ]);
  expect(tabsOf(recording)).toEqual([
    'flame',
    'functions',
    'calls',
    'tasks',
    'locks',
    'efficiency',
    'source',
  ]);
});

test('pools of one kind are told apart by their numbers', () => {
  const pools = new TableBuilder(SCHEMAS.pools);
  pools.append(recording.tables.pools);
  pools.append(recording.tables.pools);
  const twice = { ...recording, tables: { ...recording.tables, pools: pools.finish() } };
  expect([0, 2].map((pool) => poolName({ recording: twice }, pool))).toEqual([
    'multiprocessing.Pool #1',
    'multiprocessing.Pool #3',
  ]);
});

test('a tooltip tells a task with all that is known of it, and leaves out what is not', () => {
  const tip = taskTip(profile, 5, 3);
  expect([tip.title, tip.place]).toEqual(['solve_tile', 'tiles.py:10']);
  expect(tip.figures?.map(([name, value]) => `${name}: ${plain(value)}`)).toEqual([
    'pool: multiprocessing.Pool',
    'submitted by: run_all (tiles.py:42)',
    'submitted at: 100 ms',
    'serialising arguments: 1.00 ms',
    'queue wait: 91.8 ms',
    'deserialising: 2.00 ms',
    'run: 50.0 ms',
    'serialising result: 4.00 ms',
    'way back: 2.00 ms',
    'deserialising result: 500 µs',
    'sent to worker: 250 kB',
    'sent back: 80 kB',
    'chunk size: 8 calls',
    'raised: ValueError',
  ]);
  expect(tip.lines?.map(plain)).toEqual([
    'A part of the payload was sent before, with earlier tasks: 10 %.',
    'One of 3 tasks in this pixel. Zoom in to see each.',
  ]);
  const lost = taskTip(profile, 59, 1);
  expect(lost.figures?.map(([name]) => name)).not.toContain('run');
  expect(lost.lines?.at(-1)).toBe('It was not seen to end: lost with its worker, or still running.');
  expect(plain(sayTask(profile, 70))).toContain(
    'Most of the payload was sent before, with earlier tasks: 92 %.',
  );
});

test('a lane says in words what its strip shows', () => {
  expect(plain(tasksInWords(profile, 2, profile.bounds))).toMatch(/^30 tasks for \d+ ms, 1 failed/);
  expect(tasksInWords(profile, 2, { from: START, to: START + MS })).toBe('no tasks');
});

test('a waiting thread names the lock, who holds it and where, and a line leads to the holder', () => {
  const waiter = recording.tables.lockWaits.lane[0] as number;
  const { rows } = timelineRows(profile, new Set());
  const row = rows.find((one) => one.kind === 'lane' && one.lane === waiter);
  if (!row) throw new Error('the waiting lane has a row');
  const pointed = { row, time: START + 215 * MS, pixel: MS, y: 10 };
  const target = targetAt(profile, pointed);
  expect(tipAt(profile, pointed, target)?.figures?.map(([name, value]) => `${name} ${plain(value)}`)).toEqual(
    expect.arrayContaining([
      'waits for lock #3',
      'held by tiles.py / fetcher_1 in update_cache (tiles.py:88)',
      'waits 20.0 ms',
    ]),
  );
  const [link] = linksOf(profile, target, pointed.time);
  expect(link).toMatchObject({ kind: 'lock', from: { lane: waiter }, to: { lane: waiter + 1 } });
});

test('a task is linked to the code that submitted it, a message to its receiver, and a closed group stands for its lanes', () => {
  const [queue, back] = linksOf(profile, { kind: 'task', row: 5, position: 0 }, 0);
  expect(queue).toMatchObject({ kind: 'queue', from: { lane: 0 }, to: { lane: 2, onStrip: true } });
  expect((queue?.to.time ?? 0) - (queue?.from.time ?? 0)).toBeCloseTo(91.75 * MS, -1);
  expect(back).toMatchObject({ kind: 'return', from: { lane: 2 }, to: { lane: 0 } });
  const lane = timelineRows(profile, new Set()).rows.find((row) => row.kind === 'lane' && row.lane === 1);
  if (!lane) throw new Error('the sending lane has a row');
  const pointed = { row: lane, time: START + 160 * MS, pixel: MS, y: 10 };
  const target = targetAt(profile, pointed);
  expect(target).toEqual({ kind: 'message', row: 0 });
  expect(linksOf(profile, target, pointed.time)[0]).toMatchObject({ kind: 'message', to: { lane: 0 } });
  const closed = timelineRows(profile, new Set(['p800'])).rows;
  const group = closed.find((row) => row.kind === 'group' && row.id === 'p800');
  if (!queue || !group) throw new Error('the task has a link and its process a group');
  expect(heightOf({ rows: { rows: closed }, scrollTop: 0, stuck: 0 }, queue.from)).toBe(
    group.y + group.height / 2,
  );
});

test('selecting a task selects its time and its lane, and the view moves only to where it can be seen', () => {
  const { tasks } = recording.tables;
  const selecting = selectingTask(profile, 5);
  expect(selecting).toMatchObject({ lanes: [2], range: { from: tasks.start[5], to: tasks.end[5] } });
  const range = selecting?.range;
  if (!range) throw new Error('the task has a time');
  expect(showing(profile.bounds, range, profile.bounds)).toBe(profile.bounds);
  const elsewhere = { from: START + 600 * MS, to: START + 900 * MS };
  const moved = showing(elsewhere, range, profile.bounds);
  expect(moved.from).toBeLessThanOrEqual(range.from);
  expect(moved.to - moved.from).toBe(300 * MS);
  const lost = selectingTask(profile, 59);
  expect(lost?.range?.to).toBe(recording.tables.lanes.end[4]);
});

test('rows of tasks sort by any figure, what is not known comes last, and a lower bound says so', () => {
  const all = taskTotals(recording.tables, profile.functions, undefined, profile.groups);
  const sorted = (by: TaskColumn, descending: boolean, finds: ((text: string) => boolean) | null = null) =>
    sortedTotals(profile, all, finds, { by, descending }).map(({ group }) => group);
  expect(sorted('wait', true)).toEqual([1, 0, 2]);
  expect(sorted('repeated', false)).toEqual([0, 1, 2]);
  expect(sorted('name', false)).toEqual([2, 1, 0]);
  expect(sorted('name', false, (text) => text.includes('mesh'))).toEqual([1]);
  const of = (group: number) => all.find((totals) => totals.group === group) as (typeof all)[number];
  expect(plain(writeFigure(of(0), 'back'))).toBe('≥ 4.72 MB');
  expect(writeFigure(of(2), 'repeated')).toBe('–');
});

test('the header counts the bytes of tasks by direction', () => {
  const stats = headerStats(recording, 1).map(({ name, value }) => `${name} ${plain(value)}`);
  expect(stats.filter((stat) => stat.includes('workers'))).toEqual([
    'to workers 255 MB',
    'back from workers 9.52 MB',
  ]);
  // In the same order when more came back than was sent.
  const { tasks } = recording.tables;
  const swapped = { ...tasks, bytesOut: tasks.bytesBack, bytesBack: tasks.bytesOut };
  const others = headerStats({ ...recording, tables: { ...recording.tables, tasks: swapped } }, 1);
  expect(others.map(({ name }) => name).filter((name) => name.includes('workers'))).toEqual([
    'to workers',
    'back from workers',
  ]);
});

test('a lane that submits has its regions, which tell themselves and can be read out', () => {
  const { rows } = timelineRows(profile, new Set());
  const row = rows.find((one) => one.kind === 'lane' && one.lane === 0);
  if (row?.kind !== 'lane') throw new Error('the first lane has a row');
  // Three at once, each on a level of its own.
  expect(row.regionsHeight).toBe(3 * REGION_HEIGHT + 2);
  expect(rows.some((one) => one.kind === 'lane' && one.lane !== 0 && one.regionsHeight > 0)).toBe(false);
  const at = { row, time: START + 30 * MS, pixel: MS, y: row.height - row.regionsHeight + 4 };
  const before = tipAt(profile, at, targetAt(profile, at));
  expect(before?.title).toBe('before solve_tile');
  expect(before?.figures?.map(([name, value]) => `${name}: ${plain(value)}`)).toEqual([
    'region: serial',
    'from: 0 s',
    'lasts: 100 ms',
  ]);
  const words = plain(regionsInWords(profile.regions.get(0)?.regions ?? [], profile.bounds));
  expect(words).toMatch(/^3 parallel regions: solve_tile /);
  expect(regionsInWords(profile.regions.get(0)?.regions ?? [], { from: START, to: START + MS })).toBe(
    'no parallel region',
  );
});

test('a recording without tasks has a profile all the same', () => {
  const empty = profileOf({ ...recording, tables: emptyTables() });
  expect([empty.groups.count, empty.tasks.row.length, empty.loads().pools.length]).toEqual([0, 0, 0]);
});

/** The fastest of several runs, in milliseconds: what the machine can do when nothing else takes its time. */
function fastest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 7; i++) {
    const began = performance.now();
    work();
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

test('a million tasks on 64 lanes are laid out at the cost of a million samples', () => {
  const lanes = 64;
  const each = 15_625;
  const samples = profileOf(
    syntheticRecording({ processes: lanes, threads: 1, rows: each, counters: false }),
  );
  const { from, to } = samples.bounds;
  const step = (to - from) / each;
  const tasks = new TableBuilder(SCHEMAS.tasks, lanes * each);
  tasks.reserve(lanes * each);
  const { columns } = tasks;
  for (let i = 0; i < lanes * each; i++) {
    const start = from + Math.floor(i / lanes) * step;
    columns.lane[i] = i % lanes;
    columns.dequeue[i] = start;
    columns.start[i] = start + step * 0.1;
    columns.end[i] = start + step * 0.8;
    columns.packBack[i] = step * 0.05;
    columns.function[i] = -1;
    columns.exception[i] = i % 1000 === 0 ? 0 : -1;
  }
  tasks.length = lanes * each;
  const tables = { lanes: samples.recording.tables.lanes, tasks: tasks.finish() };
  const index = taskLanesOf(tables, samples.functions, to);
  expect(index.row.length).toBe(1e6);
  const list = new DrawList();
  const frame = (lay: (lane: number, view: { from: number; to: number }) => void) => () => {
    for (const share of [1, 0.3, 0.01])
      for (let lane = 0; lane < lanes; lane++) {
        list.clear();
        lay(lane, { from, to: from + (to - from) * share });
      }
  };
  const box = { width: 1200, y: 0, height: 14 };
  const ofSamples = fastest(
    frame((lane, view) => layoutLane(list, samples.timeline, lane, { ...box, view })),
  );
  let most = 0;
  const ofTasks = fastest(
    frame((lane, view) => {
      layoutTasks(list, index, lane, { ...box, view });
      failuresInSight(index, lane, { ...box, view }, () => {});
      most = Math.max(most, list.length);
    }),
  );
  expect(ofTasks).toBeLessThan(2 * ofSamples);
  // Boxes are bounded by pixels: a run and its pickling in each.
  expect(most).toBeLessThanOrEqual(2 * box.width);
  expect(most).toBeGreaterThan(0);
});
