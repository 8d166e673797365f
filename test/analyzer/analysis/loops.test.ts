import { expect, test } from '@jest/globals';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import {
  countersSchema,
  LANE_KINDS,
  SPAN_KINDS,
  spansSchema,
  TableBuilder,
} from '../../../analyzer/model/index.ts';
import { loopLines } from '../../../cli/print/loops.ts';
import { META, recordingOf } from '../../harness/recordings.ts';

/** Collections, waits and event loops of threads in the summary. */
const { start } = META.clock;
const MS = 1e6;
const COUNTER = LANE_KINDS.indexOf('counter');
const THREAD = { process: 7, thread: 8 };

function recording() {
  const made = recordingOf(
    [
      { process: 7, thread: 7 },
      { ...THREAD, name: 'worker 1', end: start + 1000 * MS },
      { ...THREAD, kind: COUNTER, name: 'event-loop delay (ms)' },
      { ...THREAD, kind: COUNTER, name: 'event-loop utilisation (%)' },
    ],
    [],
  );
  const spans = new TableBuilder(spansSchema);
  const add = (kind: 'gc' | 'wait' | 'task', name: number, from: number, to: number) =>
    spans.push({
      lane: 1,
      kind: SPAN_KINDS.indexOf(kind),
      name,
      start: start + from * MS,
      end: start + to * MS,
      stack: -1,
    });
  add('gc', 0, 10, 15);
  add('gc', 0, 20, 40);
  add('wait', 1, 100, 300);
  add('task', 1, 100, 900);
  const counters = new TableBuilder(countersSchema);
  for (const [i, delay] of [5, 80, 10].entries())
    counters.push({ lane: 2, time: start + (i + 1) * 250 * MS, value: delay });
  for (const [i, used] of [20, 40, 90].entries())
    counters.push({ lane: 3, time: start + (i + 1) * 250 * MS, value: used });
  const strings = { length: 2, value: ['minor GC', 'Atomics.wait'] };
  const tables = { ...made.tables, strings, spans: spans.finish(), counters: counters.finish() };
  return { ...made, tables };
}

test('pauses are by lane and name, and event loops belong to their threads', () => {
  const { pauses, eventLoops } = summarize(recording());
  expect(pauses).toEqual([
    { lane: 1, kind: 'wait', name: 'Atomics.wait', count: 1, seconds: 0.2, longestSeconds: 0.2 },
    { lane: 1, kind: 'gc', name: 'minor GC', count: 2, seconds: 0.025, longestSeconds: 0.02 },
  ]);
  // A value holds until the next one, and the last one until the thread ends.
  expect(eventLoops).toEqual([{ lane: 1, longestDelaySeconds: 0.08, utilisation: expect.closeTo(0.5) }]);
});

test('the lines for the terminal say what took long', () => {
  expect(loopLines(summarize(recording()))).toEqual([
    '  2 garbage collections: 25.0 ms, the longest 20.0 ms',
    '  event loop of worker 1 up to 80.0 ms late, 50 % busy',
  ]);
  expect(loopLines(summarize(recordingOf([{}], [])))).toEqual([]);
});
