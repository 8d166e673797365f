import { expect, test } from '@jest/globals';
import { synchronousCopies } from '../../../../analyzer/advice/rules/synchronousCopies.ts';
import { MS, program } from '../../../harness/deviceProgram.ts';
import { holds, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const loop = (waits: boolean, bytes = 24e6) =>
  program(200, (its) => {
    its.work(2 * MS, ['main', 'prepare']);
    its.upload(bytes, { stack: ['main', 'feed'], waits, pinned: true });
    its.kernel(0.5 * MS, { stack: ['main', 'compute'] });
  });

test('uploads that the host stands still for are told, and asynchronous ones are not', () => {
  const its = holds(synchronousCopies, loop(true), loop(false), 'feed');
  expect(its.title).toContain('The host waits for 200 copies to GPU 0');
});

test('64 KB are none: nothing waits for them', () => {
  silent(synchronousCopies, loop(true, 65_536));
});

test('a copy at the beginning and one at the end are none', () => {
  const few = program(3, (its) => {
    its.upload(24e6, { waits: true });
    its.kernel(5 * MS);
  });
  silent(synchronousCopies, few);
});

test('anything else is tolerated', () => toleratesAnything(synchronousCopies));
