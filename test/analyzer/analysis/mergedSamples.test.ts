import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callTree } from '../../../analyzer/analysis/callTree.ts';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import { mergedSamples } from '../../../analyzer/analysis/mergedSamples.ts';
import { rowStarts, selfWeights } from '../../../analyzer/analysis/weights.ts';
import { type Recording, SCHEMAS, TableBuilder } from '../../../analyzer/model/index.ts';
import { validateTables } from '../../../analyzer/recording/validate.ts';
import { anyRecording, recordingOf } from '../../harness/recordings.ts';
import { syntheticRecording } from '../../webview/syntheticRecording.ts';

const METRICS = ['cpu', 'wall', 'gil-wait', 'gil-held', 'samples'] as const;

/** Every total that a view shows of samples: by stack for each metric, and by lane and state. */
function totals({ tables }: Recording): unknown {
  const { samples } = tables;
  const starts = rowStarts(tables);
  const tree = callTree(tables, functionsOf(tables));
  const byState: Record<string, number[]> = {};
  for (let i = 0; i < samples.length; i++) {
    const key = [samples.lane[i], samples.state[i], samples.wait[i], samples.flags[i], samples.stack[i]].join(
      ' ',
    );
    const sums = byState[key] ?? [0, 0, 0, 0];
    byState[key] = sums;
    const row = [
      (samples.time[i] as number) - (starts[i] as number),
      samples.cpu[i],
      samples.ready[i],
      samples.count[i],
    ];
    for (let k = 0; k < 4; k++) sums[k] = (sums[k] as number) + (row[k] as number);
  }
  return { byState, weights: METRICS.map((metric) => [...selfWeights(tables, starts, tree, metric)]) };
}

const merged = (recording: Recording, window: number): Recording => ({
  ...recording,
  tables: { ...recording.tables, samples: mergedSamples(recording.tables, window) },
});

test('no total of any stack, state or lane changes, whatever the window', () => {
  fc.assert(
    fc.property(anyRecording, fc.integer({ min: 1, max: 2e9 }), (recording, window) => {
      const fewer = merged(recording, window);
      validateTables(fewer.tables);
      expect(fewer.tables.samples.length).toBeLessThanOrEqual(recording.tables.samples.length);
      expect(totals(fewer)).toEqual(totals(recording));
    }),
    { numRuns: 300 },
  );
});

test('a lane still ends when it did, and a wider window leaves fewer rows', () => {
  const recording = syntheticRecording({ rows: 800 });
  const rows = [1e8, 1e9, 1e12].map((window) => {
    const fewer = merged(recording, window);
    expect(totals(fewer)).toEqual(totals(recording));
    const last = (of: Recording): number[] => {
      const ends: number[] = [];
      const { samples } = of.tables;
      for (let i = 0; i < samples.length; i++) ends[samples.lane[i] as number] = samples.time[i] as number;
      return ends;
    };
    expect(last(fewer)).toEqual(last(recording));
    return fewer.tables.samples.length;
  });
  expect(rows[0]).toBeLessThan(recording.tables.samples.length);
  expect(rows[1]).toBeLessThan(rows[0] as number);
  expect(rows[2]).toBeLessThan(rows[1] as number);
});

test('what no row can hold stays several rows', () => {
  const four = 4e9;
  const recording = recordingOf(
    [{}],
    [
      { lane: 0, time: four, cpu: four, stack: ['a'], count: 60_000 },
      { lane: 0, time: 2 * four, cpu: four, stack: ['a'], count: 10 },
      { lane: 0, time: 3 * four, cpu: 10, stack: ['a'], count: 65_535 },
    ],
  );
  const fewer = merged(recording, 1e15);
  expect(totals(fewer)).toEqual(totals(recording));
  expect(fewer.tables.samples.length).toBe(3);
});

test('no samples are no rows', () => {
  const none = {
    samples: new TableBuilder(SCHEMAS.samples).finish(),
    lanes: recordingOf([{}], []).tables.lanes,
  };
  expect(mergedSamples(none, 1e9).length).toBe(0);
});
