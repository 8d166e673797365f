import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Recording } from '../../analyzer/model/index.ts';
import { HOSTILE, syntheticRecording } from '../webview/syntheticRecording.ts';
import { HOSTILE_RULES, SOME_RULES } from '../webview/syntheticRules.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type OpenedPage, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

/** Whatever the machine's other processes did would be a reason to withhold gains. */
const run = (command: string): Recording =>
  syntheticRecording({ counters: false, meta: { command: ['python', command] } });

/** The title of a page says which rules fire on it. */
const rulesOf = (title: string) =>
  title.includes('hostile') ? HOSTILE_RULES : title.includes('clean') ? [] : SOME_RULES;

const cards = (page: Page) => page.locator('.finding');
const selection = (page: Page): Promise<string[]> => texts(page, '.legend .selected');
const selectedCards = (page: Page): Promise<number> => page.locator('.finding [aria-pressed=true]').count();

withBrowser(`findings in the report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  const open = async (
    command: string,
    options: Parameters<ReportBrowser['open']>[1] = {},
  ): Promise<OpenedPage> => {
    const opened = await browser.open(run(command), options);
    await settled(opened.page);
    return opened;
  };
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '', rulesOf);
  });
  afterAll(async () => {
    await browser.close();
  });

  test('are the first thing on the page, the one that gives most first, with all that a reader needs to act', async () => {
    const { page, complaints } = await open('app.py');
    expect(await texts(page, '.side h2')).toEqual(['Change these first', 'At a glance']);
    expect(await texts(page, '.finding .gain')).toEqual([
      '1.3x to 1.6x faster',
      'up to 1.12x faster',
      'gain not known',
    ]);
    expect(await texts(page, '.finding .severity')).toEqual(['high', 'low', 'low']);
    const first = cards(page).first();
    expect(plain(await first.locator('.finding-place').textContent())).toBe('tiles.py:12 solve_tile');
    expect(await first.getByText('Sort the tiles by size').isVisible()).toBe(true);
    expect(await first.getByText('The longest task runs').isVisible()).toBe(false);
    await first.getByRole('button', { name: /^Why/ }).click();
    expect(await first.getByText('The longest task runs').isVisible()).toBe(true);
    expect(await texts(page, '.finding:first-child .facts div')).toEqual([
      'longest task1.02 s',
      'idle38 %',
      'pickled83 MB',
      'workers4',
      'functionsolve_tile',
    ]);
    expect(plain(await first.locator('code').last().textContent())).toBe('docs/rules/T01.md');
    expect(await selectedCards(page)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('a click selects the time, the lanes and the function everywhere, and again lets go', async () => {
    const { page, complaints } = await open('app.py');
    await cards(page).first().click();
    await settled(page);
    expect(await selection(page)).toEqual(['1.00 s from 500 ms to 1.50 s · 2 lanes']);
    expect((await texts(page, '[role=tree] [role=treeitem]'))[0]).toMatch(/^2 lanes/);
    expect((await texts(page, '.chip.function bdi'))[0]).toMatch(/^solve_tile/);
    expect(await page.locator('.glance h2').textContent()).toBe('The selection at a glance');
    expect(await selectedCards(page)).toBe(1);
    expect(await cards(page).first().getByText('The longest task runs').isVisible()).toBe(true);
    await cards(page).first().click();
    await settled(page);
    expect(await page.locator('.legend .chip').isVisible()).toBe(false);
    expect(await page.locator('.chip.function').isVisible()).toBe(false);
    expect(await selectedCards(page)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('keys alone go through them, select, and let go', async () => {
    const { page, complaints } = await open('app.py');
    const title = (i: number) => cards(page).nth(i).locator('.finding-title');
    await title(0).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    expect(await title(1).evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await title(0).getAttribute('aria-pressed')).toBe('true');
    expect((await selection(page))[0]).toContain('2 lanes');
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await selectedCards(page)).toBe(0);
    expect(await page.locator('.legend .chip').isVisible()).toBe(false);
    for (const [key, wanted] of [
      ['f', 0],
      ['f', 1],
      ['Shift+F', 0],
      ['Shift+F', 2],
    ] as const) {
      await page.keyboard.press(key);
      await settled(page);
      expect(await title(wanted).getAttribute('aria-pressed')).toBe('true');
      expect(await selectedCards(page)).toBe(1);
    }
    expect(complaints).toEqual([]);
  });

  test('another selection takes the place of the one that a finding made', async () => {
    const { page } = await open('app.py');
    await page.keyboard.press('f');
    await settled(page);
    await page
      .getByRole('row', { name: /feeder 1/ })
      .first()
      .click();
    await settled(page);
    expect(await selectedCards(page)).toBe(0);
    expect(await selection(page)).toEqual(['1.00 s from 500 ms to 1.50 s · 1 lane']);
  });

  test('the address keeps the one that is selected, and a name alone selects it', async () => {
    const { page } = await open('app.py');
    await page.keyboard.press('f');
    await page.waitForFunction(() => location.hash.includes('finding=T01'));
    const hash = await page.evaluate(() => location.hash.slice(1));
    for (const address of [hash, 'finding=T01']) {
      const again = await open('app.py', { hash: address });
      expect(await selection(again.page)).toEqual(['1.00 s from 500 ms to 1.50 s · 2 lanes']);
      expect(await selectedCards(again.page)).toBe(1);
    }
    const unknown = await open('app.py', { hash: 'finding=X99' });
    await unknown.page.waitForFunction(() => location.hash === '');
    expect(await selectedCards(unknown.page)).toBe(0);
  });

  test('where there are none it says so with the efficiency, in one line where there is little room', async () => {
    const { page } = await open('clean.py');
    expect(await page.locator('.finding').count()).toBe(0);
    expect((await texts(page, '.nothing summary'))[0]).toMatch(/^Nothing found to changeefficiency 0\.\d\d$/);
    expect(await page.getByText('no rule knows why').isVisible()).toBe(true);
    const small = await open('clean.py', { viewport: { width: 360, height: 700 } });
    expect(await small.page.getByText('no rule knows why').isVisible()).toBe(false);
    const box = await small.page.locator('.nothing summary').boundingBox();
    expect(box?.height).toBeLessThan(24);
    await small.page.locator('.nothing summary').click();
    expect(await small.page.getByText('no rule knows why').isVisible()).toBe(true);
  });

  test('hostile texts stay text, and a reason that is not the same for all stands on each card', async () => {
    const { page, complaints } = await open('hostile.py');
    expect(await cards(page).count()).toBe(HOSTILE.length);
    for (let i = 0; i < HOSTILE.length; i++) {
      await page.keyboard.press('f');
      await settled(page);
    }
    expect(await texts(page, '.finding-title')).toEqual(
      HOSTILE.map((name) => plain(name.replace(/[\n\u202e]/g, '\ufffd'))),
    );
    expect((await texts(page, '.finding > .note'))[0]).toBe(`Gain withheld: ${HOSTILE[0]}`);
    expect(await page.locator('img, iframe, svg[onload], #perfscope script').count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 2560],
  ] as const)('serious accessibility rules hold: %s, %d pixels wide', async (colorScheme, width) => {
    for (const command of ['app.py', 'clean.py']) {
      const { page, complaints } = await open(command, { colorScheme, viewport: { width, height: 900 } });
      await page.keyboard.press('f');
      await settled(page);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(complaints).toEqual([]);
    }
  });
});
