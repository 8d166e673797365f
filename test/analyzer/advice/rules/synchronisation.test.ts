import { expect, test } from '@jest/globals';
import { synchronisation } from '../../../../analyzer/advice/rules/synchronisation.ts';
import { MS, program, US } from '../../../harness/deviceProgram.ts';
import { holds, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const steps = (waits: boolean, kernel = 2 * MS, count = 300, device = {}) =>
  program(
    count,
    (its) => {
      its.work(1 * MS, ['main', 'prepare']);
      its.kernel(kernel, { stack: ['main', 'compute'] });
      if (waits) its.sync();
    },
    device,
  );

test('waits with nothing but a launch after them are told, and leaving them out gives what was promised', () => {
  const its = holds(synchronisation, steps(true), steps(false), 'main');
  // The last one is before the end of the program, and needed.
  expect(its.evidence.waits).toBe(299);
});

test('a wait before a result is read is needed', () => {
  const reads = program(300, (its) => {
    its.work(1 * MS);
    its.kernel(2 * MS);
    its.sync();
    its.download(4e6, { pinned: true, waits: true });
  });
  silent(synchronisation, reads);
});

test('waits for long kernels that are launched at once give nothing', () => {
  const busy = program(300, (its) => {
    its.kernel(5 * MS);
    its.sync();
  });
  silent(synchronisation, busy);
});

test('nine waits are the ends of phases', () => {
  silent(synchronisation, steps(true, 2 * MS, 9));
});

test('waits that are no synchronisation, such as a free, are not the program asking for one', () => {
  const frees = program(300, (its) => {
    its.work(100 * US);
    its.kernel(2 * MS);
    its.sync('cudaFree');
  });
  silent(synchronisation, frees);
});

test('on a device that shares the cores of the host, the host cannot prepare while a kernel runs', () => {
  silent(synchronisation, steps(true, 2 * MS, 300, { sharesMemory: 1 }));
});

test('anything else is tolerated', () => toleratesAnything(synchronisation));
