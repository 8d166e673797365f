import { expect, test } from '@jest/globals';
import { launchBound } from '../../../../analyzer/advice/rules/launchBound.ts';
import { MS, program, US } from '../../../harness/deviceProgram.ts';
import { holds, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const stack = ['main', 'forward'];
const steps = (launches: number, kernel: number, count = 200) =>
  program(count, (its) => {
    for (let i = 0; i < launches; i++) {
      its.kernel(kernel, { stack });
      its.work(10 * US, ['main']);
    }
    its.sync();
  });

test('many kernels that are shorter than their launches are told, and one of them all gives what was promised', () => {
  const its = holds(launchBound, steps(50, 4 * US), steps(1, 200 * US), 'forward');
  expect(its.evidence.shortShare).toBeGreaterThan(0.9);
});

test('kernels that outlast the launch of the next keep the device busy', () => {
  silent(launchBound, steps(50, 16 * US));
});

test('less than a hundred short kernels are no loop', () => {
  silent(launchBound, steps(30, 4 * US, 3));
});

test('what the host computes between two launches is not the pace of launching', () => {
  const slow = program(300, (its) => {
    its.work(1 * MS, ['main', 'prepare']);
    its.kernel(50 * US);
  });
  silent(launchBound, slow);
});

test('anything else is tolerated', () => toleratesAnything(launchBound));
