import { join } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import type { Tables } from '../../analyzer/model/index.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import {
  openClProgram,
  removeOpenClFolders,
  stackNames,
  testOpenCl,
  testPyOpenCl,
} from '../harness/opencl.ts';
import { PYTHON, ROOT, record, temporaryFolder } from '../harness/perfscope.ts';

/** Device work against what its programs know of it. */
const folder = temporaryFolder();
afterAll(() => {
  folder.remove();
  removeOpenClFolders();
});

const LAUNCHES = join(ROOT, 'fixtures/workloads/opencl/launches.py');
/** Seconds of CPU in which some hundred launches are seen while they last. */
const SECONDS = '4';

testOpenCl("a device is busy for as long as its events' own times add up to, within 5 %", async () => {
  const { ended, file } = await record(folder.path, [], [openClProgram(folder.path, 'commands')]);
  const known = Number(/total (\d+)/.exec(ended.stdout)?.[1]);
  const { kernels, transfers } = openRecording(file).tables;
  const intervals: [number, number][] = [];
  for (let i = 0; i < kernels.length; i++)
    intervals.push([kernels.start[i] as number, kernels.end[i] as number]);
  for (let i = 0; i < transfers.length; i++)
    if (transfers.device[i] !== -1)
      intervals.push([transfers.start[i] as number, transfers.end[i] as number]);
  intervals.sort(([a], [b]) => a - b);
  let [busy, until] = [0, 0];
  for (const [start, end] of intervals) {
    busy += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  expect(known).toBeGreaterThan(0);
  expect(Math.abs(busy / known - 1)).toBeLessThan(0.05);
});

/** Percent of the kernels whose stack has the function that launched them, and percent that was promised. */
function shares(tables: Tables): { right: number; promised: number; launches: number } {
  const { kernels, strings } = tables;
  let [right, promised] = [0, 0];
  for (let i = 0; i < kernels.length; i++) {
    const name = strings.value[kernels.name[i] as number] as string;
    const names = stackNames(tables, kernels.stack[i] as number);
    // Its callers, where it is not told itself.
    if (names.includes(name) || names[0] === '<module>') right++;
    promised += kernels.certainty[i] as number;
  }
  const { length } = kernels;
  return { right: (100 * right) / length, promised: promised / length, launches: length };
}

/**
 * Manner, the least percent, and the points that the share of right stacks may lie below what was promised, by chance. Of launches
 * that are spread over a run, or that take microseconds between waits, few are seen while they last, and some of those looks come after the
 * call. What they say holds for all launches of a kernel, each a quarter of them: they are right or wrong together.
 */
const MANNERS = [
  ['spread', 0, 25],
  ['fast', 50, 5],
  ['waiting', 20, 25],
  ['phases', 50, 5],
] as const;

for (const [manner, least, points] of MANNERS)
  testPyOpenCl(
    `launches of kernels, ${manner}: code is right as often as is promised, and in more than ${least} %`,
    async () => {
      const { ended, file, summary } = await record(folder.path, [], [PYTHON, LAUNCHES, manner, SECONDS]);
      const { right, promised, launches } = shares(openRecording(file).tables);
      // The driver may tell of the last one when the process is ending already, which is then said.
      const warnings = summary.collectors.find(({ id }) => id === 'opencl')?.warnings.join() ?? '';
      const untold = Number(/(\d+) commands? had not ended/.exec(warnings)?.[1] ?? 0);
      expect(untold).toBeLessThan(2);
      expect(String(launches + untold)).toBe(ended.stdout.trim());
      expect(right).toBeGreaterThan(promised - points);
      expect(right).toBeGreaterThan(least);
    },
  );
