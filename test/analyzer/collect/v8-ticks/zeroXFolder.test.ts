import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { summarize } from '../../../../analyzer/analysis/summary.ts';
import { isZeroXFolder, openZeroXFolder } from '../../../../analyzer/collect/v8-ticks/zeroXFolder.ts';
import { UserError } from '../../../../analyzer/model/index.ts';
import { decodeRecording, encodeRecording } from '../../../../analyzer/recording/index.ts';
import { summaryLines } from '../../../../cli/print/summary.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const CODE = [
  { name: 'solve /home/me/app.js:3:1', type: 'JS', kind: 'Opt' },
  { name: 'evil \u001b[31m/</script><img src=x>:1:1', type: 'JS', kind: 'Unopt' },
];
const LOG = 'isolate-0x1-812-812-v8.log';

function written(name: string, files: Readonly<Record<string, unknown>>): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  for (const [file, value] of Object.entries(files))
    writeFileSync(join(path, file), typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

test('a folder of 0x is a recording with a lane, tiers and the time between ticks', () => {
  const ticks = [1, 2, 3, 4].map((ms) => ({ tm: ms * 1000, vm: 0, s: ms < 4 ? [0, 0, 1, 0] : [1, 0] }));
  const path = written('812.0x', {
    [`${LOG}.json`]: { code: CODE, ticks },
    [LOG]:
      'code-creation,JS,13,2200,0x30,564,solve /home/me/app.js:3:1,0x21,*\ncode-deopt,2500,6,0x30,-1,1,deopt-eager,</home/me/app.js:4:2>,wrong map\n',
    'meta.json': { argv: ['app.js', 7, '--fast'], workingDir: '/home/me' },
  });
  expect(isZeroXFolder(path)).toBe(true);
  const recording = decodeRecording(encodeRecording(openZeroXFolder(path, 'test')), 'a folder');
  const summary = summarize(recording);
  expect(summary).toMatchObject({
    command: ['node', 'app.js', '--fast'],
    mode: 'wall',
    cpuSeconds: 0,
    tiers: [
      { tier: 'optimised', ticks: 3 },
      { tier: 'interpreted', ticks: 1 },
    ],
    deopts: [
      { function: 'solve', line: 3, reason: 'wrong map', atFile: '/home/me/app.js', atLine: 4, count: 1 },
    ],
  });
  expect(
    summary.lanes.map(({ process, endSeconds, startSeconds }) => [
      process,
      (endSeconds - startSeconds) * 1e3,
    ]),
  ).toEqual([[812, expect.closeTo(4)]]);
  expect(summary.functions.find(({ name }) => name === 'solve')?.selfWallSeconds).toBeCloseTo(0.003);
  const text = summaryLines(summary).join('\n');
  expect(text).toContain('CPU not known');
  expect(text).toMatch(/solve +3\.00 ms +75 %/);
  expect(text).not.toContain('\u001b');
});

test('ticks without times count a millisecond each', () => {
  const path = written('ticks.0x', {
    'ticks.json': [[CODE[1], CODE[0]], [CODE[1], CODE[0]], [CODE[1]], [], 7],
  });
  const { tables, meta } = openZeroXFolder(path, 'test');
  expect(tables.samples.length).toBe(4);
  expect(meta.collectors[0]).toMatchObject({ samples: 4, dropped: 1, status: 'partial' });
});

test('what is damaged is a sentence, and other folders are none of 0x', () => {
  const path = written('damaged.0x', { [`${LOG}.json`]: '{"code":[], "ticks"' });
  expect(() => openZeroXFolder(path, 'test')).toThrow(UserError);
  expect(() => openZeroXFolder(path, 'test')).toThrow(/v8\.log\.json is damaged: /);
  expect(isZeroXFolder(written('empty', { 'a.txt': '' }))).toBe(false);
});
