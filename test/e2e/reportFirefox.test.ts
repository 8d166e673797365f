import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { temporaryFolder } from '../harness/perfscope.ts';
import { syntheticRecording } from '../webview/syntheticRecording.ts';
import { SOME_RULES } from '../webview/syntheticRules.ts';
import { plain } from './reading.ts';
import { bundledViewer, pageOf } from './reportBrowser.ts';

/** Reports are opened from a file in whatever browser their reader has: Firefox beside Chromium, which the other tests use. */
function findFirefox(): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['firefox-esr', 'firefox']) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  return null;
}

const firefox = findFirefox();
const withFirefox = firefox === null ? describe.skip : describe;

withFirefox(`the report in Firefox${firefox === null ? ' (no Firefox in PATH)' : ''}`, () => {
  const folder = temporaryFolder();
  let browser: Browser;
  let report: string;
  beforeAll(async () => {
    const recording = syntheticRecording({ counters: false });
    report = join(folder.path, 'report.html');
    writeFileSync(
      report,
      pageOf(recording, await bundledViewer(), () => SOME_RULES),
    );
    browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox ?? '', headless: true });
  });
  afterAll(async () => {
    await browser?.close();
    folder.remove();
  });

  const open = async (hash = ''): Promise<{ page: Page; complaints: string[] }> => {
    const page = await browser.newPage();
    await page.setViewport({ width: 1440, height: 900 });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`threw ${error}`));
    await page.goto(`${pathToFileURL(report).href}${hash}`);
    await page.waitForSelector('.label');
    await settled(page);
    return { page, complaints };
  };
  const settled = async (page: Page): Promise<void> => {
    const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    await page.evaluate(frames);
    await page.waitForFunction(() => !document.documentElement.hasAttribute('data-settling'));
    await page.evaluate(frames);
  };
  const texts = async (page: Page, selector: string): Promise<string[]> =>
    (await page.$$eval(selector, (all) => all.map((element) => element.textContent))).map(plain);

  test('opens from a file, and a finding, a lane and a search do what they do elsewhere, without a word on the console', async () => {
    const { page, complaints } = await open();
    expect(await texts(page, '.finding .gain')).toEqual([
      '1.3x to 1.6x faster',
      'up to 1.12x faster',
      'gain not known',
    ]);
    await page.click('.finding .finding-title');
    await settled(page);
    expect(await texts(page, '.legend .selected')).toEqual(['1.00 s from 500 ms to 1.50 s · 2 lanes']);
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await texts(page, '.legend .chip:not([hidden]) .selected')).toEqual([]);

    await page.click('[role=treegrid] [role=row]:nth-child(2)');
    await settled(page);
    expect(await texts(page, '.legend .selected')).toEqual(['1 lane']);
    await page.keyboard.press('Escape');

    await page.keyboard.press('/');
    await page.keyboard.type('SOLVE');
    await settled(page);
    expect((await texts(page, '.matched'))[0]).toMatch(/^2 functions match, \d+ %$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('2');
    await settled(page);
    expect(new Set(await texts(page, '.rows .name bdi'))).toEqual(new Set(['solve_tile']));
    expect(complaints).toEqual([]);
  });

  test('the pictures are drawn, dragging selects a range, and the wheel with Ctrl zooms', async () => {
    const { page, complaints } = await open();
    const colours = await page.$$eval('canvas', (all) =>
      all.map((canvas) => {
        const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
          data: [],
        };
        const seen = new Set<number>();
        for (let i = 0; i < data.length; i += 4)
          seen.add(((data[i] as number) << 16) | ((data[i + 1] as number) << 8) | (data[i + 2] as number));
        return seen.size;
      }),
    );
    // Overview, tracks and flame graph.
    expect(colours).toHaveLength(3);
    for (const count of colours) expect(count).toBeGreaterThan(8);

    const box = await (await page.$('.tracks canvas'))?.boundingBox();
    if (!box) throw new Error('the tracks are in sight');
    await page.mouse.move(box.x + box.width * 0.25, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, box.y + 14);
    await page.mouse.move(box.x + box.width * 0.5, box.y + 14);
    await page.mouse.up();
    await settled(page);
    expect((await texts(page, '.legend .selected'))[0]).toMatch(/^1\.0\d s|^99\d ms|^1\.00 s/);
    await page.keyboard.down('Control');
    await page.mouse.wheel({ deltaY: -300 });
    await page.keyboard.up('Control');
    await page.waitForFunction(() => location.hash.includes('view='));
    expect(complaints).toEqual([]);
  });

  test('help, pictures to save and the high-contrast theme open and close by keys', async () => {
    const { page, complaints } = await open();
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open] .help-groups dt');
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.waitForSelector('dialog[open] .exports dt');
    expect(await texts(page, 'dialog[open] .exports dt')).toEqual(['Timeline', 'Flame graph']);
    await page.keyboard.press('Escape');
    for (let i = 0; i < 3; i++) await page.click('[aria-label^="Theme"]');
    expect(await page.evaluate(() => document.documentElement.dataset.contrast)).toBe('more');
    expect(complaints).toEqual([]);
  });
});
