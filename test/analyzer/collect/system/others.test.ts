import { spawn, spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { Others } from '../../../../analyzer/collect/system/others.ts';
import { RunTime } from '../../../../analyzer/collect/system/runTime.ts';

const coresOf = (others: Others) => others.settled(0).map(({ cores }) => Number(cores.toFixed(6)));

test('a process that is known late is taken from what others seemed to use before', () => {
  const others = new Others();
  others.add(1e8, 0.1, 0.1);
  others.add(2e8, 0.1, 0.15);
  others.add(3e8, 0.1, -0.2);
  others.add(4e8, 0.1, 0.02);
  expect(coresOf(others)).toEqual([0.5, 0, 0, 0.2]);
});

test('there is never less than nothing, and periods that may change are kept back', () => {
  const others = new Others();
  others.add(1e8, 0.1, -5);
  others.add(2e8, 0.1, 0.1);
  others.add(3e8, 0.1, 0.1);
  expect(others.settled(2)).toEqual([{ time: 1e8, cores: 0 }]);
  others.add(4e8, 0.1, -0.05);
  expect(coresOf(others)).toEqual([1, 0.5, 0]);
  expect(others.settled(0)).toEqual([]);
});

const SPIN = 'const end = process.cpuUsage().user + 3e5; while (process.cpuUsage().user < end);';

test('what children used that nobody saw counts when they were waited for', () => {
  const time = new RunTime(() => [process.pid]);
  time.start();
  const before = process.cpuUsage();
  spawnSync(process.execPath, ['-e', SPIN]);
  const own = process.cpuUsage(before);
  expect(time.since() - (own.user + own.system) / 1e6).toBeGreaterThan(0.25);
});

test('of a process that ran long before only what it uses from then on counts', async () => {
  const child = spawn(process.execPath, ['-e', `${SPIN} setInterval(() => {}, 1000)`]);
  try {
    // Older than a process of a run can be that has just begun.
    await new Promise((done) => setTimeout(done, 1500));
    const time = new RunTime(() => [child.pid ?? 0]);
    time.start();
    expect(time.since()).toBeLessThan(0.1);
  } finally {
    child.kill('SIGKILL');
  }
});

test('processes that are gone, and ids of none, are nothing', () => {
  const time = new RunTime(() => [0, 2 ** 22 + 1]);
  time.start();
  expect(time.since()).toBe(0);
});
