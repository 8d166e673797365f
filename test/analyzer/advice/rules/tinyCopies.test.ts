import { expect, test } from '@jest/globals';
import { tinyCopies } from '../../../../analyzer/advice/rules/tinyCopies.ts';
import { type DeviceProgram, MS, program, US } from '../../../harness/deviceProgram.ts';
import { holds, only, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const stack = ['main', 'place'];
const rows = (count: number, together: boolean, kernel = 2 * MS, waits = true) =>
  program(20, (its: DeviceProgram) => {
    if (together) its.upload(count * 256, { stack, waits });
    for (let row = 0; row < count && !together; row++) {
      its.upload(256, { stack, waits });
      its.work(6 * US, ['main']);
    }
    its.kernel(kernel, { stack: ['main', 'compute'] });
    its.sync();
  });

test('rows that are copied one by one are told, with what one copy instead gives', () => {
  const its = holds(tinyCopies, rows(300, false), rows(300, true), 'place');
  expect(its.evidence).toMatchObject({ copies: 6000, meanBytes: 256 });
  expect(its.title).toBe('6000 copies of 256 B each to GPU 0 in place at place.py:2');
});

test('a few parameters for each long kernel are none', () => {
  silent(tinyCopies, rows(3, false));
});

test('copies with a kernel between them may need it: the least that is promised is little', () => {
  const between = program(500, (its) => {
    its.upload(256, { stack, waits: true });
    its.kernel(20 * US);
  });
  expect(only(tinyCopies, between).gain?.lo).toBeLessThan(1.02);
});

test('reads of small results that wait for long kernels are no copies too many', () => {
  const results = program(60, (its) => {
    its.kernel(20 * MS);
    its.download(1024, { stack, waits: true });
    its.work(1 * MS, ['main', 'look']);
  });
  silent(tinyCopies, results);
});

test('anything else is tolerated', () => toleratesAnything(tinyCopies));
