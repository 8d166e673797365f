import { expect, test } from '@jest/globals';
import { scalarReads } from '../../../../analyzer/advice/rules/scalarReads.ts';
import { MS, program, US } from '../../../harness/deviceProgram.ts';
import { holds, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

/** `every`: steps between two looks at the loss. As PyTorch does, the number is copied and then waited for. */
const training = (every: number, kernel = 300 * US, steps = 1000) =>
  program(steps, (its, turn) => {
    its.work(250 * US, ['main', 'prepare']);
    its.kernel(kernel, { stack: ['main', 'compute'] });
    if (turn % every !== 0) return;
    its.download(4, { pinned: true, stack: ['main', 'loss'] });
    its.sync('cudaStreamSynchronize');
  });

test('a number that is read in each step is told, and a look in a hundred steps gives what was promised', () => {
  const its = holds(scalarReads, training(1), training(100), 'loss');
  expect(its.evidence).toMatchObject({ reads: 1000, meanBytes: 4 });
});

test('where the device is busy all the time reading costs next to nothing', () => {
  silent(scalarReads, training(1, 30 * MS, 100));
});

test('a result at the end of each of few phases is none', () => {
  silent(scalarReads, training(1, 300 * US, 9));
});

test('on a device that shares the cores of the host only the time in which neither worked can go away', () => {
  const shared = program(
    1000,
    (its) => {
      its.work(250 * US, ['main', 'prepare']);
      its.kernel(300 * US);
      its.download(4, { waits: true, stack: ['main', 'loss'] });
    },
    { sharesMemory: 1 },
  );
  silent(scalarReads, shared);
});

test('there, too, short pauses around each read are told, with a gain that the program reaches', () => {
  const steps = (every: number) =>
    program(
      9000,
      (its, turn) => {
        its.work(8 * US, ['main']);
        its.kernel(60 * US, { stack: ['main', 'compute'] });
        if (turn % every === 0) its.download(4, { waits: true, stack: ['main', 'loss'] });
      },
      { sharesMemory: 1 },
    );
  holds(scalarReads, steps(1), steps(300), 'loss');
});

test('anything else is tolerated', () => toleratesAnything(scalarReads));
