import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { compiledAgent } from '../../../analyzer/collect/compiledAgent.ts';
import { temporaryFolder } from '../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

function sources(name: string, text: string): string {
  const path = join(folder.path, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'agent.c'), text);
  return path;
}
/** No program is found here. */
const NOWHERE = { PATH: '/nonexistent' };
const cache = join(folder.path, 'cache');

test('an agent is compiled once, and again when its source has changed', async () => {
  const first = await compiledAgent(sources('a', 'int answer(void) { return 42; }'), 'agent', cache);
  expect(
    readFileSync(first.path as string)
      .subarray(1, 4)
      .toString(),
  ).toBe('ELF');
  const again = await compiledAgent(join(folder.path, 'a'), 'agent', cache);
  expect(again).toEqual(first);
  const changed = await compiledAgent(sources('a', 'int answer(void) { return 43; }'), 'agent', cache);
  expect(changed.path).not.toBe(first.path);
  expect(readdirSync(cache)).toHaveLength(2);
});

test('what an earlier run compiled needs no compiler', async () => {
  const made = await compiledAgent(sources('b', 'int b;'), 'b', cache);
  expect(await compiledAgent(join(folder.path, 'b'), 'b', cache, NOWHERE)).toEqual(made);
});

test('without a compiler the user is told what to install', async () => {
  expect(await compiledAgent(sources('c', 'int c;'), 'c', cache, NOWHERE)).toMatchObject({
    path: null,
    reason: 'no C compiler was found to build the agent with',
    remedy: expect.stringContaining('gcc'),
  });
});

test('what a compiler objects to is told and leaves nothing behind', async () => {
  const before = readdirSync(cache);
  const broken = await compiledAgent(sources('d', 'int d = ;'), 'd', cache);
  expect(broken).toMatchObject({ path: null, reason: expect.stringContaining('error') });
  expect(readdirSync(cache)).toEqual(before);
});

test('a cache that is no folder is told', async () => {
  const file = join(folder.path, 'file');
  writeFileSync(file, '');
  expect(await compiledAgent(sources('e', 'int e;'), 'e', join(file, 'x'))).toMatchObject({
    path: null,
    remedy: expect.stringContaining('XDG_CACHE_HOME'),
  });
});
