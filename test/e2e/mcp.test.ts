import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { CLI, perfscope, ROOT, temporaryFolder } from '../harness/perfscope.ts';

const folder = temporaryFolder();
const outside = temporaryFolder();
const client = new Client({ name: 'test', version: '1' });
const POOLS = 'with pools.perfscope';

beforeAll(async () => {
  copyFileSync(join(ROOT, 'fixtures/recordings/version-4.perfscope'), join(folder.path, POOLS));
  writeFileSync(join(folder.path, 'x.folded'), 'main;solve 30\nmain;load 10\n');
  writeFileSync(join(folder.path, 'broken.perfscope'), 'PK\u0003\u0004 and no more');
  writeFileSync(join(outside.path, 'secret.folded'), 'main;secret 30\n');
  symlinkSync(join(outside.path, 'secret.folded'), join(folder.path, 'link.folded'));
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI, 'mcp', '--root', folder.path],
      stderr: 'pipe',
    }),
  );
});
afterAll(async () => {
  await client.close();
  folder.remove();
  outside.remove();
});

type Told = Record<string, unknown>;
async function call(name: string, args: Told = {}): Promise<{ text: string; isError: boolean }> {
  const { content, isError } = (await client.callTool({ name, arguments: args })) as {
    content: { text: string }[];
    isError?: boolean;
  };
  return { text: content[0]?.text ?? '', isError: isError === true };
}
async function ask(name: string, args: Told = {}): Promise<Told> {
  const { text, isError } = await call(name, args);
  expect([name, isError, isError ? text : '']).toEqual([name, false, '']);
  return JSON.parse(text) as Told;
}

test('the questions are listed with what they take', async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    ...['list_recordings', 'findings', 'summary', 'hot_functions', 'transfers', 'tasks', 'what_if'],
    ...['compare', 'source_lines'],
  ]);
  for (const { inputSchema, description } of tools)
    expect([inputSchema.type, (description ?? '').length > 40]).toEqual(['object', true]);
});

test('recordings of the folder are listed, those of other tools too', async () => {
  const { recordings } = (await ask('list_recordings')) as { recordings: { file: string }[] };
  expect(recordings.map(({ file }) => file).sort()).toEqual(['broken.perfscope', POOLS, 'x.folded'].sort());
});

test('answers are those of the commands', async () => {
  const ofCommand = async (...args: string[]) => {
    const { stdout } = await perfscope(args, { directory: folder.path });
    return JSON.parse(Buffer.from(stdout, 'latin1').toString('utf8')) as Told;
  };
  expect(await ask('findings', { file: POOLS, limit: 200 })).toEqual(
    await ofCommand('advise', '--json', POOLS),
  );
  const summary = await ofCommand('summary', '--json', POOLS);
  const asked = await ask('summary', { file: POOLS, limit: 5 });
  expect([asked.wallSeconds, asked.efficiency, asked.pools]).toEqual([
    summary.wallSeconds,
    expect.objectContaining({ parallel: (summary.efficiency as Told).parallel }),
    summary.pools,
  ]);
  expect(await ask('what_if', { file: POOLS, workers: 2 })).toEqual(
    await ofCommand('whatif', '--json', '--workers', '2', POOLS),
  );
  const { predictions, wallRatio } = await ofCommand('compare', '--json', POOLS, POOLS);
  expect(await ask('compare', { before: POOLS, after: POOLS })).toMatchObject({
    predictions,
    wallRatio,
  } as Told);
  expect(((await ask('tasks', { file: POOLS })).tasks as unknown[]).length).toBeGreaterThan(0);
  expect(await ask('transfers', { file: POOLS })).toHaveProperty('transfers');
});

test('functions are found by parts of names, and lines by the end of a path', async () => {
  const { functions } = (await ask('hot_functions', { file: POOLS, name: 'render', by: 'total' })) as {
    functions: { name: string; file: string }[];
  };
  expect(functions.length).toBeGreaterThan(0);
  expect(functions.every(({ name }) => name.includes('render'))).toBe(true);
  const source = functions[0]?.file.split('/').at(-1) ?? '';
  const { files } = (await ask('source_lines', { file: POOLS, source })) as {
    files: { lines: { line: number; total: number; self: number }[] }[];
  };
  const lines = files[0]?.lines ?? [];
  expect(lines.length).toBeGreaterThan(0);
  for (const { self, total } of lines) expect(total).toBeGreaterThanOrEqual(self);
});

test('a long answer is cut, and says what was left out', async () => {
  const { text } = await call('summary', { file: POOLS, limit: 3 });
  const { functions, omitted } = JSON.parse(text) as {
    functions: unknown[];
    omitted: Record<string, number>;
  };
  expect(functions).toHaveLength(3);
  expect(omitted.functions).toBeGreaterThan(0);
  expect((await call('summary', { file: POOLS, limit: 200 })).text.length).toBeLessThanOrEqual(40_000);
});

test('nothing outside of the folder is read, and nothing is told of what is there', async () => {
  const secret = join(outside.path, 'secret.folded');
  for (const file of [secret, '../../../etc/passwd', '/etc/passwd', '/no/such/file', 'link.folded', '..']) {
    const { text, isError } = await call('summary', { file });
    expect([file, isError, text]).toEqual([file, true, expect.stringContaining('lies outside')]);
  }
});

test('what cannot be answered is a sentence', async () => {
  const refused = async (name: string, args: Told) => {
    const { text, isError } = await call(name, args);
    expect(isError).toBe(true);
    return text;
  };
  expect(await refused('summary', {})).toMatch(/file is missing/);
  expect(await refused('summary', { file: 'none.perfscope' })).toMatch(/there is no file/);
  expect(await refused('summary', { file: 'broken.perfscope' })).toMatch(/damaged/);
  expect(await refused('summary', { file: 7 })).toMatch(/file is a string/);
  expect(await refused('summary', { file: POOLS, limit: 0 })).toMatch(/whole number from 1 to 200/);
  expect(await refused('summary', { file: POOLS, colour: 'red' })).toMatch(/no parameter colour/);
  expect(await refused('what_if', { file: 'x.folded' })).toMatch(
    /neither tasks of pools nor work of devices/,
  );
  expect(await refused('source_lines', { file: POOLS, source: 'nowhere.py' })).toMatch(
    /no line of nowhere.py/,
  );
  expect(await refused('what_if', { file: POOLS, faster_function: 'rendr_row' })).toMatch(/Did you mean/);
});

test('a root that is no folder is a sentence', async () => {
  const { code, stderr } = await perfscope(['mcp', '--root', '/no/such/folder']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('is no folder')]);
});
