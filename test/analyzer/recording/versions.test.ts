import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { FORMAT_VERSION } from '../../../analyzer/recording/index.ts';
import { openRecording } from '../../../analyzer/recording/open.ts';
import { ROOT } from '../../harness/perfscope.ts';

/** One real recording of each version of the format lies in fixtures/recordings; every later perfscope opens them all. */
const FOLDER = join(ROOT, 'fixtures/recordings');
const versions = Array.from({ length: FORMAT_VERSION }, (_, i) => i + 1);

test.each(versions)('the recording of version %i opens, and says what it said then', (version) => {
  const recording = openRecording(join(FOLDER, `version-${version}.perfscope`));
  expect(recording.meta.version).toBe(version);
  const summary = summarize(recording);
  expect(summary.command).toEqual(['python3', 'render.py']);
  expect(summary.functions[0]?.name).toBe('escape_time');
  expect(summary.lanes.filter((lane) => lane.role === 'worker')).toHaveLength(4);
  expect(summary.cpuSeconds).toBeGreaterThan(1);
  // The first version knew nothing of pools.
  expect(summary.tasks.map((each) => [each.pool, each.function, each.count])).toEqual(
    version === 1 ? [] : [['multiprocessing.Pool', 'render_row', 4]],
  );
  // The fifth brought the text of what ran.
  const { file, text } = recording.tables.sources;
  const at = file.findIndex((path) => path.endsWith('render.py'));
  expect(text[at] ?? '').toMatch(version < 5 ? /^$/ : /^"""Renders[\s\S]*def escape_time\(/);
});

test('there is a recording of every version', () => {
  expect(readdirSync(FOLDER).filter((name) => name.endsWith('.perfscope'))).toHaveLength(FORMAT_VERSION);
});
