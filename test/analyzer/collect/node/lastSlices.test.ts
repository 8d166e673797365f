import { expect, test } from '@jest/globals';
import { LastSlices } from '../../../../analyzer/collect/node/lastSlices.ts';
import {
  emptyTables,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  samplesSchema,
  TableBuilder,
  type Tables,
} from '../../../../analyzer/model/index.ts';

/** Lane 40 of the recording is thread 8 of process 7, and 41 is thread 9. */
function batch(
  ends: readonly [lane: number, end: number][],
  rows: readonly [number, number, number][],
): Tables {
  const lanes = new TableBuilder(lanesSchema);
  const samples = new TableBuilder(samplesSchema);
  const [kind, role] = [LANE_KINDS.indexOf('thread'), LANE_ROLES.indexOf('worker')];
  for (const [id, end] of ends)
    lanes.push({ id, kind, role, process: 7, thread: id - 32, name: '', start: 0, end, cpu: -1 });
  for (const [lane, time, cpu] of rows)
    samples.push({ lane, time, cpu, ready: 0, stack: -1, count: 1, state: 0, wait: 0, flags: 0 });
  return { ...emptyTables(), lanes: lanes.finish(), samples: samples.finish() };
}

test('what the kernel counted after the last slice of a thread is missing', () => {
  const slices = new LastSlices();
  slices.begin(0, 7, 8, 1e9);
  slices.begin(1, 7, 9, 1e9);
  slices.told(0, 3e9);
  slices.told(1, 4e9);
  slices.notice(
    batch(
      [[40, -1]],
      [
        [40, 2e9, 7e8],
        [40, 3e9, 7e8],
      ],
    ),
  );
  slices.notice(
    batch(
      [
        [40, 35e8],
        [41, 4e9],
      ],
      [
        [40, 34e8, 3e8],
        [40, 35e8, 1e8],
        [41, 4e9, 9e8],
      ],
    ),
  );
  expect(slices.lost()).toEqual({ threads: 1, seconds: 0.5, cpuSeconds: 0.4 });
});

test('nothing of a thread that has told everything, or that nobody saw end', () => {
  const slices = new LastSlices();
  slices.begin(0, 7, 8, 1e9);
  slices.begin(1, 7, 9, 1e9);
  slices.end(0);
  slices.notice(
    batch(
      [
        [40, 35e8],
        [41, -1],
      ],
      [[40, 34e8, 3e8]],
    ),
  );
  expect(slices.lost()).toEqual({ threads: 0, seconds: 0, cpuSeconds: 0 });
});

test('an earlier thread with the same system id is another one', () => {
  const slices = new LastSlices();
  slices.begin(0, 7, 8, 5e9);
  slices.notice(batch([[40, 2e9]], [[40, 2e9, 1e9]]));
  expect(slices.lost().threads).toBe(0);
});
