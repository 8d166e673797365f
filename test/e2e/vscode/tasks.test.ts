import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PYTHON } from '../../harness/perfscope.ts';
import { type CodeServer, missingForVsCode, startCodeServer } from './codeServer.ts';
import { closeBrowser, comes, openWorkbench, type Workbench } from './workbench.ts';

const missing = missingForVsCode();
const inVsCode = missing === null ? describe : describe.skip;
const LONG = 180_000;

const SUM = 'print("the sum is", sum(i * i for i in range(6_000_000)))\n';
/** The editor's own variable for the root of the workspace. */
const ROOT = `\${workspaceFolder}`;

inVsCode(`tasks that record${missing === null ? '' : ` (${missing})`}`, () => {
  let server: CodeServer;
  let editor: Workbench;
  beforeAll(async () => {
    server = await startCodeServer({ files: { 'sum.py': SUM } });
    mkdirSync(join(server.workspace, '.vscode'));
    const task = {
      type: 'perfscope',
      label: 'profile the sum',
      command: [PYTHON, `${ROOT}/sum.py`],
      rate: 200,
      problemMatcher: [],
    };
    writeFileSync(
      join(server.workspace, '.vscode/tasks.json'),
      JSON.stringify({ version: '2.0.0', tasks: [task] }),
    );
    editor = await openWorkbench(server.address);
  }, LONG);
  afterAll(async () => {
    await editor?.close();
    await closeBrowser();
    await server?.close();
  }, LONG);

  test(
    'a task runs the program, and its recording opens when it has ended',
    async () => {
      // The list is made before the tasks of the file are known to a machine with much else to do.
      const row = editor.page.locator('.quick-input-list .monaco-list-row', { hasText: 'profile the sum' });
      for (let left = 3; left > 0; left--) {
        await editor.command('Tasks: Run Task');
        if (await comes(row.first(), 'visible', left)) break;
        await editor.page.keyboard.press('Escape');
      }
      await editor.pick('profile the sum');
      await editor.viewer();
      await editor.page.locator('.tab.active', { hasText: 'sum.perfscope' }).waitFor();
      expect(readdirSync(join(server.workspace, '.perfscope'))).toContain('sum.perfscope');
      await editor.picture('task');
    },
    LONG,
  );
});
