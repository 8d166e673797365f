import { expect, test } from '@jest/globals';
import { repeatedUploads } from '../../../../analyzer/advice/rules/repeatedUploads.ts';
import { MS, program } from '../../../harness/deviceProgram.ts';
import { holds, only, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const stack = ['main', 'step'];
const loop = (upload: 'each' | 'once' | 'changing', kernel = 2 * MS, bytes = 16e6) =>
  program(200, (its, turn) => {
    if (upload !== 'once' || turn === 0)
      its.upload(bytes, { stack, waits: true, buffer: 5, content: upload === 'changing' ? turn + 1 : 9 });
    its.kernel(kernel, { stack: ['main', 'compute'] });
    its.download(4096, { waits: true, pinned: true, stack: ['main', 'read'] });
  });

test('the same buffer with the same content at every turn is told once, with what its copies cost', () => {
  const its = holds(repeatedUploads, loop('each'), loop('once'), 'step');
  expect(its.evidence).toMatchObject({ repeats: 199, repeatedBytes: 199 * 16e6 });
  expect(its.title).toBe('What GPU 0 has already is uploaded again 199 times in step at step.py:2');
  expect(its.lanes).toEqual([0, 1]);
});

test('other content in the same buffer is no repeat', () => {
  silent(repeatedUploads, loop('changing'));
});

test('repeats that take less than 2 % of the run are not worth a word', () => {
  silent(repeatedUploads, loop('each', 40 * MS, 2e6));
  expect(only(repeatedUploads, loop('each', 8 * MS, 2e6)).gain?.hi).toBeLessThan(1.05);
});

test('a buffer that is made with the values of the host belongs to the only device', () => {
  const made = program(200, (its) => {
    its.upload(16e6, { stack, waits: true, buffer: 5, content: 9, device: -1 });
    its.kernel(2 * MS);
  });
  expect(only(repeatedUploads, made).subject).toBe('device 0');
});

test('anything else is tolerated', () => toleratesAnything(repeatedUploads));
