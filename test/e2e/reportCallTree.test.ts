import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { exactRecording, syntheticRecording } from '../webview/syntheticRecording.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type OpenedPage, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

/** The rows in sight, each as its figures and names in one text. */
const rows = (page: Page): Promise<string[]> => texts(page, '.grid.call .rows .row');
const names = (page: Page): Promise<string[]> => texts(page, '.grid.call .rows .row bdi');
const selected = (page: Page): Promise<string[]> =>
  texts(page, '.grid.call .rows .row[aria-selected=true] bdi');

withBrowser(`the call tree of a report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  const open = async (...args: Parameters<ReportBrowser['open']>): Promise<OpenedPage> => {
    const opened = await browser.open(...args);
    await settled(opened.page);
    return opened;
  };
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  test('shows the exact figures of a known run, in the metric that was chosen', async () => {
    const { page, complaints } = await open(exactRecording(), { hash: 'tab=calls' });
    expect(await rows(page)).toEqual(['200 ms100 %–all lanes, CPU', '200 ms100 %–mainapp.py:1']);
    const grid = page.getByRole('treegrid', { name: 'Call tree' });
    await grid.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowRight');
    await settled(page);
    expect((await rows(page)).slice(2)).toEqual(['200 ms100 %200 ms100 %workapp.py:10']);
    await page.keyboard.press('v');
    await settled(page);
    expect((await rows(page)).slice(1)).toEqual([
      '500 ms100 %–mainapp.py:1',
      '300 ms60 %300 ms60 %restapp.py:20',
      '200 ms40 %200 ms40 %workapp.py:10',
    ]);
    expect(complaints).toEqual([]);
  });

  test('arrows open, enter, leave and close rows, and say so to a screen reader', async () => {
    const { page } = await open(exactRecording(), { hash: 'tab=calls&metric=wall' });
    const grid = page.getByRole('treegrid', { name: 'Call tree' });
    const at = async () => {
      const row = page.locator(`#${await grid.getAttribute('aria-activedescendant')}`);
      const attributes = ['aria-level', 'aria-expanded', 'aria-rowindex'];
      const values = await Promise.all(attributes.map((name) => row.getAttribute(name)));
      return [plain(await row.locator('bdi').textContent()), ...values];
    };
    await grid.focus();
    expect(await at()).toEqual(['all lanes, wall', '1', 'true', '2']);
    await page.keyboard.press('ArrowRight');
    expect(await at()).toEqual(['main', '2', 'false', '3']);
    await page.keyboard.press('ArrowRight');
    expect(await at()).toEqual(['main', '2', 'true', '3']);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await at()).toEqual(['work', '3', null, '5']);
    expect(await grid.getAttribute('aria-rowcount')).toBe('5');
    await page.keyboard.press('ArrowLeft');
    expect(await at()).toEqual(['main', '2', 'true', '3']);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await at()).toEqual(['all lanes, wall', '1', 'false', '2']);
    expect(await names(page)).toEqual(['all lanes, wall']);
  });

  test('the row of the flame graph’s node is selected, and a selected row zooms the flame graph', async () => {
    const { page, complaints } = await open(exactRecording(), { hash: 'tab=calls&metric=wall' });
    await page.getByRole('treegrid', { name: 'Call tree' }).focus();
    await page.keyboard.press('*');
    await settled(page);
    await page.getByRole('row', { name: /^300 ms.*rest/ }).click();
    await settled(page);
    expect(await selected(page)).toEqual(['rest']);
    await page.waitForFunction(() => location.hash.includes('node='));
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await page.getByRole('tab', { name: 'Flame graph' }).getAttribute('aria-selected')).toBe('true');
    expect((await texts(page, '[role=tree] [role=treeitem]')).at(-1)).toMatch(/^rest/);
    // And back: the caller of what the flame graph shows, opened where it was closed.
    await page.getByRole('tree').focus();
    await page.keyboard.press('Backspace');
    await page.getByRole('tab', { name: 'Call tree' }).click();
    await settled(page);
    expect(await selected(page)).toEqual(['main']);
    expect(complaints).toEqual([]);
  });

  test('an address with a node opens the way to it', async () => {
    const { page } = await open(syntheticRecording(), { hash: 'tab=flame' });
    const first = page.locator('[role=tree]');
    await first.focus();
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('node='));
    const hash = (await page.evaluate(() => location.hash)).slice(1);
    const { page: other } = await open(syntheticRecording(), { hash: `${hash}&tab=calls` });
    expect(await other.locator('.grid.call .row[aria-selected=true]').getAttribute('aria-level')).toBe('5');
  });

  test('the hottest path, callers first, and all closed again, by buttons and by keys', async () => {
    const { page, complaints } = await open(syntheticRecording(), { hash: 'tab=calls' });
    const first = (await rows(page)).length;
    await page.getByRole('button', { name: 'Hottest path' }).click();
    await settled(page);
    const grid = page.getByRole('treegrid', { name: 'Call tree' });
    const row = page.locator(`#${await grid.getAttribute('aria-activedescendant')}`);
    const own = plain(await row.locator('.cpu').nth(1).textContent());
    expect(own).not.toBe('–');
    expect((await rows(page)).length).toBeGreaterThan(first);
    await grid.focus();
    await page.keyboard.press('i');
    await settled(page);
    const top = await page.locator('.grid.call .rows .row').first();
    expect(await top.getAttribute('aria-level')).toBe('1');
    const [total, self] = await top.locator('.cpu').allTextContents();
    expect(total).toBe(self);
    await page.keyboard.press('ArrowRight');
    await settled(page);
    expect(await page.locator('.grid.call .rows .row[aria-level="2"]').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Calls first' }).click();
    await page.getByRole('button', { name: 'Close all' }).click();
    await settled(page);
    expect((await rows(page)).length).toBe(first);
    expect(complaints).toEqual([]);
  });

  test('a search leaves what it found with what leads there', async () => {
    const { page } = await open(syntheticRecording(), { hash: 'tab=calls' });
    await page.keyboard.press('/');
    await page.keyboard.type('dgemm');
    await settled(page);
    const found = await names(page);
    expect(found).toContain('cblas_dgemm');
    await page.keyboard.type(' is not there');
    await settled(page);
    expect(await texts(page, '.calls > .empty:not([hidden])')).toEqual([
      'No function in this selection matches the search.',
    ]);
    await page.keyboard.press('Escape');
    await settled(page);
    expect((await names(page)).length).toBeGreaterThan(1);
  });

  test('another metric leaves the keys at the row where they were', async () => {
    const { page } = await open(syntheticRecording(), { hash: 'tab=calls' });
    const grid = page.getByRole('treegrid', { name: 'Call tree' });
    await grid.focus();
    await page.keyboard.press('*');
    for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowDown');
    await settled(page);
    const at = async () =>
      page.locator(`#${await grid.getAttribute('aria-activedescendant')}`).getAttribute('title');
    const before = await at();
    expect(await grid.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
    await page.keyboard.press('v');
    await settled(page);
    expect(await at()).toBe(before);
    expect(await grid.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
  });

  test('it follows what is selected, and says when that is nothing', async () => {
    const { page } = await open(exactRecording(), { hash: 'tab=calls&range=0.15-0.35' });
    expect(await texts(page, '.calls > .empty:not([hidden])')).toEqual([
      'No CPU time was seen in this selection.',
    ]);
    await page.keyboard.press('Escape');
    await settled(page);
    expect((await names(page))[0]).toBe('all lanes, CPU');
  });

  test('hostile names stay text', async () => {
    const { page, complaints } = await open(syntheticRecording({ hostile: true }), { hash: 'tab=calls' });
    await page.getByRole('treegrid', { name: 'Call tree' }).focus();
    await page.keyboard.press('*');
    await page.keyboard.press('End');
    await settled(page);
    await page.getByRole('button', { name: 'Callers first' }).click();
    await settled(page);
    expect(await page.locator('img, iframe, svg[onload]').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', 1440],
    ['dark', 900],
    ['light', 360],
  ] as const)('serious accessibility rules hold: %s, %d pixels wide', async (colorScheme, width) => {
    const { page } = await open(syntheticRecording({ rows: 100 }), {
      hash: 'tab=calls',
      colorScheme,
      viewport: { width, height: 900 },
    });
    await page.getByRole('button', { name: 'Hottest path' }).click();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});
