import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { openClAvailability } from '../../../../analyzer/collect/opencl/index.ts';
import { joined, kernelCounts, LAYER, layerWith, testCompiling } from '../../../harness/opencl.ts';
import { run, temporaryFolder } from '../../../harness/perfscope.ts';

/** The layer in the hands of loaders and drivers that are not here. */
const folder = temporaryFolder();
afterAll(folder.remove);

const source = join(import.meta.dirname, 'fakeDriver.c');
const program = join(folder.path, 'driver');
let layer = '';
let runs = 0;

/** Runs the fake with the letters that it explains; gives what the program saw and what was recorded. */
async function runFake(how: string) {
  if (runs === 0) {
    layer = layerWith(folder.path, ['-O1', '-fsanitize=undefined', '-fno-sanitize-recover']);
    execFileSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', `-I${LAYER}`, '-o', program, source, '-ldl']);
  }
  const records = join(folder.path, `run-${runs++}`);
  mkdirSync(records);
  // It writes where it was found.
  const link = join(records, 'opencl.so');
  symlinkSync(layer, link);
  const ended = await run(program, [link, how]);
  return { ...ended, ...joined(records) };
}

/** What a program sees of any driver. */
const SEEN = 'start 0 1\nqueue 0 properties 0\nreferences 1 profiling -7\nevents left 0\n';

testCompiling('a driver whose clock can be asked is asked', async () => {
  const { stdout, stderr, tables, health } = await runFake('t');
  expect(stdout + stderr).toBe(SEEN);
  expect(kernelCounts(tables)).toEqual({ 'memset fill buffer': 5 });
  const { devices, kernels, lanes } = tables;
  expect([devices.name[0], devices.sharesMemory[0], devices.memoryBytes[0]]).toEqual([
    'Fake GPU',
    0,
    2 ** 20,
  ]);
  expect(devices.uuid[0]).toBe(`ab01${'0'.repeat(28)}`);
  expect(lanes.name).toContain('OpenCL GPU 0 queue 1');
  // Its clock is 31 years ahead; on the host's the command was queued while its call lasted.
  for (let i = 0; i < kernels.length; i++) {
    const slack = health.uncertainty;
    expect(kernels.queued[i]).toBeGreaterThanOrEqual((kernels.callStart[i] as number) - slack);
    expect(kernels.queued[i]).toBeLessThanOrEqual((kernels.callEnd[i] as number) + slack);
  }
});

testCompiling('an old loader, or one that ends its layers, changes nothing', async () => {
  for (const [how, more] of [
    ['o', ''],
    ['tp', 'end 0\n'],
  ] as const) {
    const { stdout, stderr, tables } = await runFake(how);
    expect(stdout + stderr).toBe(SEEN + more);
    expect(tables.kernels.length).toBe(5);
  }
});

testCompiling('what a driver that does not call back has done is told when the program waits', async () => {
  const { stdout, stderr, tables, health } = await runFake('s');
  expect(stdout + stderr).toBe(SEEN);
  expect(tables.kernels.length).toBe(5);
  expect(health.unfinished).toBe(0);
});

testCompiling('commands of a queue that cannot have profiling are counted', async () => {
  const { stdout, stderr, tables, health } = await runFake('u');
  expect(stdout + stderr).toBe(SEEN);
  expect(tables.kernels.length).toBe(0);
  expect(health).toMatchObject({ commands: 5, untimed: 5 });
});

testCompiling('commands that end with an error are counted', async () => {
  const { stdout, stderr, tables, health } = await runFake('f');
  expect(stdout + stderr).toBe(SEEN);
  expect(tables.kernels.length).toBe(0);
  expect(health).toMatchObject({ commands: 5, failed: 5 });
});

test('without a compiler, or on a build without the layer, doctor can say so', () => {
  expect(openClAvailability(LAYER).available).toBe(true);
  const nowhere = { PATH: '/nonexistent' };
  expect(openClAvailability(LAYER, nowhere)).toMatchObject({
    available: false,
    remedy: expect.stringContaining('gcc'),
  });
  expect(openClAvailability(null)).toMatchObject({ available: false });
});
