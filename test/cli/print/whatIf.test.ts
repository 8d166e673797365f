import { expect, test } from '@jest/globals';
import { type Replay, replayOf } from '../../../analyzer/analysis/replay/replay.ts';
import { granted, type Wish } from '../../../analyzer/analysis/replay/whatIf.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import { nanos } from '../../../analyzer/model/index.ts';
import type { WhatIfAnswers } from '../../../analyzer/questions/whatIf.ts';
import { whatIfDocument } from '../../../analyzer/questions/whatIfDocument.ts';
import { whatIfLines } from '../../../cli/print/whatIf.ts';
import { pooled } from '../../harness/pooled.ts';
import { META, recordingOf } from '../../harness/recordings.ts';

const MS = 1e6;

function asked(wishes: readonly Wish[]): { trace: Trace; answers: WhatIfAnswers } {
  const clock = { ...META.clock, end: nanos(META.clock.start + 1500 * MS) };
  const tasks = pooled([
    [200, 300, 500],
    [300, 300],
  ]);
  const trace = new Trace(recordingOf([{}, {}, {}], [], { clock }, { pools: [{ stack: ['main'] }], tasks }));
  const replay = replayOf(trace, 0) as Replay;
  const answers = wishes.map((wish) => granted(trace, replay, wish));
  const together = granted(trace, replay, Object.assign({}, ...wishes));
  return { trace, answers: { pools: [{ replay, answers, together }], run: [] } };
}

test('a table says what each change alone and all of them together come to, as intervals, and what limits it then', () => {
  const { trace, answers } = asked([{ order: 'longest' }, { workers: 1 }]);
  const lines = whatIfLines(trace, answers);
  expect(lines[0]).toBe('pool 0: multiprocessing.Pool, 2 workers, made at main.py:2; 5 tasks');
  expect(lines[2]).toMatch(/as recorded +1\.00 s +1\.50 s$/);
  expect(lines[3]).toMatch(/replayed as it was +1\.00 s \([+-]0(?:\.0)? %\)$/);
  expect(lines[4]).toMatch(/longest first +\d+ ms - \d+ ms .* 1\.\d\dx - 1\.\d\dx +\w/);
  expect(lines[5]).toMatch(/1 worker .* 0\.\d\dx - 0\.\d\dx +workers$/);
  expect(lines[6]).toMatch(/all together/);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(110);
});

test('the document has the same in seconds', () => {
  const { trace, answers } = asked([{ chunk: 2 }]);
  const text = JSON.stringify(whatIfDocument(trace, answers));
  expect(JSON.parse(text)).toMatchObject({
    version: 1,
    wallSeconds: 1.5,
    pools: [
      {
        pool: 0,
        workers: 2,
        tasks: 5,
        recordedSeconds: 1,
        variants: [
          {
            name: 'chunk size 2',
            chunksize: 2,
            order: null,
            gain: { lo: expect.any(Number) },
            limit: expect.any(String),
          },
        ],
      },
    ],
  });
});
