import { expect, test } from '@jest/globals';
import { decodeRecording, encodeRecording } from '../../../analyzer/recording/index.ts';
import { fitted } from '../../../cli/report/fitting.ts';
import { notesOf } from '../../../webview/header/notes.ts';
import { syntheticRecording } from '../../webview/syntheticRecording.ts';

/** As a real run's, times are not round: they pack as badly before as after. */
const recording = (() => {
  const made = syntheticRecording({ rows: 4000, processes: 8 });
  const { samples } = made.tables;
  for (let i = 0; i < samples.length; i++) {
    samples.time[i] = (samples.time[i] as number) + ((i * 7919) % 999_983);
    samples.cpu[i] = (samples.cpu[i] as number) + ((i * 104_729) % 99_991);
  }
  return made;
})();
const bytes = encodeRecording(recording);

test('a recording that fits goes into the page as it is', () => {
  expect(fitted(recording, bytes, bytes.length)).toEqual({ bytes, note: null });
});

test('one that does not fit is merged until it does, and its notes say what, by how much and where the rest is', () => {
  const limit = bytes.length * 0.7;
  const { bytes: smaller, note } = fitted(recording, bytes, limit);
  expect(smaller.length).toBeLessThanOrEqual(limit);
  const back = decodeRecording(smaller, 'test');
  expect(back.tables.samples.length).toBeLessThan(recording.tables.samples.length);
  expect(back.tables.counters).toEqual(recording.tables.counters);
  expect(back.tables.stacks).toEqual(recording.tables.stacks);
  expect(notesOf(back.meta)).toEqual([note]);
  expect(note).toMatch(
    /rows of samples were merged into .*, \d+\.\d into one on average: .* within .*\. All totals are exact/,
  );
});

test('one that cannot fit is as small as it can be', () => {
  const { bytes: smallest, note } = fitted(recording, bytes, 10);
  expect(note).not.toBeNull();
  expect(decodeRecording(smallest, 'test').tables.samples.length).toBeLessThan(
    recording.tables.samples.length / 10,
  );
});
