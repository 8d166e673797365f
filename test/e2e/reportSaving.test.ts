import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { HOSTILE, syntheticRecording } from '../webview/syntheticRecording.ts';
import { taskRecording } from '../webview/syntheticTasks.ts';
import { plain, settled, texts } from './reading.ts';
import { findChromium, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

withBrowser(`what is saved of a report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  /** The file that a button of the dialog saves. */
  const saved = async (page: Page, button: string): Promise<{ name: string; bytes: Buffer }> => {
    await page.keyboard.press('x');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ]);
    await page.keyboard.press('Escape');
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };

  test('pictures are of what is seen: every name in sight, at its place, in the colours of the theme', async () => {
    const { page, complaints, close } = await browser.open(taskRecording(), { colorScheme: 'dark' });
    await settled(page);
    const svg = await saved(page, 'Timeline as SVG');
    expect(svg.name).toBe('tiles-py-timeline.svg');
    const text = svg.bytes.toString();
    const names = (await texts(page, '.label .name bdi')).slice(0, 6);
    for (const name of names) expect(text).toContain(`>${name.slice(0, 8)}`);
    // The ground of the dark theme, and what runs.
    expect(text).toContain('fill="rgb(20, 23, 29)"');
    expect(text).toContain('fill="rgb(91, 147, 220)"');

    const flame = (await saved(page, 'Flame graph as SVG')).bytes.toString();
    expect(flame).toContain('>solve_tile<');
    // An XML parser takes it, and nothing in it runs or loads.
    const parts = await page.evaluate((source) => {
      const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
      return [...new Set([...parsed.querySelectorAll('*')].map((element) => element.localName))];
    }, flame);
    expect(
      parts.every((part) => ['svg', 'title', 'rect', 'path', 'text', 'clipPath', 'g'].includes(part)),
    ).toBe(true);

    const png = (await saved(page, 'Flame graph as PNG')).bytes;
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const box = await page.locator('.flame').boundingBox();
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      Math.round(box?.width ?? 0),
      Math.round(box?.height ?? 0),
    ]);
    expect(complaints).toEqual([]);
    await close();
  });

  test('hostile names stay text in pictures and tables', async () => {
    const { page, complaints, close } = await browser.open(syntheticRecording({ hostile: true }));
    await settled(page);
    for (const button of ['Timeline as SVG', 'Flame graph as SVG']) {
      const source = (await saved(page, button)).bytes.toString();
      expect(source).not.toMatch(/<(img|script|iframe|foreignObject)/);
      const isXml = await page.evaluate(
        (xml) => new DOMParser().parseFromString(xml, 'image/svg+xml').querySelector('parsererror') === null,
        source,
      );
      expect(isXml).toBe(true);
    }
    await page.keyboard.press('2');
    await settled(page);
    const { name, bytes } = await saved(page, 'Functions as TSV');
    expect(name).toBe('train-py-functions.tsv');
    const lines = bytes.toString().trimEnd().split('\n');
    const columns = await page.getByRole('columnheader').count();
    for (const line of lines) expect(line.split('\t')).toHaveLength(columns);
    expect(lines.some((line) => line.includes(HOSTILE[1].slice(0, 10)))).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });

  test('Ctrl C on a table copies all of it', async () => {
    const { page, close } = await browser.open(taskRecording());
    await page.keyboard.press('2');
    await settled(page);
    await page.getByRole('grid', { name: 'Functions' }).focus();
    const copied = await page.evaluate(() => {
      const data = new DataTransfer();
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }),
      );
      return data.getData('text/plain');
    });
    const rows = Number(await page.getByRole('grid', { name: 'Functions' }).getAttribute('aria-rowcount'));
    const lines = copied.trimEnd().split('\n');
    expect(lines).toHaveLength(rows);
    expect(lines[0]?.split('\t').slice(0, 3)).toEqual(['Function', 'Self CPU', 'Total CPU']);
    expect(plain(lines[1] ?? '')).toContain((await texts(page, '.rows .name bdi'))[0] ?? 'no row');
    await close();
  });

  test('help lists the keys that work here and no others, and finds a line', async () => {
    const { page, complaints, close } = await browser.open(taskRecording());
    await settled(page);
    await page.keyboard.press('?');
    const lines = await texts(page, 'dialog[open] .help-groups dd');
    expect(lines).toContain('weigh by CPU time');
    // Nothing here ran on a device.
    expect(lines).not.toContain('weigh by time of kernels');
    await page.keyboard.type('region');
    expect(await texts(page, 'dialog[open] .help-groups dd')).toEqual([
      'select the next region of a thread that submits tasks',
      'select the region before',
    ]);
    await page.keyboard.type('no such words');
    expect(await texts(page, 'dialog[open] .empty')).toEqual(['Nothing in this help matches.']);
    // The first Esc empties the box, as everywhere; then the dialog closes.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });
});
