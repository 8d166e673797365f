import { afterEach, expect, jest, test } from '@jest/globals';
import { Replay } from '../../../cli/record/replay.ts';

const written: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
const folder = process.env.TMPDIR;

afterEach(() => {
  jest.restoreAllMocks();
  if (folder === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = folder;
});

function capture(): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    written[stream] = [];
    jest.spyOn(process[stream], 'write').mockImplementation((bytes) => {
      written[stream].push(Buffer.from(bytes as Uint8Array));
      return true;
    });
  }
}

const bytes = (stream: 'stdout' | 'stderr') => Buffer.concat(written[stream]);

test.each([
  ['in a file', undefined],
  ['in memory where no file can be made', '/no/such/folder'],
])('output is kept %s and printed unchanged, each stream to its own', async (_name, temporary) => {
  if (temporary !== undefined) process.env.TMPDIR = temporary;
  const replay = new Replay();
  const out = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 256));
  for (let at = 0; at < out.length; at += 7000) {
    replay.add(out.subarray(at, at + 7000), 'stdout');
    if (at % 21_000 === 0) replay.add(Buffer.from(`${at}\n`), 'stderr');
  }
  capture();
  await replay.print();
  const [printed, errors] = [bytes('stdout'), bytes('stderr').toString()];
  jest.restoreAllMocks();
  expect(printed.equals(out)).toBe(true);
  expect(errors.split('\n').slice(0, 3)).toEqual(['0', '21000', '42000']);
});
