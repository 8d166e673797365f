import { expect, test } from '@jest/globals';
import { pageableCopies } from '../../../../analyzer/advice/rules/pageableCopies.ts';
import { MS, program } from '../../../harness/deviceProgram.ts';
import { holds, only, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const loop = (pinned: boolean, bytes = 16e6, kernel = 3 * MS) =>
  program(150, (its) => {
    its.work(1 * MS, ['main', 'prepare']);
    its.upload(bytes, { stack: ['main', 'feed'], pinned });
    its.kernel(kernel, { stack: ['main', 'compute'] });
  });

test('asynchronous copies of pageable memory are told, and what pinned memory gives lies in the interval', () => {
  const its = holds(pageableCopies, loop(false), loop(true), 'feed');
  expect(its.change).toContain('pinned');
  expect(its.evidence).toMatchObject({ copies: 150 });
});

test('64 KB, which the driver stages anyway, are none', () => {
  silent(pageableCopies, loop(false, 65_536, 0.01 * MS));
});

test('copies that take less than 2 % of the run are left alone', () => {
  silent(pageableCopies, loop(false, 1e6, 20 * MS));
});

test('on a device that shares the host memory there is nothing to pin', () => {
  const shared = program(
    150,
    (its) => {
      its.upload(16e6, { stack: ['main', 'feed'] });
      its.kernel(3 * MS);
    },
    { sharesMemory: 1 },
  );
  silent(pageableCopies, shared);
});

test('downloads get advice of their own', () => {
  const reads = program(100, (its) => {
    its.kernel(1 * MS);
    its.download(16e6, { stack: ['main', 'fetch'] });
    its.work(1 * MS);
  });
  expect(only(pageableCopies, reads).change).toContain('wait only where its content is read');
});

test('anything else is tolerated', () => toleratesAnything(pageableCopies));
