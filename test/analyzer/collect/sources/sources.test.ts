import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { keepSources, type SourceRun } from '../../../../analyzer/collect/sources/index.ts';
import { namedFiles } from '../../../../analyzer/collect/sources/namedFiles.ts';
import { readSource } from '../../../../analyzer/collect/sources/readSource.ts';
import { SOURCE_STATES, type Tables } from '../../../../analyzer/model/index.ts';
import { type LineSample, lineRecording } from '../../../harness/lines.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const LATER = Date.now() + 1e9;

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
};
const runOf = ({ strings, frames, stacks, samples }: Tables) => ({
  strings: [strings],
  frames: [frames],
  stacks: [stacks],
  samples: [samples],
});
const isOwn = (_: string, file: string) => !file.includes('library');
const keep = (samples: readonly LineSample[], run: Partial<SourceRun> = {}) => {
  const { tables } = lineRecording(samples);
  const { table, health } = keepSources(
    runOf(tables),
    { isOwn },
    { directory: folder.path, began: LATER, told: () => null, ...run },
  );
  return {
    health,
    rows: table.file.map((file, i) => [file, SOURCE_STATES[table.state[i] as number], table.text[i]]),
  };
};

test('the own files come first, hottest first, each counted once per stack', () => {
  const { tables } = lineRecording([
    { stack: ['main a.py:1', 'f b.py:1', 'g a.py:9', 'dot'], cpu: 30 },
    { stack: ['main a.py:1', 'h library.py:4'], cpu: 70 },
    { stack: ['other c.py:1'], cpu: 40 },
  ]);
  expect(namedFiles(runOf(tables), isOwn)).toEqual([
    { file: 'a.py', isOwn: true, total: 100, self: 30 },
    { file: 'c.py', isOwn: true, total: 40, self: 40 },
    { file: 'b.py', isOwn: true, total: 30, self: 0 },
    { file: 'library.py', isOwn: false, total: 70, self: 70 },
  ]);
});

test('a file that nobody has touched is kept whole, with the hash of its bytes', () => {
  const bytes = Buffer.from('\ufeffdef f():\r\n    "größe"\r\n', 'utf8');
  const path = write('whole.py', bytes);
  expect(readSource(path, LATER, 1000)).toEqual({
    state: 'whole',
    bytes: bytes.length,
    hash: createHash('sha256').update(bytes).digest('hex'),
    text: 'def f():\r\n    "größe"\r\n',
  });
});

test('a file that was written to, or put in place with an old time, has its text and no hash', () => {
  const path = write('changed.py', 'x = 1\n');
  const began = Date.now() - 60_000;
  const changed = { state: 'changed', bytes: 6, hash: '', text: 'x = 1\n' };
  expect(readSource(path, began, 1000)).toEqual(changed);
  utimesSync(path, new Date(0), new Date(0));
  expect(readSource(path, began, 1000)).toEqual(changed);
});

test('what is no plain text file of a fair size is not read, and nothing blocks', () => {
  const pipe = join(folder.path, 'pipe.py');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  mkdirSync(join(folder.path, 'folder.py'));
  symlinkSync('/dev/zero', join(folder.path, 'zero.py'));
  for (const path of [
    pipe,
    '/dev/zero',
    '/dev/tty',
    join(folder.path, 'folder.py'),
    join(folder.path, 'zero.py'),
  ])
    expect(readSource(path, LATER, 1000)).toMatchObject({ state: 'unreadable', text: '' });
  expect(readSource(join(folder.path, 'gone.py'), LATER, 1000).state).toBe('unreadable');
  expect(readSource('a\0b', LATER, 1000).state).toBe('unreadable');
  expect(readSource(write('binary.py', 'a\0b'), LATER, 1000)).toMatchObject({
    state: 'unreadable',
    text: '',
  });
  const large = { state: 'large', bytes: 1001, hash: '', text: '' };
  expect(readSource(write('large.py', 'x'.repeat(1001)), LATER, 1000)).toEqual(large);
});

test('own files and hot libraries are kept, what is no file is passed over, and relative names are of the run', () => {
  write('app.py', 'app');
  write('library_hot.py', 'hot');
  write('library_cold.py', 'cold');
  const hot = join(folder.path, 'library_hot.py');
  const cold = join(folder.path, 'library_cold.py');
  const { rows, health } = keep([
    { stack: ['main app.py:1', `f ${hot}:1`], cpu: 1000 },
    { stack: ['main app.py:1', `g ${cold}:1`], cpu: 1 },
    { stack: ['main app.py:1', 'h <string>:1', 'i node:fs:3', 'j webpack://x/y.js:3'], cpu: 10 },
  ]);
  expect(rows).toEqual([
    ['app.py', 'whole', 'app'],
    [hot, 'whole', 'hot'],
  ]);
  expect(health).toBeNull();
});

test('what the program itself tells of a file is believed before the disk', () => {
  write('app.py', 'on the disk');
  const { rows } = keep([{ stack: ['main app.py:1', 'f webpack://x/y.js:3'], cpu: 10 }], {
    told: (file) => (file === 'app.py' ? 'as it ran' : file.startsWith('webpack') ? 'original' : null),
  });
  expect(rows).toEqual([
    ['webpack://x/y.js', 'mapped', 'original'],
    ['app.py', 'mapped', 'as it ran'],
  ]);
});

test('beyond the room for all, and where a file lacks something, the health says which and why', () => {
  const names = Array.from({ length: 12 }, (_, i) => `many${i}.py`);
  for (const name of names) write(name, '#'.repeat(500 * 1024));
  write('huge.py', '#'.repeat(600 * 1024));
  const { rows, health } = keep(
    [...names, 'huge.py', 'gone.py'].map((name, i) => ({ stack: [`f ${name}:1`], cpu: 100 - i })),
  );
  expect(rows.map(([, state]) => state)).toEqual([
    ...new Array(8).fill('whole'),
    ...new Array(4).fill('full'),
    'large',
    'unreadable',
  ]);
  expect(health).toMatchObject({
    id: 'sources',
    status: 'partial',
    figures: { files: 8, bytes: 8 * 500 * 1024, fullFiles: 4, largeFiles: 1, unreadableFiles: 1 },
  });
  expect(health?.warnings).toEqual([
    '1 source file is longer than 512 KiB: no text is kept (huge.py).',
    '4 source files are beyond the 200 files and 4 MiB that are kept: no text (many8.py, many9.py, many10.py, ...).',
    '1 source file is not there any more or not to be read: no text is kept (gone.py).',
  ]);
});

test('no more than 200 files are kept', () => {
  const names = Array.from({ length: 230 }, (_, i) => `small${i}.py`);
  for (const name of names) write(name, 'x');
  const { rows } = keep(names.map((name) => ({ stack: [`f ${name}:1`], cpu: 10 })));
  expect(rows.filter(([, state]) => state === 'whole')).toHaveLength(200);
  expect(rows.filter(([, state]) => state === 'full')).toHaveLength(30);
});
