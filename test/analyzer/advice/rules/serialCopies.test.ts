import { expect, test } from '@jest/globals';
import { serialCopies } from '../../../../analyzer/advice/rules/serialCopies.ts';
import { type DeviceProgram, MS, program } from '../../../harness/deviceProgram.ts';
import { holds, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const feed = { stack: ['main', 'feed'], pinned: true };

/** Parts that are uploaded and worked on, on one stream or on two in turn. */
const parts = (streams: 1 | 2, count = 100, kernel = 4 * MS, bytes = 72e6) =>
  program(count, (its: DeviceProgram, turn) => {
    const stream = turn % streams;
    its.upload(bytes, { ...feed, stream });
    its.kernel(kernel, { stream, stack: ['main', 'compute'] });
  });

test('copies and kernels in turns are told, and two streams give what was promised', () => {
  const its = holds(serialCopies, parts(1), parts(2), 'feed');
  expect(its.evidence.turns).toBe(100);
});

test('one upload before all kernels has nothing to hide behind', () => {
  const once = program(100, (its, turn) => {
    if (turn === 0) its.upload(2e9, feed);
    its.kernel(3 * MS);
  });
  silent(serialCopies, once);
});

test('three turns are a beginning and an end', () => {
  silent(serialCopies, parts(1, 3));
});

test('a buffer that comes back and goes again cannot go earlier', () => {
  const bound = program(100, (its) => {
    its.upload(24e6, { ...feed, buffer: 3 });
    its.kernel(4 * MS);
    its.download(240, { buffer: 3, pinned: true, waits: true });
  });
  silent(serialCopies, bound);
});

test('a device that shares the memory of the host has no bus to hide', () => {
  const shared = program(
    100,
    (its) => {
      its.upload(72e6, feed);
      its.kernel(4 * MS);
    },
    { sharesMemory: 1 },
  );
  silent(serialCopies, shared);
});

test('anything else is tolerated', () => toleratesAnything(serialCopies));
