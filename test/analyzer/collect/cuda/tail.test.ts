import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from '@jest/globals';
import { DeviceRows } from '../../../../analyzer/collect/cuda/rows.ts';
import { CudaTail } from '../../../../analyzer/collect/cuda/tail.ts';
import { NearestStacks } from '../../../../analyzer/collect/gpu/nearestStack.ts';
import {
  bufferOf,
  callOf,
  clockOf,
  cuptiTime,
  functionOf,
  headerOf,
  monotonic,
  recordOf,
} from '../../../harness/cuda/captures.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
let records = '';
let rows: DeviceRows;
beforeEach(() => {
  records = mkdtempSync(join(folder.path, 'records-'));
  rows = new DeviceRows();
});

const kernel = (correlation: number): Buffer =>
  recordOf(10, 216, [
    [16, cuptiTime(500), 8],
    [24, cuptiTime(600), 8],
    [92, correlation, 4],
  ]);
const begin = Buffer.concat([headerOf(), clockOf(0), functionOf(2, 211, 'cudaLaunchKernel')]);
const launch = (correlation: number): Buffer =>
  bufferOf(callOf(211, correlation, 10, 20), kernel(correlation));
const tailOf = (only: number | null = null): CudaTail =>
  new CudaTail(records, rows, new NearestStacks(), only);
const write = (name: string, bytes: Buffer): string => {
  writeFileSync(join(records, name), bytes);
  return join(records, name);
};
const finish = (tail: CudaTail): number => {
  tail.finish(monotonic(1e9), () => {});
  return rows.drain()?.kernels.length ?? 0;
};

test('what is written while it is followed is read once, in whatever pieces it comes', () => {
  const bytes = Buffer.concat([begin, launch(1), launch(2), launch(3)]);
  const tail = tailOf();
  const path = write('7-1.0.cuda', bytes.subarray(0, 30));
  for (let at = 30; at < bytes.length; at += 100) {
    tail.poll(monotonic(0));
    appendFileSync(path, bytes.subarray(at, at + 100));
  }
  expect(finish(tail)).toBe(3);
});

test('segments follow each other, and those that are read are removed', () => {
  const first = write('7-1.0.cuda', Buffer.concat([begin, launch(1)]));
  const second = write('7-1.1.cuda', Buffer.concat([headerOf(), launch(2)]));
  // What text and functions mean goes on.
  const tail = tailOf();
  tail.poll(monotonic(0));
  expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
  write('7-1.2.cuda', Buffer.concat([headerOf(), launch(3)]));
  expect(finish(tail)).toBe(3);
  expect(tail.captures).toHaveLength(1);
});

test('a segment that is damaged costs its rest and not what follows', () => {
  write('7-1.0.cuda', Buffer.concat([begin, launch(1), Buffer.alloc(64, 0xff), launch(2)]));
  write('7-1.1.cuda', Buffer.concat([headerOf(), launch(3)]));
  const tail = tailOf();
  expect([finish(tail), tail.damagedFiles]).toEqual([2, 1]);
});

test('pipes, links, folders and foreign files are left alone', () => {
  const secret = join(folder.path, 'secret');
  writeFileSync(secret, Buffer.concat([begin, launch(1)]));
  symlinkSync(secret, join(records, '1-1.0.cuda'));
  mkdirSync(join(records, '2-1.0.cuda'));
  spawnSync('mkfifo', [join(records, '3-1.0.cuda')]);
  for (const name of ['x.cuda', '99999999999999-1.0.cuda', '4-1.cuda', '4-1.0.cuda.txt']) write(name, begin);
  write(
    '5-1.0.cuda',
    Buffer.from('no capture at all, but long enough to hold the header of one, which it is not'),
  );
  const good = write('6-1.0.cuda', Buffer.concat([begin, launch(1)]));
  const tail = tailOf();
  expect(finish(tail)).toBe(1);
  expect([existsSync(secret), existsSync(good), tail.damagedFiles]).toEqual([true, true, 1]);
});

test('one process alone is followed where only it was asked for', () => {
  write('7-1.0.cuda', Buffer.concat([begin, launch(1)]));
  write('8-1.0.cuda', Buffer.concat([begin, launch(1)]));
  expect(finish(tailOf(8))).toBe(1);
});

test('work waits for the samples around its call, and not for ever', () => {
  write('7-1.0.cuda', Buffer.concat([begin, launch(1)]));
  const tail = tailOf();
  tail.poll(monotonic(1e8));
  expect(rows.drain()?.kernels.length ?? 0).toBe(0);
  tail.poll(monotonic(5e9));
  expect(rows.drain()?.kernels.length).toBe(1);
});
