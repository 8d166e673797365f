import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { SOURCE_STATES } from '../../analyzer/model/index.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { PYTHON, perfscope, record, temporaryFolder } from '../harness/perfscope.ts';

/** The text of what ran, in recordings of real programs. */
const folder = temporaryFolder();
afterAll(folder.remove);

/** As if it had been written long before the run. */
function write(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  utimesSync(path, new Date(1e12), new Date(1e12));
  return path;
}
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** What a recording has of each file. */
function sourcesIn(file: string) {
  const { tables, meta } = openRecording(file);
  const { sources } = tables;
  const rows = sources.file.map((path, i) => ({
    file: path,
    state: SOURCE_STATES[sources.state[i] as number],
    hash: sources.hash[i],
    text: sources.text[i],
  }));
  return { rows, health: meta.collectors.find(({ id }) => id === 'sources') };
}

const BUSY = 'def busy(n):\n    return sum(i * i for i in range(n))  # SECRET-MARK\n\n\nbusy(8_000_000)\n';

test('a Python program is kept as it ran, and its text is in nothing that is made for other tools', async () => {
  const path = write('app.py', BUSY);
  const { file, summary } = await record(folder.path, [], [PYTHON, path]);
  const { rows, health } = sourcesIn(file);
  expect(rows).toEqual([{ file: path, state: 'whole', hash: sha256(path), text: BUSY }]);
  expect(health).toBeUndefined();
  expect(JSON.stringify(summary)).not.toContain('SECRET-MARK');
  for (const format of ['speedscope', 'collapsed']) {
    const { code, stdout } = await perfscope(['export', file, '-f', format]);
    expect(code).toBe(0);
    expect(stdout).toContain('busy');
    expect(stdout).not.toContain('SECRET-MARK');
  }
  const page = join(folder.path, 'app.html');
  expect((await perfscope(['report', file, '-o', page])).code).toBe(0);
});

test('without sources nothing of the text is kept', async () => {
  const path = write('private.py', BUSY);
  const { file } = await record(folder.path, ['--no-sources'], [PYTHON, path]);
  expect(sourcesIn(file)).toEqual({ rows: [], health: undefined });
  expect(openRecording(file).tables.strings.value).toContain(path);
});

test('a file that is written to while it runs has its text, no hash, and a warning that names it', async () => {
  const path = write('changing.py', `${BUSY}open(__file__, "a").write("# more\\n")\n`);
  const { file } = await record(folder.path, [], [PYTHON, path]);
  const { rows, health } = sourcesIn(file);
  expect(rows).toMatchObject([{ file: path, state: 'changed', hash: '' }]);
  expect(rows[0]?.text).toMatch(/# more\n$/);
  expect(health?.warnings).toEqual([
    `1 source file is newer than the run: its lines may not be those that ran (${path}).`,
  ]);
});

test('a file that is gone when the run is over costs its text and not the run', async () => {
  const path = write('fleeting.py', `import os\n${BUSY}os.remove(__file__)\n`);
  const { file, ended } = await record(folder.path, [], [PYTHON, path]);
  expect(ended).toMatchObject({ code: 0 });
  const { rows, health } = sourcesIn(file);
  expect(rows).toEqual([{ file: path, state: 'unreadable', hash: '', text: '' }]);
  expect(health).toMatchObject({ status: 'partial', figures: { unreadableFiles: 1, files: 0 } });
});

test('a file that becomes a pipe, or that may not be read, holds nothing up', async () => {
  const path = write('pipe.py', `import os\n${BUSY}os.remove(__file__)\nos.mkfifo(__file__)\n`);
  const { file } = await record(folder.path, [], [PYTHON, path]);
  expect(sourcesIn(file).rows).toMatchObject([{ state: 'unreadable', text: '' }]);
  rmSync(path);
  const closed = write('closed.py', `import os\n${BUSY}os.chmod(__file__, 0)\n`);
  const { file: other } = await record(folder.path, [], [PYTHON, closed]);
  chmodSync(closed, 0o600);
  // Who is root reads it all the same; then its change of rights is a change.
  const state = process.getuid?.() === 0 ? 'changed' : 'unreadable';
  expect(sourcesIn(other).rows).toMatchObject([{ state }]);
});

test('Node: the originals of a bundle are told by its map, though they lie nowhere any more', async () => {
  mkdirSync(join(folder.path, 'src'), { recursive: true });
  const solver = write(
    'src/solver.ts',
    'export function solve(rounds: number): number {\n  let sum = 0;\n  for (let i = 0; i < rounds; i++) sum += Math.sqrt(i) % 7;\n  return sum;\n}\n',
  );
  const main = write('src/main.ts', 'import { solve } from "./solver.ts";\nconsole.log(solve(6e7) > 0);\n');
  const bundle = join(folder.path, 'out.cjs');
  buildSync({ entryPoints: [main], bundle: true, platform: 'node', sourcemap: true, outfile: bundle });
  const text = readFileSync(solver, 'utf8');
  const hash = sha256(solver);
  rmSync(solver);
  const { file } = await record(folder.path, [], [process.execPath, bundle]);
  const row = sourcesIn(file).rows.find((each) => each.file === solver);
  expect(row).toEqual({ file: solver, state: 'mapped', hash, text });
});

test('Node: a script without a map is kept as it lies on the disk', async () => {
  const path = write(
    'plain.mjs',
    'let sum = 0;\nfor (let i = 0; i < 8e7; i++) sum += i % 7;\nconsole.log(sum);\n',
  );
  const { file } = await record(folder.path, [], [process.execPath, path]);
  const row = sourcesIn(file).rows.find((each) => each.file === path);
  expect(row).toMatchObject({ state: 'whole', hash: sha256(path) });
});

test('who joins a running program keeps what was there before it began', async () => {
  const path = write('served.py', 'print("ready", flush=True)\nwhile True:\n    sum(range(1000))\n');
  const child = spawn(PYTHON, [path]);
  try {
    await once(child.stdout, 'data');
    for (const [flags, rows] of [
      [[], [{ file: path, state: 'whole', hash: sha256(path) }]],
      [['--no-sources'], []],
    ] as const) {
      const file = join(folder.path, `attached${flags.length}.perfscope`);
      const { code } = await perfscope([
        'attach',
        '-q',
        '-p',
        String(child.pid),
        '-d',
        '0.5',
        '-o',
        file,
        ...flags,
      ]);
      expect(code).toBe(0);
      expect(sourcesIn(file).rows).toMatchObject(rows);
    }
    writeFileSync(path, 'other');
    const file = join(folder.path, 'later.perfscope');
    await perfscope(['attach', '-q', '-p', String(child.pid), '-d', '0.5', '-o', file]);
    expect(sourcesIn(file).rows).toMatchObject([{ state: 'changed', hash: '', text: 'other' }]);
  } finally {
    child.kill('SIGKILL');
  }
});
