import { expect, test } from '@jest/globals';
import { loaderStarvation } from '../../../../analyzer/advice/rules/loaderStarvation.ts';
import { type DeviceProgram, MS, program } from '../../../harness/deviceProgram.ts';
import { only, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const LOADER = '/usr/lib/python3/site-packages/torch/utils/data/dataloader';
const steps = (load: number, stack = ['main', 'train', LOADER, 'item'], count = 100) =>
  program(count, (its: DeviceProgram) => {
    its.work(load, stack);
    its.upload(1e6, { pinned: true });
    its.kernel(5 * MS, { stack: ['main', 'train', 'compute'] });
    its.download(4, { pinned: true, waits: true });
  });

test('a device that waits for its loader is told, at the line that asked for the next batch', () => {
  const planted = steps(10 * MS);
  const its = only(loaderStarvation, planted);
  expect(planted.trace().functions.file[its.site.function]).toBe('train.py');
  expect(its.evidence).toMatchObject({ waits: 99, workers: 0 });
  // Two cores: with a worker beside it the loop waits for 10 ms in place of 15.
  expect(its.gain?.lo).toBeLessThan(1.5);
  expect(its.gain?.hi).toBeGreaterThan(1.45);
  expect(its.change).toContain('num_workers=2');
});

test('a loader that takes less than 5 % of the run is left alone', () => {
  silent(loaderStarvation, steps(0.2 * MS));
});

test('work of the program itself is no loader', () => {
  silent(loaderStarvation, steps(10 * MS, ['main', 'train', 'prepare']));
});

test('the first batches of an epoch are none', () => {
  silent(loaderStarvation, steps(100 * MS, undefined, 5));
});

test('anything else is tolerated', () => toleratesAnything(loaderStarvation));
