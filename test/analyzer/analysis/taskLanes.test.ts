import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ascending, laneOrder } from '../../../analyzer/analysis/ascending.ts';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import {
  lockStay,
  lockWaitAt,
  lockWaitsByLane,
  messagesByLane,
  nearestMoment,
} from '../../../analyzer/analysis/laneMoments.ts';
import { regionsByLane } from '../../../analyzer/analysis/laneRegions.ts';
import { lockTotals } from '../../../analyzer/analysis/locks.ts';
import { meanLevel, meanLevels, poolLoads } from '../../../analyzer/analysis/poolLoad.ts';
import { poolPlacesOf } from '../../../analyzer/analysis/poolPlaces.ts';
import type { Region } from '../../../analyzer/analysis/regions.ts';
import { sitesOfStacks } from '../../../analyzer/analysis/sites.ts';
import { isSelected, longestTasks, taskGroupsOf } from '../../../analyzer/analysis/taskGroups.ts';
import { pickledUntil, ranUntil, taskLanesOf, taskPositionAt } from '../../../analyzer/analysis/taskLanes.ts';
import { EVERYTHING } from '../../../analyzer/analysis/weights.ts';
import { SCHEMAS, TableBuilder } from '../../../analyzer/model/index.ts';
import { MS, START, taskRecording, withTasks } from '../../webview/syntheticTasks.ts';

const { tables, meta } = taskRecording();
const END = meta.clock.end as number;
const functions = functionsOf(tables);

test('keys are put in order, few and many, near and far', () => {
  const key = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.maxSafeInteger());
  fc.assert(
    fc.property(fc.array(key, { maxLength: 60 }), fc.boolean(), (few, far) => {
      // Enough of them that the radix sort takes over, in one span that it knows and in one that it does not.
      const many = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 4093);
      const keys = Float64Array.from([...many, ...few.map((value) => (far ? value : value % 1e12))]);
      const order = ascending(keys);
      const expected = Array.from(keys.keys()).sort(
        (a, b) => (keys[a] as number) - (keys[b] as number) || a - b,
      );
      expect(Array.from(order)).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

test('rows without a lane are left out of the order by lane', () => {
  const order = laneOrder([1, -1, 0, 1], Float64Array.from([5, 1, 9, 2]), 3);
  expect(Array.from(order.row)).toEqual([2, 3, 0]);
  expect(Array.from(order.offset)).toEqual([0, 1, 3, 3]);
});

test('tasks of a lane follow each other without overlapping, whatever was recorded', () => {
  const time = fc.integer({ min: -1, max: 300 });
  const row = fc.record({
    lane: fc.integer({ min: -1, max: 3 }),
    dequeue: time,
    start: time,
    end: time,
    packBack: fc.integer({ min: -1, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 0, max: 500 }), (rows, at) => {
      const lanes = taskLanesOf(withTasks(tables, rows), functions, START + 400);
      for (let lane = 0; lane < tables.lanes.length; lane++) {
        let ran = 0;
        let pickled = 0;
        let reached = Number.NEGATIVE_INFINITY;
        const until = START + at;
        for (let i = lanes.offset[lane] as number; i < (lanes.offset[lane + 1] as number); i++) {
          const [from, start, end, to] = [
            lanes.from[i],
            lanes.start[i],
            lanes.end[i],
            lanes.to[i],
          ] as number[];
          const times = [reached, from, start, end, to] as number[];
          expect([...times].sort((a, b) => a - b)).toEqual(times);
          reached = to as number;
          const part = (a = 0, b = 0): number => Math.max(0, Math.min(b, until) - a);
          ran += part(start, end);
          pickled += part(from, start) + part(end, to);
        }
        const position = taskPositionAt(lanes, lane, until);
        const first = lanes.offset[lane] as number;
        const zero = (sums: Float64Array): number => sums[first] as number;
        expect(ranUntil(lanes, lane, until, position) - zero(lanes.ran)).toBe(ran);
        expect(pickledUntil(lanes, lane, until, position) - zero(lanes.pickled)).toBe(pickled);
      }
    }),
  );
});

test('a task that was not seen to end lasts until the next one, or as long as its lane, and counts as failed', () => {
  const lanes = taskLanesOf(
    withTasks(tables, [{ start: 10 }, { start: 50, end: 70 }, { start: 90 }]),
    functions,
    END,
  );
  expect(Array.from(lanes.end)).toEqual([START + 50, START + 70, tables.lanes.end[1]]);
  expect(Array.from(lanes.failed)).toEqual([0, 2]);
});

test('equal functions in a row are known without looking at each', () => {
  const named = withTasks(
    tables,
    [0, 1, 2, 3].map((i) => ({ start: i * 10, end: i * 10 + 5, function: i < 3 ? 2 : 3 })),
  );
  expect(Array.from(taskLanesOf(named, functions, END).sameUntil)).toEqual([3, 3, 3, 4]);
});

test('tasks in the queue and tasks that run are counted over time, each with its weight', () => {
  const [load] = poolLoads(
    withTasks(tables, [
      { submit: 0, dequeue: 10, start: 20, end: 40 },
      { submit: 0, dequeue: 30, start: 30, end: 40, weight: 3 },
    ]),
    END,
  );
  if (!load) throw new Error('the recording has a pool');
  expect(load.waiting.most).toBe(4);
  expect(meanLevel(load.waiting, START, START + 10)).toBe(4);
  expect(meanLevel(load.waiting, START, START + 40)).toBe((10 + 3 * 30) / 40);
  expect(meanLevel(load.running, START, START + 20)).toBe(0);
  const bins = new Float64Array(4);
  meanLevels(load.running, START, START + 40, bins);
  expect(Array.from(bins)).toEqual([0, 0, 1, 4]);
});

test('a task that nobody took waits until its pool is gone, and one lost with its worker runs until then', () => {
  const [load] = poolLoads(withTasks(tables, [{ submit: 5 }, { submit: 5, dequeue: 6, start: 6 }]), END);
  if (!load) throw new Error('the recording has a pool');
  const gone = tables.pools.end[0] as number;
  expect(meanLevel(load.waiting, gone - 10, gone)).toBe(1);
  expect(meanLevel(load.waiting, gone, gone + 10)).toBe(0);
  const died = tables.lanes.end[1] as number;
  expect(meanLevel(load.running, died - 10, died)).toBe(1);
  expect(meanLevel(load.running, died, died + 10)).toBe(0);
});

test('a selection has the tasks that were with a worker in it', () => {
  const { tasks } = withTasks(tables, [
    { submit: 0, dequeue: 10, start: 20, end: 30, packBack: 5 },
    { submit: 50, lane: -1 },
  ]);
  const within = (from: number, to: number, lanes: Uint8Array | null = null) => ({
    from: START + from,
    to: START + to,
    lanes,
  });
  expect(
    [within(0, 10), within(35, 90), within(0, 11), within(34, 90)].map((one) => isSelected(tasks, 0, one)),
  ).toEqual([false, false, true, true]);
  expect(isSelected(tasks, 0, within(0, 90, Uint8Array.of(1, 0)))).toBe(false);
  // One that never came to a worker belongs to the time since it was submitted, and to no lane.
  expect(isSelected(tasks, 1, within(60, 90))).toBe(true);
  expect(isSelected(tasks, 1, within(60, 90, Uint8Array.of(1, 1)))).toBe(false);
});

test('the longest tasks are those of a full sort', () => {
  const made = withTasks(
    tables,
    Array.from({ length: 500 }, (_, i) => ({ start: 0, end: (i * 7919) % 1000 })),
  );
  const run = (row: number): number => (made.tasks.end[row] as number) - (made.tasks.start[row] as number);
  const expected = Array.from({ length: 500 }, (_, row) => row).sort((a, b) => run(b) - run(a) || a - b);
  expect(longestTasks(made.tasks, taskGroupsOf(made, functions), EVERYTHING, -1, 20)).toEqual(
    expected.slice(0, 20),
  );
});

test('locks are told by lock and place, with the line that held each most', () => {
  const siteOf = sitesOfStacks(tables, functions);
  const [first, ...others] = lockTotals(tables, siteOf, EVERYTHING, 'place');
  expect(others).toEqual([]);
  expect(first).toMatchObject({ lock: 3, waits: 6, lanes: 2, time: 120 * MS, longest: 20 * MS });
  const names = [first?.waiting[0], first?.holding[0]].map((site) => functions.name[site?.function ?? -1]);
  expect(names).toEqual(['solve_tile', 'update_cache']);
  const cut = { from: START + 220 * MS, to: START + 280 * MS, lanes: null };
  const [part] = lockTotals(tables, siteOf, cut, 'place');
  expect(part).toMatchObject({ waits: 2, time: 20 * MS, longest: 20 * MS });
  const lane = Uint8Array.from({ length: tables.lanes.length }, (_, i) =>
    Number(i === tables.lockWaits.lane[0]),
  );
  expect(lockTotals(tables, siteOf, { ...cut, lanes: lane }, 'place')[0]?.lanes).toBe(1);
});

test('a thread that waits while a lock goes from hand to hand waits once', () => {
  const rows = new TableBuilder(SCHEMAS.lockWaits);
  const wait = { lane: 1, lock: 3, stack: -1, holderStack: -1 };
  for (const [start, end, holder] of [
    [0, 10, 2],
    [10, 25, 3],
    [25, 30, -1],
    [50, 60, 2],
  ] as const)
    rows.push({ ...wait, start, end, holder });
  rows.push({ ...wait, lane: 4, start: 10, end: 20, holder: 2 });
  const lockWaits = rows.finish();
  const [total] = lockTotals({ lockWaits }, sitesOfStacks(tables, functions));
  expect(total).toMatchObject({ waits: 3, longest: 30, lanes: 2, unknown: 1 });
  expect(total?.holders).toEqual([
    { lane: 2, time: 30 },
    { lane: 3, time: 15 },
  ]);
});

test('a wait lasts from its first holder to its last', () => {
  const rows = new TableBuilder(SCHEMAS.lockWaits);
  const wait = { lane: 1, stack: -1, holder: -1, holderStack: -1 };
  for (const [lock, start, end] of [
    [1, 0, 10],
    [3, 10, 20],
    [3, 20, 25],
    [3, 25, 40],
    [3, 50, 60],
  ] as const)
    rows.push({ ...wait, lock, start, end });
  const lockWaits = rows.finish();
  const byLane = lockWaitsByLane({ lockWaits, lanes: tables.lanes });
  expect([0, 1, 2, 3, 4].map((row) => Object.values(lockStay(byLane, lockWaits, row)))).toEqual([
    [0, 10],
    [10, 40],
    [10, 40],
    [10, 40],
    [50, 60],
  ]);
});

test('pools that one line made share a place, and what they did adds up', () => {
  const one = { ...tables.pools };
  const rows = new TableBuilder(SCHEMAS.pools);
  for (let i = 0; i < 3; i++) rows.append(one);
  const pools = rows.finish();
  const siteOf = sitesOfStacks(tables, functions);
  const { places, ofPool } = poolPlacesOf({ pools }, siteOf);
  expect(places.map((place) => place.pools)).toEqual([
    [0, 2, 4],
    [1, 3, 5],
  ]);
  expect(Array.from(ofPool)).toEqual([0, 1, 0, 1, 0, 1]);
  pools.stack.fill(-1);
  expect(poolPlacesOf({ pools }, siteOf).places).toHaveLength(6);
  const { tasks } = withTasks(tables, [
    { pool: 0, submit: 0, dequeue: 10, start: 10, end: 30 },
    { pool: 2, submit: 20, dequeue: 20, start: 20, end: 40 },
    { pool: 1, submit: 20, dequeue: 20, start: 20, end: 40 },
  ]);
  const [load] = poolLoads({ pools, tasks, lanes: tables.lanes }, END, [[0, 2]]);
  if (!load) throw new Error('the set has a load');
  const bins = new Float64Array(4);
  meanLevels(load.running, START, START + 40, bins);
  expect(Array.from(bins)).toEqual([0, 1, 2, 1]);
  expect(load.living.most).toBe(2);
});

test('what a lane waits for and sends is found by time', () => {
  const waits = lockWaitsByLane(tables);
  const lane = tables.lockWaits.lane[0] as number;
  expect(lockWaitAt(waits, tables.lockWaits, lane, START + 215 * MS)).toBe(0);
  expect(lockWaitAt(waits, tables.lockWaits, lane, START + 231 * MS)).toBe(-1);
  expect(lockWaitAt(waits, tables.lockWaits, 0, START + 215 * MS)).toBe(-1);
  const messages = messagesByLane(tables);
  expect(nearestMoment(messages, 1, START + 228 * MS, 5 * MS)).toBe(1);
  expect(nearestMoment(messages, 1, START + 228 * MS, 1 * MS)).toBe(-1);
});

test('regions that overlap stand on levels of their own, those that do not share one', () => {
  const region = (from: number, start: number, end: number): Region => ({
    kind: 'parallel',
    phase: null,
    title: 'solve',
    pool: 0,
    tasks: 1,
    from,
    start,
    end,
  });
  const many = Array.from({ length: 9 }, () => region(2, 0, 10));
  const byLane = regionsByLane([
    region(-1, 0, 5),
    region(1, 0, 10),
    region(1, 5, 20),
    region(1, 10, 15),
    ...many,
  ]);
  expect([...byLane.keys()]).toEqual([1, 2]);
  expect(Array.from(byLane.get(1)?.level ?? [])).toEqual([0, 1, 0]);
  expect(byLane.get(2)?.levels).toBe(4);
});
