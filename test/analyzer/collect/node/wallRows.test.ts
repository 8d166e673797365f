import { expect, test } from '@jest/globals';
import { WallRows } from '../../../../analyzer/collect/node/wallRows.ts';
import { rowOf, STATES, samplesSchema, WAITS, type Wait } from '../../../../analyzer/model/index.ts';

const PROCESS = { pid: 7, parent: 3, command: '/usr/bin/node app.js', runtime: 'Node 22.0.0', time: 0 };
const stretch = (start: number, end: number, stack: number, wait: Wait = 'none') => ({
  start,
  end,
  stack: stack as never,
  count: 2,
  wait,
});

function rowsOf(root: number) {
  const rows = new WallRows({ pid: root, startedAt: 100 }, () => 1e12);
  rows.process(PROCESS);
  const lane = rows.follow(PROCESS, 0, 0, '', true);
  const drain = () => {
    const batch = rows.drain();
    if (!batch) throw new Error('nothing was drained');
    const samples = Array.from({ length: batch.samples.length }, (_, i) =>
      rowOf(samplesSchema, batch.samples, i),
    );
    const seen = samples.map(({ time, cpu, stack, state, wait }) => [
      time,
      cpu,
      stack,
      STATES[state],
      WAITS[wait],
    ]);
    return { batch, seen };
  };
  return { rows, lane, drain };
}

test('what a thread is not seen to wait for is CPU time, and rows have no holes', () => {
  const { rows, lane, drain } = rowsOf(7);
  rows.stack(lane, stretch(150, 250, 4));
  rows.stack(lane, stretch(250, 300, 5, 'poll'));
  // Overlaps with what is there already.
  rows.stack(lane, stretch(200, 300, 4));
  rows.stack(lane, stretch(280, 320, 6, 'child'));
  expect(drain().seen).toEqual([
    [150, 0, -1, 'waiting', 'other'],
    [250, 100, 4, 'running', 'none'],
    [300, 0, 5, 'waiting', 'poll'],
    [320, 0, 6, 'waiting', 'child'],
  ]);
});

test('a row is no longer than its columns can say', () => {
  const { rows, lane, drain } = rowsOf(7);
  rows.stack(lane, stretch(100, 100 + 9e9, 4));
  const { batch, seen } = drain();
  expect(seen.map(([, cpu]) => cpu)).toEqual([4e9, 4e9, 1e9]);
  expect([...batch.samples.count]).toEqual([2, 0, 0]);
});

test('neither what was before the run nor what is to come is believed', () => {
  const { rows, lane, drain } = rowsOf(7);
  rows.stack(lane, stretch(0, 300, 4));
  rows.stack(lane, stretch(300, 9e15, 4));
  expect(drain().seen).toEqual([[300, 200, 4, 'running', 'none']]);
});

test('the process and its lane begin with the first word and end with the last', () => {
  const { rows, lane, drain } = rowsOf(7);
  const first = drain().batch;
  expect([first.lanes.end[0], first.lanes.name[0], first.lanes.cpu[0]]).toEqual([-1, 'node', -1]);
  expect([first.processes.parent[0], first.processes.end[0]]).toEqual([0, -1]);
  rows.stack(lane, stretch(100, 400, 4));
  rows.end(lane);
  rows.finish();
  const last = drain().batch;
  expect([...last.lanes.end]).toEqual([400]);
  expect([...last.processes.end]).toEqual([400]);
  expect(rows.lost()).toEqual({ threads: 0, seconds: 0, cpuSeconds: null });
});

test('a thread that ended without a last word ends with its last slice, and what is missing is known when its end is', () => {
  const { rows, lane, drain } = rowsOf(1);
  expect(drain().batch.processes.parent[0]).toBe(3);
  rows.stack(lane, stretch(100, 1e9, 4));
  const worker = rows.follow(PROCESS, 0, 100, 'parser', false);
  rows.gone(worker, 5e8 + 100);
  expect(rows.lost().seconds).toBeNull();
  rows.gone(lane, 12e8);
  rows.finish();
  expect([...drain().batch.lanes.end]).toContain(1e9);
  expect(rows.lost()).toEqual({ threads: 2, seconds: 0.7, cpuSeconds: null });
});
