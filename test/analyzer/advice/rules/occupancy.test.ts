import { expect, test } from '@jest/globals';
import { occupancy } from '../../../../analyzer/advice/rules/occupancy.ts';
import { MS, program } from '../../../harness/deviceProgram.ts';
import { only, silent, toleratesAnything } from '../../../harness/ruleChecks.ts';

const runs = (blocks: number, time = 5 * MS, device = {}, streams = 1) =>
  program(
    100,
    (its, turn) => {
      its.kernel(time, {
        name: 'scan',
        grid: [blocks, 1, 1],
        stream: turn % streams,
        stack: ['main', 'scan'],
      });
      its.kernel(5 * MS, { name: 'wide', grid: [5000, 1, 1], stack: ['main', 'wide'] });
    },
    device,
  );

test('a kernel with few blocks is reported, without a claim', () => {
  const its = only(occupancy, runs(8));
  expect(its.gain).toBeNull();
  expect(its.evidence).toMatchObject({ meanBlocks: 8, multiprocessors: 108 });
  expect(its.title).toBe('scan occupies 8 of the 108 multiprocessors of GPU 0 in scan at scan.py:2');
});

test('half of the device is enough', () => {
  silent(occupancy, runs(55));
});

test('a kernel that takes less than a fifth of the run may be small', () => {
  silent(occupancy, runs(8, 1 * MS));
});

test('of devices whose units are no multiprocessors nothing is said', () => {
  silent(occupancy, runs(8, 5 * MS, { kind: 'opencl' }));
  silent(occupancy, runs(8, 5 * MS, { computeUnits: 0 }));
});

test('anything else is tolerated', () => toleratesAnything(occupancy));
