import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { deviceRun } from '../webview/syntheticDevices.ts';
import { HOSTILE, syntheticRecording } from '../webview/syntheticRecording.ts';
import { settled, texts, violations } from './reading.ts';
import { findChromium, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

const names = (page: Page): Promise<string[]> => texts(page, '[role=treegrid] [role=row] .name bdi');
const pinned = (page: Page): Promise<string[]> => texts(page, '.pinned [role=row] .name bdi');
const row = (page: Page, name: string | RegExp) => page.getByRole('row', { name }).first();

withBrowser(`the timeline in a browser${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });
  const many = syntheticRecording({ processes: 16, threads: 4, rows: 60 });

  test('a pinned lane stays on top of 64 lanes while they scroll, takes clicks there, and is in the address', async () => {
    const { page, complaints } = await browser.open(many);
    await row(page, /^feeder 3/).hover();
    await row(page, /^feeder 3/)
      .locator('.pin')
      .click();
    await settled(page);
    expect(await pinned(page)).toEqual(['train.py / feeder 3']);
    await page.waitForFunction(() => location.hash.includes('pinned=3'));
    const scroller = page.locator('.timeline-scroll');
    await scroller.evaluate((element) => element.scrollTo(0, 900));
    await settled(page);
    const [box, place] = [
      await scroller.boundingBox(),
      await row(page, /train.py \/ feeder 3/).boundingBox(),
    ];
    expect(place?.y).toBe(box?.y);
    // What is drawn there is the pinned lane, and not the one that has scrolled under it.
    await page.mouse.click((box?.x ?? 0) + 500, (box?.y ?? 0) + 8);
    await settled(page);
    expect((await texts(page, '[role=tree] [role=treeitem]'))[0]).toMatch(/^train.py \/ feeder 3/);
    expect(complaints).toEqual([]);
  });

  test('K pins the lane that has the keys, they stay at it, and K lets it go', async () => {
    const { page } = await browser.open(many);
    await row(page, /^feeder 2/).focus();
    await page.keyboard.press('k');
    await settled(page);
    expect(await pinned(page)).toEqual(['train.py / feeder 2']);
    const focused = () => page.evaluate(() => document.activeElement?.querySelector('bdi')?.textContent);
    expect(await focused()).toBe('train.py / feeder 2');
    expect(await page.locator('.unseen[role=status]').textContent()).toBe('1\u00a0lane pinned to the top.');
    await page.keyboard.press('k');
    await settled(page);
    expect(await pinned(page)).toEqual([]);
    expect(await focused()).toBe('feeder 2');
    // Elsewhere it pins what is selected.
    await row(page, /^feeder 1/).click();
    await page.locator('.timeline-scroll').focus();
    await page.keyboard.press('k');
    await settled(page);
    expect(await pinned(page)).toEqual(['train.py / feeder 1']);
  });

  test('pinned rows that would leave no room scroll with the others', async () => {
    const { page } = await browser.open(many, {
      hash: `pinned=${Array.from({ length: 30 }, (_, i) => i).join('.')}`,
    });
    await settled(page);
    expect(await page.locator('.timeline-content.stuck').count()).toBe(0);
    expect(await pinned(page)).toHaveLength(30);
  });

  test('lanes are filtered by name, ordered and hidden, and the page says how many and shows them again', async () => {
    const { page, complaints } = await browser.open(deviceRun(), { hash: 'sort=name' });
    expect(await names(page)).toContain('pin_memory');
    await page.getByRole('button', { name: 'Lanes' }).click();
    await page.getByLabel('Hide idle lanes').check();
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await names(page)).not.toContain('pin_memory');
    expect(await texts(page, '.corner-words button')).toEqual(['1 hidden']);
    await page.getByRole('textbox', { name: 'Filter lanes by name' }).fill('stream 13');
    await settled(page);
    expect(await names(page)).toEqual(['GPU 0', 'stream 13']);
    await page.getByRole('button', { name: /Show them/ }).click();
    await settled(page);
    expect(await names(page)).toContain('pin_memory');
    await page.waitForFunction(() => location.hash === '#sort=name');
    expect(complaints).toEqual([]);
  });

  test('lanes take the colours of modules, and the legend says which', async () => {
    const { page } = await browser.open(many);
    await page.getByRole('button', { name: 'Lanes' }).click();
    await page.getByLabel('By module').check();
    await page.keyboard.press('Escape');
    await settled(page);
    const shown = await texts(page, '.legend ul:not([hidden]) li');
    expect(shown).not.toContain('running');
    expect(shown.length).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
  });

  test('a double click on a name selects the lane, whether it was selected or not', async () => {
    const { page } = await browser.open(many);
    for (let i = 0; i < 2; i++) {
      await row(page, /^feeder 1/).dblclick();
      await settled(page);
      expect(await texts(page, '.legend .selected')).toEqual(['1 lane']);
    }
  });

  test('a range is selected by keys alone, and its exact length is said', async () => {
    const { page } = await browser.open(many, { hash: 'view=0-0.5' });
    const said = () => page.locator('.unseen[role=status]').textContent();
    await page.locator('.timeline-scroll').focus();
    // From the middle of the view, by a hundredth of it each.
    for (let i = 0; i < 10; i++) await page.keyboard.press('Shift+ArrowRight');
    await settled(page);
    expect(await said()).toBe('Selected 50.000\u00a0ms.');
    expect(await texts(page, '.legend .selected')).toEqual(['50.0 ms from 250 ms to 300 ms']);
    for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowLeft');
    expect(await said()).toBe('Selected 30.000\u00a0ms.');
    await page.keyboard.press('.');
    expect(await said()).toBe('At 285.000\u00a0ms.');
    await page.keyboard.press(']');
    await settled(page);
    expect(await said()).toBe('Selected 35.000\u00a0ms.');
    await page.keyboard.press('[');
    expect(await said()).toBe('Selected 215.000\u00a0ms.');
  });

  test('the overview takes its window by an edge and by its middle', async () => {
    const { page } = await browser.open(many, { hash: 'view=0.1-0.3' });
    await settled(page);
    const box = await page.locator('.overview canvas').boundingBox();
    if (!box) throw new Error('the overview is in sight');
    const at = (seconds: number): number => box.x + (seconds / 0.6) * box.width;
    const drag = async (from: number, to: number): Promise<string> => {
      await page.mouse.move(at(from), box.y + 15);
      await page.mouse.down();
      await page.mouse.move(at(to), box.y + 15, { steps: 4 });
      await page.mouse.up();
      await page.waitForFunction(() => !document.documentElement.hasAttribute('data-settling'));
      return page.evaluate(() => location.hash);
    };
    const view = (hash: string): number[] =>
      (/view=([\d.]+)-([\d.]+)/.exec(hash) ?? []).slice(1).map((part) => Number(Number(part).toFixed(2)));
    expect(view(await drag(0.3, 0.4))).toEqual([0.1, 0.4]);
    expect(view(await drag(0.25, 0.35))).toEqual([0.2, 0.5]);
  });

  test('names that would be markup stay names in pinned rows and in the filter', async () => {
    const { page, complaints } = await browser.open(
      syntheticRecording({ hostile: true, processes: 2, threads: 2, rows: 20 }),
      { hash: `pinned=1&lane-colour=module&filter=${encodeURIComponent(HOSTILE[0])}` },
    );
    await settled(page);
    expect((await pinned(page))[0]).toContain(HOSTILE[1]);
    expect(await page.title()).not.toBe('owned');
    expect(complaints).toEqual([]);
  });
});
