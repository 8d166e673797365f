import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import { interpreters, PYTHON, ROOT, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** Measurements against programs whose answer is known by construction. */
const folder = temporaryFolder();
afterAll(folder.remove);
const SPLIT = join(ROOT, 'fixtures/workloads/truth/split.py');
/** Points that a share may be off at 1 kHz. */
const POINTS = 2;
/** Seconds of CPU over which chance moves the largest share by half a point; over 3 s it is one, and one test in twenty fails. */
const SPLIT_SECONDS = 10;
const SECONDS = 3;
/** What tells how fast an interpreter is here and now. */
const CALIBRATING_UNITS = 600;

/** Shares of the three functions in their sum, in percent. */
function shares({ functions }: Summary): number[] {
  const seconds = ['heavy', 'medium', 'light'].map(
    (name) => functions.find((each) => each.name === name)?.selfSeconds ?? 0,
  );
  const sum = seconds.reduce((total, each) => total + each, 0);
  expect(sum).toBeGreaterThan(1);
  return seconds.map((each) => (100 * each) / sum);
}

/** What the program itself got from the kernel when it ended: CPU seconds of it and of its children. */
const ownAccount = (stdout: string): [number, number] => {
  const [self = 0, children = 0] = stdout.trim().split(' ').map(Number);
  return [self, children];
};

/** Units of the program that use so much CPU. */
async function unitsOf(python: string, seconds: number): Promise<string> {
  const { stdout } = await run(python, [SPLIT, String(CALIBRATING_UNITS), 'single', '1']);
  const [used] = ownAccount(stdout);
  expect(used).toBeGreaterThan(0);
  return String(Math.round((CALIBRATING_UNITS * seconds) / used));
}

function expectSplit(summary: Summary): void {
  const [heavy = 0, medium = 0, light = 0] = shares(summary);
  expect(Math.abs(heavy - 70)).toBeLessThan(POINTS);
  expect(Math.abs(medium - 20)).toBeLessThan(POINTS);
  expect(Math.abs(light - 10)).toBeLessThan(POINTS);
}

describe.each(interpreters())('CPython $version at $path', ({ path }) => {
  test.each([
    ['single', 1],
    ['threads', 4],
    ['processes', 4],
  ])('a split of 70/20/10 with %s is found within 2 points at 1 kHz', async (mode, n) => {
    const { summary } = await record(
      folder.path,
      ['-r', '1000'],
      [path, SPLIT, await unitsOf(path, SPLIT_SECONDS), mode, String(n)],
    );
    expectSplit(summary);
  });
});

test('CPU seconds of a run are within 3 % of what the kernel tells the program itself', async () => {
  for (const mode of ['single', 'threads', 'processes']) {
    const { ended, summary } = await record(
      folder.path,
      ['-r', '1000'],
      [PYTHON, SPLIT, await unitsOf(PYTHON, SECONDS), mode, '4'],
    );
    const [self, children] = ownAccount(ended.stdout);
    expect(summary.cpuSeconds / (self + children)).toBeGreaterThan(0.97);
    expect(summary.cpuSeconds / (self + children)).toBeLessThan(1.03);
  }
});

describe('beside two CPU hogs', () => {
  const hogs: ChildProcess[] = [];
  let units = '';
  beforeAll(async () => {
    units = await unitsOf(PYTHON, SPLIT_SECONDS);
    for (let i = 0; i < 2; i++) hogs.push(spawn(PYTHON, ['-c', 'while True: pass']));
  });
  afterAll(() => {
    for (const hog of hogs) hog.kill('SIGKILL');
  });

  test('CPU seconds of each lane stay within 3 % of the kernel, and the split within 2 points', async () => {
    const { ended, summary } = await record(
      folder.path,
      ['-r', '1000'],
      [PYTHON, SPLIT, units, 'processes', '4'],
    );
    const [self, children] = ownAccount(ended.stdout);
    expect(Math.abs(summary.cpuSeconds / (self + children) - 1)).toBeLessThan(0.03);
    expectSplit(summary);
    const workers = summary.lanes.filter((lane) => lane.role === 'worker');
    expect(workers).toHaveLength(4);
    // Each worker does a quarter of the same work.
    for (const lane of workers) expect(Math.abs((lane.runningSeconds * 4) / children - 1)).toBeLessThan(0.15);
    expect(workers.reduce((sum, lane) => sum + lane.readySeconds, 0)).toBeGreaterThan(0.5);
  });
});

test('at 100 Hz the seconds are as exact as at 1 kHz', async () => {
  const { ended, summary } = await record(
    folder.path,
    ['-r', '100'],
    [PYTHON, SPLIT, await unitsOf(PYTHON, SECONDS), 'processes', '4'],
  );
  const [self, children] = ownAccount(ended.stdout);
  expect(Math.abs(summary.cpuSeconds / (self + children) - 1)).toBeLessThan(0.03);
});
