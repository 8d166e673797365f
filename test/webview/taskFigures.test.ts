import { expect, test } from '@jest/globals';
import { functionsOf } from '../../analyzer/analysis/functions.ts';
import { taskTotals } from '../../analyzer/analysis/tasks.ts';
import { figureOf, isLowerBound, TASK_FIGURES, tellingFigures } from '../../webview/tasks/figures.ts';
import { taskRecording, withTasks } from './syntheticTasks.ts';

const { tables } = taskRecording();
const functions = functionsOf(tables);

test('figures of a group are exact', () => {
  const made = withTasks(tables, [
    {
      submit: 0,
      dequeue: 10,
      start: 10,
      end: 30,
      returned: 40,
      bytesOut: 100,
      repeats: 50,
      items: 4,
      packBack: 4,
    },
    {
      submit: 0,
      dequeue: 30,
      start: 30,
      end: 130,
      lane: 2,
      bytesOut: 300,
      repeats: 100,
      weight: 2,
      bytesBack: -1,
    },
    { submit: 0, dequeue: 50, start: 50, lane: 2, exception: 0, packOut: -1 },
  ]);
  const [total, ...others] = taskTotals(made, functions);
  if (!total) throw new Error('the tasks have a total');
  const of = Object.fromEntries(TASK_FIGURES.map((name) => [name, figureOf(total, name)]));
  expect(others).toEqual([]);
  expect(of).toMatchObject({ tasks: 4, calls: 4 + 2 + 1, workers: 2, exceptions: 1, unended: 1 });
  expect(of).toMatchObject({ wait: (10 + 2 * 30 + 50) / 4, wait95: 50, run: (20 + 200) / 3, longest: 100 });
  expect(of).toMatchObject({ out: 700, back: 0, pickling: 4, repeated: (50 + 600) / 700 });
  expect((['out', 'back', 'pickling'] as const).map((name) => isLowerBound(total, name))).toEqual([
    false,
    true,
    true,
  ]);
});

test('the 95th percentile is the value that 95 of 100 tasks do not exceed', () => {
  const made = withTasks(
    tables,
    Array.from({ length: 100 }, (_, i) => ({ start: 0, end: 100 - i })),
  );
  const [total] = taskTotals(made, functions);
  expect([total?.run.p95, total?.run.max]).toEqual([95, 100]);
});

test('what no task told is not known, and not 0', () => {
  const made = withTasks(tables, [
    { submit: 0, bytesOut: -1, packOut: -1, unpackOut: -1, packBack: -1, unpackBack: -1 },
  ]);
  const [total] = taskTotals(made, functions);
  if (!total) throw new Error('the task has a total');
  for (const name of ['wait', 'run', 'run95', 'longest', 'out', 'pickling', 'repeated'] as const)
    expect(figureOf(total, name)).toBeNaN();
});

test('figures that are 0 or unknown for all tasks of a run are left out, and calls where each task is one', () => {
  const calls = withTasks(tables, [{ submit: 0, dequeue: 1, start: 1, end: 2, bytesBack: -1 }]);
  expect(tellingFigures(calls.tasks)).toEqual([
    ...['tasks', 'workers', 'run', 'run95', 'longest', 'wait', 'wait95'],
  ]);
  const all = withTasks(tables, [
    { submit: 0, items: 3, bytesOut: 5, bytesBack: 1, exception: 0, packOut: 2, repeats: 10 },
  ]);
  expect(tellingFigures(all.tasks)).toEqual([...TASK_FIGURES]);
});
