import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import type { Recording } from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { lineRecording, withSources } from '../harness/lines.ts';
import { ROOT } from '../harness/perfscope.ts';
import { recordingOf } from '../harness/recordings.ts';
import { HOSTILE } from '../webview/syntheticRecording.ts';
import { ruleOf } from '../webview/syntheticRules.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type OpenedPage, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

const APP = `import lib


def load(n):
    return list(range(n))


def solve(rows):
    total = 0
    for row in rows:
        total += lib.norm(row, "two") if row else 0  # hot
    return total


def main():
    rows = load(10)
    print("sum", solve(rows))


main()
`;
const MODULE = '<module> /home/me/app.py:20@1';
const MAIN = 'main /home/me/app.py:17@15';
const SOLVE = 'solve /home/me/app.py:11@8';
const LIB = '/usr/lib/python3/site-packages/lib.py';
const MS = 1e6;

/** Two lanes: one solves, the other loads. */
const SAMPLES = [
  { stack: [MODULE, MAIN, SOLVE], cpu: 300 * MS },
  { stack: [MODULE, MAIN, SOLVE, 'dot'], cpu: 100 * MS },
  { stack: [MODULE, MAIN, SOLVE, `norm ${LIB}:3@2`], cpu: 100 * MS },
  { stack: [MODULE, 'main /home/me/app.py:16@15', 'load /home/me/app.py:5@4'], lane: 1, cpu: 200 * MS },
];
const run = (files: Parameters<typeof withSources>[1] = { '/home/me/app.py': APP }): Recording =>
  withSources(lineRecording(SAMPLES, 2), files);

const RULES = [
  ruleOf('T01', ({ functions }) => [
    {
      title: 'solve goes row by row',
      site: { function: functions.name.indexOf('solve'), line: 11 },
      lanes: [0],
    },
  ]),
];

/** The viewer in a host that has an editor. */
const IN_EDITOR = `
  import { decodeRecording } from './analyzer/recording/index.ts';
  import { fromBase64 } from './webview/payload.ts';
  import { mountViewer } from './webview/viewer.ts';
  const opened = (window.opened = []);
  window.asked = 0;
  mountViewer(document.getElementById('perfscope'), decodeRecording(fromBase64(window.recording), 'test'), {
    advice: async () => { window.asked++; return { findings: [], rules: 0, doubt: null }; },
    reveal: (place) => opened.push(place),
    save: () => {},
    address: { read: () => 'tab=source', write: () => {}, onChange: () => {} },
  });`;

/** The rows in sight: line, self, total, code. */
const rows = async (page: Page): Promise<string[][]> => {
  const lines = await page.locator('.grid.source .rows .row').all();
  return Promise.all(
    lines.map(async (line) => {
      const cells = await line.locator(':scope > *').allTextContents();
      return [cells[2], cells[0], cells[1], cells[3]].map((text) => plain(text ?? ''));
    }),
  );
};
const hot = async (page: Page) => (await rows(page)).filter(([, , total]) => total !== '');
const chosen = (page: Page): Promise<string[]> => texts(page, '.grid.source .picked .number');
const about = (page: Page): Promise<string[]> => texts(page, '.source-about strong');
const isOpen = (page: Page): Promise<boolean> => page.locator('#panel-source').isVisible();

withBrowser(`sources in the report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  const open = async (
    recording: Recording,
    options: Parameters<ReportBrowser['open']>[1] = {},
  ): Promise<OpenedPage> => {
    const opened = await browser.open(recording, { hash: 'tab=source', ...options });
    await settled(opened.page);
    return opened;
  };
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '', () => RULES);
  });
  afterAll(async () => {
    await browser.close();
  });

  test('the hottest file opens at its hottest line, with self and total beside the code', async () => {
    const { page, complaints } = await open(run());
    expect(await page.locator('.source-bar select').inputValue()).toBe('/home/me/app.py');
    expect(await chosen(page)).toEqual(['11']);
    expect(await hot(page)).toEqual([
      ['5', '200 ms', '200 ms', 'return list(range(n))'],
      ['11', '400 ms', '500 ms', 'total += lib.norm(row, "two") if row else 0  # hot'],
      ['16', '', '200 ms', 'rows = load(10)'],
      ['17', '', '500 ms', 'print("sum", solve(rows))'],
      ['20', '', '700 ms', 'main()'],
    ]);
    expect(await texts(page, '.grid.source .comment')).toEqual(['# hot']);
    expect(await texts(page, '.grid.source .string')).toEqual(['"two"', '"sum"']);
    expect(await about(page)).toEqual(['app.py:11 in solve']);
    expect(await texts(page, '.source-about button')).toEqual([
      'main (app.py:17) 100 %',
      'dot 50 %',
      'norm (lib.py:2) 50 %',
    ]);
    expect(await page.getByRole('button', { name: 'Open in editor' }).isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('keys alone: O opens the selected function, H goes through hot lines, Space selects', async () => {
    const { page, complaints } = await open(run(), { hash: '' });
    await page.locator('.flame-scroll').focus();
    // The root, the module, main, and what main calls most.
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter', 'o']) await page.keyboard.press(key);
    await settled(page);
    expect(await isOpen(page)).toBe(true);
    expect(await about(page)).toEqual(['app.py:11 in solve']);
    expect(await texts(page, '.grid.source .in .number')).toEqual(['8', '9', '10', '11', '12']);
    const lines: string[] = [];
    for (const key of ['h', 'h', 'h', 'Shift+H']) {
      await page.keyboard.press(key);
      await settled(page);
      lines.push(...(await chosen(page)));
    }
    expect(lines).toEqual(['5', '20', '17', '20']);
    for (const key of ['Home', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', ' '])
      await page.keyboard.press(key);
    await settled(page);
    expect(await chosen(page)).toEqual(['5']);
    expect((await texts(page, '.chip.function bdi'))[0]).toMatch(/^load/);
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await page.locator('#panel-flame').isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('a click on a line selects its function, and callers and calls lead on', async () => {
    const { page } = await open(run());
    await page.locator('.grid.source .row', { hasText: 'solve(rows))' }).click();
    await settled(page);
    expect((await texts(page, '.chip.function bdi'))[0]).toMatch(/^main/);
    expect(await texts(page, '.source-about button')).toEqual([
      '<module> (app.py:20) 100 %',
      'solve (app.py:8) 100 %',
    ]);
    await page.locator('.source-about button', { hasText: 'solve' }).click();
    await settled(page);
    expect(await about(page)).toEqual(['app.py:8 in solve']);
    await page.locator('.grid.source .row', { hasText: 'lib.norm' }).click();
    await page.locator('.source-about button', { hasText: 'dot' }).click();
    await settled(page);
    // Machine code has no line: that of its caller stands for it.
    expect((await texts(page, '.chip.function bdi'))[0]).toMatch(/^dot/);
    expect(await chosen(page)).toEqual(['11']);
    await page.locator('.source-about button', { hasText: 'main' }).click();
    await settled(page);
    expect(await chosen(page)).toEqual(['17']);
  });

  test('a double click on a box of the flame graph opens its function, a function picked elsewhere takes over', async () => {
    const { page, complaints } = await open(run(), { hash: '' });
    const box = await page.locator('.flame-stage canvas').boundingBox();
    await page.mouse.dblclick((box?.x ?? 0) + 30, (box?.y ?? 0) + 3.5 * 20);
    await settled(page);
    expect(await isOpen(page)).toBe(true);
    expect((await about(page))[0]).toMatch(/^app\.py:\d+ in (solve|main)$/);
    await page.locator('.grid.source .row', { hasText: 'main()' }).last().click();
    await page.getByRole('tab', { name: 'Functions' }).click();
    await settled(page);
    await page.locator('.grid.function .row', { hasText: 'load' }).click();
    await page.keyboard.press('o');
    await settled(page);
    expect(await about(page)).toEqual(['app.py:5 in load']);
    expect(complaints).toEqual([]);
  });

  test('lanes and ranges of time weigh the lines again, and so does another metric', async () => {
    const { page } = await open(run());
    await page
      .getByRole('row', { name: /lane 1/ })
      .first()
      .click();
    await settled(page);
    expect((await hot(page)).map(([line, self]) => [line, self])).toEqual([
      ['5', '200 ms'],
      ['16', ''],
      ['20', ''],
    ]);
    await page.keyboard.press('Escape');
    await page.locator('.switch label', { hasText: 'GIL wait' }).click();
    await settled(page);
    expect(await hot(page)).toEqual([]);
  });

  test('a finding is a dot at its line, and its card has the code and leads to the line', async () => {
    const { page, complaints } = await open(run(), { hash: '' });
    await page.locator('.finding-title').click();
    await settled(page);
    expect(await texts(page, '.finding .excerpt div')).toEqual([
      '10     for row in rows:',
      '11         total += lib.norm(row, "two") if row else 0  # hot',
      '12     return total',
    ]);
    await page.keyboard.press('Escape');
    await settled(page);
    await page.locator('button.finding-place').click();
    await settled(page);
    expect(await isOpen(page)).toBe(true);
    expect(await chosen(page)).toEqual(['11']);
    expect(await page.locator('.finding.selected').count()).toBe(1);
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await page.locator('.finding.selected').count()).toBe(0);
    await page.getByRole('button', { name: 'solve goes row by row' }).last().click();
    await settled(page);
    expect(await page.locator('.finding.selected').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('a file whose text is not there lists its lines with time, and says why', async () => {
    const { page } = await open(run());
    await page.locator('.source-bar select').selectOption(LIB);
    await settled(page);
    expect(await rows(page)).toEqual([['3', '100 ms', '100 ms', 'in norm']]);
    expect(await texts(page, '.source > .note')).toEqual([
      "The text of this file is not in the recording: it is a library's, and not hot.",
    ]);
    const without = await open(run({}));
    expect((await hot(without.page)).map(([line, , , code]) => [line, code])).toEqual([
      ['5', 'in load'],
      ['11', 'in solve'],
      ['16', 'in main'],
      ['17', 'in main'],
      ['20', 'in main'],
    ]);
    expect((await texts(without.page, '.source > .note'))[0]).toContain('--no-sources');
    const changed = await open(run({ '/home/me/app.py': { text: APP, kept: 'changed' } }));
    expect((await texts(changed.page, '.source > .note'))[0]).toMatch(/^This file was changed/);
    expect((await rows(changed.page)).length).toBeGreaterThan(15);
  });

  test('files are chosen from the hottest on, or by a filter', async () => {
    const { page } = await open(run());
    expect(await texts(page, '.source-bar option')).toEqual(['app.py  86 %', `${LIB}  14 %`]);
    await page.locator('.source-bar input').fill('lib');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await page.locator('.source-bar select').inputValue()).toBe(LIB);
    // Letters that are typed there are keys of nothing.
    await page.locator('.source-bar input').fill('');
    await page.keyboard.type('f2?');
    await settled(page);
    expect(await isOpen(page)).toBe(true);
    expect(await page.locator('dialog[open]').count()).toBe(0);
  });

  test('the address keeps the line, and one of a file that is not there leads to the hottest', async () => {
    const { page } = await open(run());
    await page.locator('.grid.source .row', { hasText: 'load(10)' }).click();
    await page.waitForFunction(() => location.hash.includes('source='));
    const hash = await page.evaluate(() => location.hash.slice(1));
    expect(await chosen((await open(run(), { hash })).page)).toEqual(['16']);
    expect(await chosen((await open(run(), { hash: 'tab=source&source=/etc/passwd:3' })).page)).toEqual([
      '11',
    ]);
  });

  test('a kernel is at the line that launched it', async () => {
    const kernels = [{ lane: 1, name: 'saxpy', start: 0, end: 3e8, stack: ['train', 'step'] }];
    const recording = recordingOf(
      [{}, { name: 'stream', kind: 2 }],
      [],
      {},
      { kernels, devices: [{ kind: 'cuda' }] },
    );
    const { page } = await open(withSources(recording, { 'step.py': 'def step():\n    saxpy()\n' }), {
      hash: 'tab=kernels',
    });
    await page.locator('.grid.kernel .row', { hasText: 'saxpy' }).click();
    await page.keyboard.press('o');
    await settled(page);
    expect(await about(page)).toEqual(['step.py:2 in step']);
    expect(await hot(page)).toEqual([['2', '300 ms', '300 ms', 'saxpy()1 kernel']]);
  });

  test('a long file keeps few elements, and a long line does not widen the page', async () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `x${i} = ${i}`);
    text[30_000] = `y = "${'z'.repeat(100_000)}"`;
    const recording = lineRecording([{ stack: ['f /home/me/long.py:40000@39999'], cpu: 1e8 }]);
    const { page, complaints } = await open(withSources(recording, { '/home/me/long.py': text.join('\n') }));
    expect(await chosen(page)).toEqual(['40000']);
    const visibleRow = page.locator('.grid.source .row.picked');
    expect(await visibleRow.isVisible()).toBe(true);
    expect(await page.locator('.grid.source .rows .row').count()).toBeLessThan(100);
    await page.locator('.grid.source').focus();
    await page.keyboard.press('End');
    await settled(page);
    expect((await rows(page)).at(-1)?.[0]).toBe('50000');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440);
    expect(complaints).toEqual([]);
  });

  test('hostile names and texts stay text', async () => {
    const file = `/home/me/${(HOSTILE[0] ?? '').replaceAll(' ', '_')}`;
    const text = HOSTILE.join('\n');
    const recording = withSources(
      lineRecording([{ stack: [`${HOSTILE[1]?.replaceAll(' ', '_')} ${file}:1`], cpu: 1e8 }]),
      {
        [file]: text,
        ...Object.fromEntries(HOSTILE.map((name) => [name, name])),
      },
    );
    const { page, complaints } = await open(recording);
    expect((await rows(page))[0]?.[3]).toBe(HOSTILE[0]);
    for (const name of HOSTILE) {
      await page.locator('.source-bar select').selectOption({ value: name });
      await settled(page);
    }
    expect(await page.locator('img, iframe, svg[onload], #perfscope script').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440);
    expect(complaints).toEqual([]);
  });

  test('where there is an editor, Enter and a button open the line in it', async () => {
    const { outputFiles } = await build({
      stdin: { contents: IN_EDITOR, resolveDir: ROOT, loader: 'ts' },
      bundle: true,
      target: 'es2022',
      write: false,
      format: 'iife',
    });
    const { page } = await browser.open(run());
    await page.setContent('<body><div id="perfscope"></div></body>');
    const bytes = Buffer.from(encodeRecording(run())).toString('base64');
    await page.evaluate(`window.recording = ${JSON.stringify(bytes)}; ${outputFiles[0]?.text ?? ''}`);
    await settled(page);
    await page.getByRole('button', { name: 'Open in editor' }).click();
    await page.locator('.grid.source').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('window.opened')).toEqual([
      { file: '/home/me/app.py', line: 11 },
      { file: '/home/me/app.py', line: 12 },
    ]);
    expect(await page.evaluate('window.asked')).toBe(1);
  });

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 2560],
  ] as const)('serious accessibility rules hold: %s, %d pixels wide', async (colorScheme, width) => {
    const { page, complaints } = await open(run(), { colorScheme, viewport: { width, height: 900 } });
    await page.keyboard.press('f');
    await settled(page);
    expect(await isOpen(page)).toBe(true);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
  });
});
