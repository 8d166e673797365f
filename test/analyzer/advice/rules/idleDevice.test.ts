import { expect, test } from '@jest/globals';
import { idleDevice } from '../../../../analyzer/advice/rules/idleDevice.ts';
import { MS, program } from '../../../harness/deviceProgram.ts';
import { only, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const steps = (prepare: number, kernel: number, count = 100, device = {}) =>
  program(
    count,
    (its) => {
      its.work(prepare, ['main', 'prepare']);
      its.kernel(kernel, { stack: ['main', 'compute'] });
      its.download(4096, { pinned: true, waits: true, stack: ['main', 'read'] });
    },
    device,
  );

test('a device that waits for the host in each step is told, with the line that the host was at', () => {
  const planted = steps(8 * MS, 5 * MS);
  const its = only(idleDevice, planted);
  expect(planted.trace().functions.file[its.site.function]).toBe('prepare.py');
  // With what comes next prepared ahead a step takes the longer of the two.
  expect(its.gain?.lo).toBeLessThan(13 / 8);
  expect(its.gain?.hi).toBeGreaterThan(1.5);
});

test('a device that is used for most of its time is left alone', () => {
  silent(idleDevice, steps(2 * MS, 5 * MS));
});

test('a few long gaps are phases of the program', () => {
  silent(idleDevice, steps(80 * MS, 5 * MS, 7));
});

test('a device on the cores of the host cannot work while the host does', () => {
  silent(idleDevice, steps(8 * MS, 5 * MS, 100, { sharesMemory: 1 }));
});

test('anything else is tolerated', () => toleratesAnything(idleDevice));
