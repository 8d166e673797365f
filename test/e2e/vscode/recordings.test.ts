import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeRecording } from '../../../analyzer/recording/index.ts';
import { exactRecording, HOSTILE, syntheticRecording } from '../../webview/syntheticRecording.ts';
import { type CodeServer, missingForVsCode, startCodeServer } from './codeServer.ts';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const missing = missingForVsCode();
const inVsCode = missing === null ? describe : describe.skip;
const LONG = 180_000;

/** Lines whose numbers are in the recording. */
const APP = Array.from({ length: 30 }, (_, i) => `line_${i + 1} = ${i + 1}`).join('\n');
const TRACE = {
  schemaVersion: 1,
  deviceProperties: [],
  traceEvents: [
    { ph: 'X', cat: 'cpu_op', name: 'aten::mm', pid: 7, tid: 7, ts: 100, dur: 500, args: {} },
    { ph: 'X', cat: 'cpu_op', name: 'aten::add', pid: 7, tid: 7, ts: 700, dur: 200, args: {} },
  ],
};

/** As `node --cpu-prof` writes it. */
function cpuProfile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'perfscope-cpuprofile-'));
  const script = 'function churn(end) { while (performance.now() < end) {} } churn(performance.now() + 200);';
  try {
    const options = ['--cpu-prof', '--cpu-prof-dir', folder, '--cpu-prof-name', 'out', '-e', script];
    spawnSync(process.execPath, options);
    return readFileSync(join(folder, 'out'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

inVsCode(`recordings in VS Code${missing === null ? '' : ` (${missing})`}`, () => {
  let server: CodeServer;
  let editor: Workbench;
  const fresh = async (file: string): Promise<void> => {
    await editor.command('View: Close All Editors');
    await editor.open(file);
  };
  beforeAll(async () => {
    server = await startCodeServer({
      files: {
        'app.py': APP,
        'run.perfscope': encodeRecording(exactRecording()),
        'hostile.perfscope': encodeRecording(syntheticRecording({ hostile: true })),
        'damaged.perfscope': encodeRecording(exactRecording()).subarray(0, 900),
        'empty.perfscope': new Uint8Array(0),
        'mm.trace.json': JSON.stringify(TRACE),
        'churn.cpuprofile': cpuProfile(),
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
    'a recording opens with what to change, the timeline and the flame graph',
    async () => {
      await fresh('run.perfscope');
      const viewer = await editor.viewer();
      await viewer.locator('.findings[aria-busy=false]').waitFor();
      expect(await viewer.locator('.tracks canvas').isVisible()).toBe(true);
      const frames = viewer.locator('[role=tree] [role=treeitem]');
      await frames.nth(2).waitFor({ state: 'attached' });
      expect(await frames.nth(2).textContent()).toContain('work, app.py:10');
      await editor.picture('panel');
    },
    LONG,
  );

  test(
    'a click on a frame shows its line beside the panel, which keeps the keys',
    async () => {
      await fresh('run.perfscope');
      const viewer = await editor.viewer();
      const canvas = viewer.locator('.flame-stage canvas');
      await viewer.locator('[role=tree] [role=treeitem]').nth(2).waitFor({ state: 'attached' });
      const box = await canvas.boundingBox();
      // Rows are all lanes, main, work; work is as wide as all of them.
      await canvas.click({ position: { x: (box?.width ?? 0) / 3, y: 50 } });
      await editor
        .status('Ln 10, Col 1')
        .or(editor.page.locator('.monaco-editor .line-numbers.active-line-number', { hasText: '10' }))
        .first()
        .waitFor();
      expect(await editor.page.locator('.editor-group-container').count()).toBe(2);
      await editor.page.keyboard.press('?');
      await viewer.locator('dialog[open]').waitFor();
      await editor.picture('revealed');
    },
    LONG,
  );

  test(
    'names of strangers stay texts, in the panel and in the trees',
    async () => {
      await fresh('hostile.perfscope');
      const viewer = await editor.viewer();
      await editor.command('View: Show perfscope');
      const rows = (view: string) =>
        editor.page.locator('.pane', { hasText: view }).locator('.monaco-list-row');
      await rows('Recordings').filter({ hasText: 'run.perfscope' }).waitFor();
      await rows('Hot Functions').first().waitFor();
      expect(HOSTILE.length).toBeGreaterThan(5);
      expect(await viewer.title()).not.toBe('owned');
      expect(await editor.page.title()).not.toContain('owned');
      expect(await editor.page.locator('.pane img, .pane svg[onload]').count()).toBe(0);
      await editor.picture('trees');
      await editor.command('View: Toggle Primary Side Bar Visibility');
    },
    LONG,
  );

  test(
    'what is damaged, empty or no recording is said in the panel',
    async () => {
      for (const [file, sentence] of [
        ['damaged.perfscope', /damaged|cut off/],
        ['empty.perfscope', /is empty/],
      ] as const) {
        await fresh(file);
        const viewer = await editor.viewer('[role=alert]');
        expect(await viewer.locator('[role=alert]').textContent()).toMatch(sentence);
      }
    },
    LONG,
  );

  test(
    "another tool's file opens with Open With",
    async () => {
      await fresh('mm.trace.json');
      await editor.command('View: Reopen Editor With...');
      await editor.pick('perfscope');
      const viewer = await editor.viewer();
      await viewer.getByRole('tab', { name: 'Operators' }).click();
      await viewer.locator('.rows .row', { hasText: 'aten::mm' }).waitFor();
      await editor.picture('trace');
    },
    LONG,
  );

  test(
    'a profile that Node itself has written opens with Open With',
    async () => {
      await fresh('churn.cpuprofile');
      await editor.command('View: Reopen Editor With...');
      await editor.pick('perfscope');
      const viewer = await editor.viewer();
      await viewer
        .locator('[role=tree] [role=treeitem]', { hasText: 'churn' })
        .first()
        .waitFor({ state: 'attached' });
      await editor.picture('cpuprofile');
    },
    LONG,
  );

  test(
    'a reload of the window brings back what was selected',
    async () => {
      await fresh('run.perfscope');
      const viewer = await editor.viewer();
      await viewer.getByRole('tab', { name: 'Functions' }).click();
      await viewer.locator('.rows .row', { hasText: 'rest' }).click();
      const picked = '.rows .row[aria-selected=true]';
      await viewer.locator(picked, { hasText: 'rest' }).waitFor();
      // The address is written after a pause.
      await viewer.waitForFunction(() => !document.documentElement.hasAttribute('data-settling'));
      await editor.page.waitForTimeout(500);
      // What is closed in another way may lose what the editor itself keeps: its tabs.
      const loaded = editor.page.waitForEvent('load');
      await editor.command('Developer: Reload Window');
      await loaded;
      const again = await editor.viewer();
      await again.locator(picked, { hasText: 'rest' }).waitFor();
    },
    LONG,
  );

  test(
    'the same recording is shown in two groups, each with its own selection',
    async () => {
      await fresh('run.perfscope');
      await editor.viewer();
      await editor.command('View: Split Editor Right');
      const [left, right] = await editor.viewers(2);
      if (!left || !right) throw new Error('two were waited for');
      const chosen = '[role=tab][aria-selected=true]';
      const before = await left.locator(chosen).textContent();
      await right.getByRole('tab', { name: 'Functions' }).click();
      await right.locator(chosen, { hasText: 'Functions' }).waitFor();
      expect(await left.locator(chosen).textContent()).toBe(before);
      await editor.picture('groups');
    },
    LONG,
  );

  test(
    'the panel has the theme of the editor, with contrast enough',
    async () => {
      await fresh('run.perfscope');
      const looks: string[] = [];
      for (const [command, kind] of [
        ['Light Modern', 'light'],
        ['Dark High Contrast', 'high-contrast'],
        ['Dark Modern', 'dark'],
      ] as const) {
        await editor.theme(command);
        const viewer = await editor.viewer();
        await viewer.locator(`body.vscode-${kind}`).waitFor();
        const shown = kind === 'light' ? 'light' : 'dark';
        await viewer.locator(`xpath=//html[@data-theme='${shown}']`).waitFor({ state: 'attached' });
        looks.push(await viewer.evaluate(() => getComputedStyle(document.body).backgroundColor));
        await editor.picture(`theme-${kind}`);
      }
      expect(new Set(looks).size).toBeGreaterThan(1);
    },
    LONG,
  );

  test(
    'a recording is exported as a page that opens without the editor',
    async () => {
      await fresh('run.perfscope');
      await editor.viewer();
      await editor.command('perfscope: Export as HTML Report...');
      await editor.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
      await editor.message('Written to');
      const page = readFileSync(join(server.workspace, 'run.html'), 'utf8');
      expect(page).toContain("default-src 'none'; script-src 'sha256-");
      const report = await editor.page.context().newPage();
      const complaints: string[] = [];
      report.on('console', (message) => complaints.push(message.text()));
      await report.goto(`file://${join(server.workspace, 'run.html')}`);
      await report.waitForSelector('.label');
      expect(complaints).toEqual([]);
      await report.close();
    },
    LONG,
  );

  test('neither the host nor a panel complained', () => {
    expect(editor.complaints).toEqual([]);
  });
});
