import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeRecording } from '../../../analyzer/recording/index.ts';
import { exactRecording, syntheticRecording } from '../../webview/syntheticRecording.ts';
import { plain } from '../reading.ts';
import { type CodeServer, missingForVsCode, startCodeServer } from './codeServer.ts';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const missing = missingForVsCode();
const inVsCode = missing === null ? describe : describe.skip;
const LONG = 180_000;

inVsCode(`two recordings in VS Code${missing === null ? '' : ` (${missing})`}`, () => {
  let server: CodeServer;
  let editor: Workbench;
  beforeAll(async () => {
    server = await startCodeServer({
      files: {
        'before.perfscope': encodeRecording(syntheticRecording()),
        'after.perfscope': encodeRecording(exactRecording()),
      },
    });
    editor = await openWorkbench(server.address);
    await editor.command('View: Toggle Primary Side Bar Visibility');
  }, LONG);
  afterAll(async () => {
    await editor?.close();
    await closeBrowser();
    await server?.close();
  }, LONG);

  test(
    'are chosen from a list and stand beside each other in a tab',
    async () => {
      await editor.command('perfscope: Compare Two Recordings...');
      await editor.pick('before.perfscope');
      // The second list leaves out what was chosen from the first.
      await editor.page.locator('.quick-input-title', { hasText: 'The run after' }).waitFor();
      expect(await editor.page.locator('.quick-input-list', { hasText: 'before.perfscope' }).count()).toBe(0);
      await editor.pick('after.perfscope');
      const viewer = await editor.viewer('.compare-top');
      // 4 s and 0.5 s.
      expect(plain(await viewer.locator('.pace').textContent())).toContain('8');
      await editor.page.locator('.tab', { hasText: 'before.perfscope ↔ after.perfscope' }).waitFor();
      await editor.picture('compare');
      expect(editor.complaints).toEqual([]);
    },
    LONG,
  );
});
