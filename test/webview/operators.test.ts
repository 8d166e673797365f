import { expect, test } from '@jest/globals';
import { spanAt, trackCount } from '../../analyzer/analysis/spanTracks.ts';
import { emptyTables, SPAN_KINDS, spansSchema, TableBuilder } from '../../analyzer/model/index.ts';
import { tabsOf } from '../../webview/panels.ts';
import { RANGE_CATEGORIES, rangeOf, rangesOf } from '../../webview/timeline/hostSpans.ts';
import { operatorRecording } from '../harness/operators.ts';
import { META } from '../harness/recordings.ts';

const recording = operatorRecording([
  { name: 'aten::addmm', start: 20, end: 40 },
  { name: 'aten::linear', start: 10, end: 50 },
  { name: 'AddmmBackward0', start: 60, end: 80, kind: 'backward' },
]);

function withRange() {
  const spans = new TableBuilder(spansSchema);
  const { start } = META.clock;
  const name = recording.tables.strings.length;
  const strings = { length: name + 1, value: [...recording.tables.strings.value, 'step 1'] };
  const kind = SPAN_KINDS.indexOf('range');
  spans.push({ lane: 0, kind, name, start: start + 5, end: start + 90, stack: -1 });
  return { ...recording.tables, strings, spans: spans.finish() };
}

test('operators lie inside the ranges of their thread and inside those that called them', () => {
  const tables = withRange();
  const ranges = rangesOf(tables);
  expect(trackCount(ranges, 0)).toBe(3);
  const at = (track: number, time: number) => {
    const position = spanAt(ranges, 0, track, META.clock.start + time, 0);
    const category = RANGE_CATEGORIES[ranges.category[position] as number];
    return [category, rangeOf(tables, ranges, ranges.row[position] as number).name];
  };
  expect(at(0, 30)).toEqual(['range', 'step 1']);
  expect(at(1, 30)).toEqual(['forward', 'aten::linear']);
  expect(at(2, 30)).toEqual(['forward', 'aten::addmm']);
  expect(at(1, 70)).toEqual(['backward', 'AddmmBackward0']);
});

test('only a recording with operators has a table of them', () => {
  expect(tabsOf(recording)).toContain('operators');
  expect(tabsOf({ ...recording, tables: emptyTables() })).not.toContain('operators');
});
