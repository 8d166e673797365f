import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from '@jest/globals';
import { perfscope, summaryOf, temporaryFolder } from '../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const event = (cat: string, name: string, ts: number, tid: number | string, args: object) => ({
  ...{ ph: 'X', cat, name, ts, dur: 50, pid: typeof tid === 'string' ? 0 : 9, tid, args },
});
const trace = JSON.stringify({
  traceEvents: [
    event('cuda_runtime', 'cudaLaunchKernel', 1e15, 9, { correlation: 1 }),
    event('kernel', 'gemm', 1e15 + 100, 'stream 7', { device: 0, stream: 7, correlation: 1 }),
  ],
});
const write = (name: string, bytes: string | Buffer): string => {
  const path = join(folder.path, name);
  writeFileSync(path, bytes);
  return path;
};

test.each([
  ['trace.json', trace],
  ['trace.json.gz', gzipSync(trace)],
] as const)('%s of torch.profiler opens as a recording does', async (name, bytes) => {
  const { kernels } = await summaryOf(write(name, bytes));
  expect(kernels.map((each) => each.name)).toEqual(['gemm']);
});

test('a packed file that unpacks to more than fits, or not at all, is a sentence', async () => {
  // A megabyte of it for each kilobyte: a text of one line, which has to be held as a whole.
  const bomb = write(
    'bomb.gz',
    gzipSync(Buffer.concat([Buffer.from('main;a 1\n'), Buffer.alloc(600e6, 'x')])),
  );
  const endless = write(
    'endless.json.gz',
    gzipSync(Buffer.concat([Buffer.from(trace.slice(0, -2)), Buffer.alloc(100e6, '[')])),
  );
  const cut = write('cut.json.gz', gzipSync(trace).subarray(0, 40));
  for (const [path, words] of [
    [bomb, 'more than 500 MB'],
    [endless, 'too long'],
    [cut, 'cannot be unpacked'],
  ] as const) {
    const { code, stderr } = await perfscope(['summary', path]);
    expect([code, stderr]).toEqual([3, expect.stringContaining(words)]);
  }
});
