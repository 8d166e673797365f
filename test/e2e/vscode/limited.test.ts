import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { encodeRecording } from '../../../analyzer/recording/index.ts';
import { exactRecording } from '../../webview/syntheticRecording.ts';
import { type CodeServer, missingForVsCode, packedExtension, startCodeServer } from './codeServer.ts';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const missing = missingForVsCode();
const inVsCode = missing === null ? describe : describe.skip;
const LONG = 180_000;
const FILES = { 'app.py': 'print("ran")\n', 'run.perfscope': encodeRecording(exactRecording()) };

inVsCode(`where nothing may run${missing === null ? '' : ` (${missing})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfscope-vsix-'));
  let server: CodeServer | null = null;
  let editor: Workbench | null = null;
  /** Commands that the palette offers for what is typed. */
  const offered = async ({ page }: Workbench): Promise<string[]> => {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-box input').fill('>perfscope');
    const rows = page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'perfscope: Open Recording' }).waitFor();
    const names = await rows.allTextContents();
    await page.keyboard.press('Escape');
    return names.filter((name) => name.includes('perfscope:'));
  };
  beforeAll(() => {
    const files = unzipSync(new Uint8Array(readFileSync(packedExtension())));
    const manifest = JSON.parse(strFromU8(files['extension/package.json'] ?? new Uint8Array())) as object;
    const inBrowser = { ...manifest, main: undefined, extensionKind: ['web'] };
    writeFileSync(
      join(folder, 'web.vsix'),
      zipSync({ ...files, 'extension/package.json': strToU8(JSON.stringify(inBrowser)) }),
    );
  });
  afterEach(async () => {
    await editor?.close();
    await server?.close();
  });
  afterAll(async () => {
    await closeBrowser();
    rmSync(folder, { recursive: true });
  });

  test(
    'a workspace that nobody trusts opens recordings and offers to run nothing',
    async () => {
      server = await startCodeServer({ files: FILES, asksForTrust: true });
      editor = await openWorkbench(server.address);
      await editor.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
      await editor.open('run.perfscope');
      const viewer = await editor.viewer();
      await viewer.locator('.findings[aria-busy=false]').waitFor();
      const commands = await offered(editor);
      expect(commands.some((name) => name.includes('Compare Two Recordings'))).toBe(true);
      expect(commands.filter((name) => /Record |Attach/.test(name))).toEqual([]);
      await editor.picture('untrusted');
      expect(editor.complaints).toEqual([]);
    },
    LONG,
  );

  test(
    'in a browser without a machine behind it, recordings open with what to change',
    async () => {
      server = await startCodeServer({ files: FILES, vsix: join(folder, 'web.vsix') });
      editor = await openWorkbench(server.address);
      await editor.open('run.perfscope');
      const viewer = await editor.viewer();
      await viewer.locator('.findings[aria-busy=false]').waitFor();
      await viewer
        .locator('[role=tree] [role=treeitem]', { hasText: 'work, app.py:10' })
        .waitFor({ state: 'attached' });
      await editor.command('View: Show perfscope');
      const functions = editor.page.locator('.pane', { hasText: 'Hot Functions' });
      await functions.locator('.monaco-list-row', { hasText: 'work' }).waitFor();
      await editor.picture('web');
      expect(editor.complaints).toEqual([]);
    },
    LONG,
  );
});
