import { expect, test } from '@jest/globals';
import { jsonClone } from '../../../../analyzer/advice/rules/jsonClone.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type NodeRun, nodeRun } from '../../../harness/nodeRecordings.ts';
import { NOTHING } from './nothing.ts';

const COPY = ['main /app/a.js:30:20', 'snapshot /app/a.js:3:2', 'JSON.parse(JSON.stringify)'];
const OTHER = ['main /app/a.js:30:20', 'work /app/a.js:12:11'];
const conclude = (run: NodeRun) => jsonClone.evaluate(new Trace(nodeRun(run)));
const rows = (copy: number) => [
  { to: copy, stack: COPY },
  { to: 1000, stack: OTHER },
];

test('the line that copies is told, with half to all of its time as gain', () => {
  const [found, ...others] = conclude({ wall: 1000, rows: rows(400) });
  expect(others).toEqual([]);
  expect(found).toMatchObject({ site: { line: 3 }, lanes: [0] });
  expect(found?.title).toBe('40 % of the run goes into copies through JSON in snapshot');
  expect(found?.gain?.lo).toBeCloseTo(1 / 0.8);
  expect(found?.gain?.hi).toBeCloseTo(1 / 0.6);
});

test('what it leaves behind to collect goes with it', () => {
  const collections = [{ from: 395, to: 495 }];
  const [found] = conclude({
    wall: 1000,
    rows: [
      { to: 400, stack: COPY },
      { to: 500, stack: ['[garbage collector]'] },
      { to: 1000, stack: OTHER },
    ],
    collections,
  });
  expect(found?.evidence.collectionSeconds).toBe(0.1);
  expect(found?.gain?.hi).toBeCloseTo(2);
});

test('threads that copy side by side count as one of them', () => {
  const [found, ...others] = conclude({
    wall: 1000,
    threads: ['node', 'worker 1', 'worker 2'],
    rows: [1, 2].flatMap((thread) => rows(200 + thread).map((row) => ({ ...row, thread }))),
  });
  expect(others).toEqual([]);
  expect(found).toMatchObject({ lanes: [2], evidence: { copyShare: 0.202 } });
});

test('a few copies are none, and so are recordings without any', () => {
  expect(conclude({ wall: 1000, rows: rows(59) })).toEqual([]);
  expect(conclude({ wall: 1000, rows: rows(61) })).toHaveLength(1);
  for (const recording of NOTHING) expect(jsonClone.evaluate(new Trace(recording))).toEqual([]);
});
