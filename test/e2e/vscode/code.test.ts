import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { advise } from '../../../analyzer/advice/index.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import { encodeRecording } from '../../../analyzer/recording/index.ts';
import { plain } from '../reading.ts';
import { type CodeServer, missingForVsCode, startCodeServer } from './codeServer.ts';
import { PROGRAM, pooledProgram } from './pooledProgram.ts';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const missing = missingForVsCode();
const inVsCode = missing === null ? describe : describe.skip;
const LONG = 180_000;

const recording = pooledProgram();
const [finding] = advise(new Trace(recording));
const rule = finding?.rule ?? '';

test('the recording of these tests has a finding in main.py', () => {
  expect(finding?.location).toMatchObject({ file: 'main.py', line: 2 });
});

inVsCode(`figures in the code${missing === null ? '' : ` (${missing})`}`, () => {
  let server: CodeServer;
  let editor: Workbench;

  /** What stands above functions in the editor in sight, once it has `text`. */
  const lens = (text: string) => editor.page.locator('.codelens-decoration a', { hasText: text }).first();
  /** Texts behind lines: an editor draws them by style sheets. */
  const behind = () =>
    editor.page
      .locator('.editor-instance .view-lines span')
      .evaluateAll((spans) =>
        spans.map((span) => getComputedStyle(span, '::after').content).filter((text) => /%/.test(text)),
      );
  /** Backgrounds of whole lines that have any. */
  const colours = () =>
    editor.page.locator('.editor-instance .view-overlays .cdr').evaluateAll((lines) =>
      lines
        .map((line) => getComputedStyle(line))
        .filter(({ borderLeftWidth }) => borderLeftWidth === '3px')
        .map(({ backgroundColor }) => backgroundColor),
    );
  const until = async (what: () => Promise<unknown>, expected: unknown) => {
    const end = Date.now() + 30_000;
    let last = await what();
    while (Date.now() < end && JSON.stringify(last) !== JSON.stringify(expected)) {
      await editor.page.waitForTimeout(100);
      last = await what();
    }
    expect(last).toEqual(expected);
  };

  beforeAll(async () => {
    server = await startCodeServer({
      files: { ...PROGRAM, 'run.perfscope': encodeRecording(recording) },
    });
    mkdirSync(join(server.workspace, 'other'));
    writeFileSync(join(server.workspace, 'other/elsewhere.py'), '# nothing of it ran\n');
    editor = await openWorkbench(server.address);
    await editor.command('View: Toggle Primary Side Bar Visibility');
    await editor.open('run.perfscope');
    await editor.viewer();
  }, LONG);
  beforeEach(async () => {
    // What is selected in the panel is shown in the code beside it, in a group of its own.
    await editor.command('View: Single Column Editor Layout');
    await editor.open('solve.py');
    await lens('of CPU').waitFor();
  }, LONG);
  afterAll(async () => {
    await editor?.close();
    await closeBrowser();
    await server?.close();
  }, LONG);

  test(
    'a hot line is coloured with its share behind it, and above its function stands what that took',
    async () => {
      expect(plain((await lens('self').textContent()) ?? '')).toMatch(/^9\d % of CPU · 3\.00 s self$/);
      await until(async () => (await behind()).length, 1);
      expect((await behind())[0]).toMatch(/9\d\s%\s·\s3\.00\ss/);
      expect((await colours()).length).toBe(1);
      expect((await colours())[0]).not.toMatch(/^rgba\(0, 0, 0, 0\)$/);
      await editor.picture('heat-dark');
    },
    LONG,
  );

  test(
    'an edit takes figures and colours away at once, and taking it back brings them back',
    async () => {
      await editor.page.locator('.editor-instance .view-line').first().click();
      await editor.page.keyboard.press('Control+End');
      await editor.page.keyboard.type('# ');
      await until(async () => [await colours(), await behind()], [[], []]);
      await lens('of CPU').waitFor({ state: 'detached' });
      await editor.status('changed since').waitFor();
      await editor.page.keyboard.press('Control+z');
      await editor.page.keyboard.press('Control+z');
      await lens('of CPU').waitFor();
      await until(async () => (await colours()).length, 1);
    },
    LONG,
  );

  test(
    'a file that did not run has none',
    async () => {
      await editor.open('elsewhere.py');
      await editor.page.locator('.view-line', { hasText: 'nothing of it ran' }).waitFor();
      await until(async () => [await colours(), await behind()], [[], []]);
      expect(await editor.page.locator('.codelens-decoration').count()).toBe(0);
    },
    LONG,
  );

  test(
    'a click above a function shows it in the panel',
    async () => {
      await lens('self').click();
      await editor.page.locator('.tab.active', { hasText: 'run.perfscope' }).waitFor();
      const viewer = await editor.viewer('.flame-stage');
      await viewer.getByText('solve').first().waitFor();
    },
    LONG,
  );

  test(
    'findings are among the problems, at their lines, with what can be done',
    async () => {
      await editor.open('main.py');
      await lens('1 finding').waitFor();
      await editor.page.locator('.editor-instance .squiggly-warning').first().waitFor();
      await editor.page.locator('.view-line', { hasText: 'print(sorted' }).click();
      await editor.page.keyboard.press('Control+.');
      const actions = editor.page.locator('.action-widget .monaco-list-row');
      await actions.filter({ hasText: 'Show evidence in perfscope' }).waitFor();
      expect(await actions.filter({ hasText: `Open the page of rule ${rule}` }).count()).toBe(1);
      expect(await actions.filter({ hasText: 'What if the pool was used otherwise' }).count()).toBe(1);
      await editor.picture('finding-actions');
      await actions.filter({ hasText: 'Show evidence in perfscope' }).click();
      const viewer = await editor.viewer('.finding.selected');
      expect(await viewer.locator('.finding.selected').getAttribute('data-key')).toBe(rule);
      await editor.open('main.py');
      await editor.page.keyboard.press('Control+Shift+m');
      const row = editor.page.locator('.markers-panel .monaco-list-row', { hasText: `${rule}` }).first();
      await row.waitFor();
      expect(await row.textContent()).toContain('perfscope');
      await editor.picture('problems');
      await editor.page.keyboard.press('Control+Shift+m');
    },
    LONG,
  );

  test(
    'the page of a rule opens for reading',
    async () => {
      await editor.open('main.py');
      await lens('1 finding').waitFor();
      await editor.page.locator('.view-line', { hasText: 'print(sorted' }).click();
      await editor.page.keyboard.press('Control+.');
      await editor.page
        .locator('.action-widget .monaco-list-row', { hasText: `Open the page of rule ${rule}` })
        .click();
      await editor.page.locator('.tab.active', { hasText: `${rule}.md` }).waitFor();
      await until(
        async () =>
          (
            await Promise.all(
              editor.page.frames().map((frame) =>
                frame
                  .locator('h1', { hasText: `${rule}: ` })
                  .count()
                  .catch(() => 0),
              ),
            )
          ).reduce((sum, count) => sum + count, 0),
        1,
      );
      await editor.picture('rule');
    },
    LONG,
  );

  test(
    'what if lists predictions for the pool',
    async () => {
      await editor.command('perfscope: What If ...');
      const rows = editor.page.locator('.quick-input-list .monaco-list-row');
      await rows.filter({ hasText: 'The run takes' }).first().waitFor();
      expect(await rows.filter({ hasText: 'faster' }).count()).toBeGreaterThan(0);
      await editor.picture('what-if');
      await editor.page.keyboard.press('Escape');
    },
    LONG,
  );

  test(
    'pointing at a line tells its figures',
    async () => {
      await editor.page.locator('.view-line span', { hasText: 'range' }).last().hover();
      const hover = editor.page.locator('.monaco-hover:not(.hidden)', { hasText: 'CPU, self' }).first();
      await hover.waitFor();
      expect(plain((await hover.textContent()) ?? '')).toContain('CPU, with all calls: 3.00 s (99 %)');
      await editor.picture('hover');
    },
    LONG,
  );

  test(
    'heat is turned off and on by its command, and all figures go when they are cleared',
    async () => {
      await until(async () => (await colours()).length, 1);
      await editor.command('perfscope: Toggle Line Heat');
      await until(async () => [await colours(), await behind()], [[], []]);
      await lens('of CPU').waitFor();
      await editor.command('perfscope: Toggle Line Heat');
      await until(async () => (await colours()).length, 1);
      for (const [theme, kind, name] of [
        ['Light Modern', 'vs', 'heat-light'],
        ['Dark High Contrast', 'hc-black', 'heat-high-contrast'],
        ['Light High Contrast', 'hc-light', 'heat-high-contrast-light'],
      ] as const) {
        await editor.theme(theme);
        await editor.page.locator(`.monaco-workbench.${kind}`).waitFor();
        await until(async () => (await colours()).length, 1);
        await editor.picture(name);
      }
      await editor.command('perfscope: Clear Figures from the Code');
      await lens('of CPU').waitFor({ state: 'detached' });
      await until(async () => [await colours(), await behind()], [[], []]);
      await editor.command('perfscope: Toggle Line Heat');
      await editor.command('perfscope: Toggle Line Heat');
      await lens('of CPU').waitFor();
    },
    LONG,
  );

  test('no part of it complained', () => {
    expect(editor.complaints).toEqual([]);
  });
});
