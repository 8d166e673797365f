import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { locksOut, nodeEnvironment } from '../../../../analyzer/collect/node/environment.ts';
import { ROOT } from '../../../harness/perfscope.ts';

/** The agent asks what the command line asks, in a language of its own. */
const agent = createRequire(import.meta.url)(join(ROOT, 'analyzer/agents/node/permission.cjs')) as {
  locksOut: typeof locksOut;
};
const AGENTS = '/opt/perfscope/dist/agents/node';

test.each<[string[], boolean]>([
  [['node', 'app.js'], false],
  [['node', '--permission', 'app.js'], true],
  [['node', '--experimental-permission', '--allow-fs-read=/srv/*', 'app.js'], true],
  [['node', '--permission', '--allow-fs-read=*', 'app.js'], false],
  [['node', '--permission', '--allow-fs-read', '*', 'app.js'], false],
  [['node', '--permission', '--allow-fs-read=/srv,/opt/perfscope/*', 'app.js'], false],
  [['node', '--permission', '--allow-fs-read=/opt/perfscope/dist/agents/other/', 'app.js'], true],
  [['sh', '-c', 'cd /srv && node --permission app.js'], true],
  [['sh', '-c', 'node "--permission" --allow-fs-read="*" app.js'], false],
  [['node', 'app.js', '--permissions'], false],
  [['--max-old-space-size=100 --permission'], true],
])('%j may not read the agent: %p', (texts, expected) => {
  expect(locksOut(texts, AGENTS)).toBe(expected);
  expect(agent.locksOut(texts, AGENTS)).toBe(expected);
});

test('a command that may not read the agent is given none', () => {
  const environment = (command: string[], options?: string) =>
    nodeEnvironment(command, { NODE_OPTIONS: options }, AGENTS, '/tmp/records', 500);
  expect(environment(['node', '--permission', 'app.js'])).toEqual({});
  expect(environment(['node', 'app.js'], '--permission')).toEqual({});
  expect(environment(['node', 'app.js'])).toMatchObject({ NODE_OPTIONS: expect.stringContaining(AGENTS) });
});
