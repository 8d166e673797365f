import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Recording } from '../../analyzer/model/index.ts';
import { deviceRun } from '../webview/syntheticDevices.ts';
import { syntheticRecording } from '../webview/syntheticRecording.ts';
import { SOME_RULES } from '../webview/syntheticRules.ts';
import { taskRecording } from '../webview/syntheticTasks.ts';
import { smallTargets, textFaults } from './pageText.ts';
import { settled, violations } from './reading.ts';
import { findChromium, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

/** A folder for a picture of every panel in every size and theme; none are taken without it. */
const PICTURES = process.env.PERFSCOPE_PICTURES;

const RUNS: Readonly<Record<string, Recording>> = {
  threads: syntheticRecording({ meta: { warnings: ['A note.'], complete: false } }),
  tasks: taskRecording(),
  devices: deviceRun(),
};
const WIDTHS = [360, 900, 1440, 2560] as const;
const LOOKS = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  contrast: { colorScheme: 'light', contrast: 'more' },
  'dark contrast': { colorScheme: 'dark', contrast: 'more' },
  forced: { colorScheme: 'dark', forcedColors: 'active' },
} as const;

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

withBrowser(`the page in every size and theme${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '', () => SOME_RULES);
  });
  afterAll(async () => {
    await browser.close();
  });

  const picture = async (page: Page, ...name: (string | number)[]): Promise<void> => {
    if (!PICTURES) return;
    mkdirSync(PICTURES, { recursive: true });
    await page.screenshot({
      path: join(PICTURES, `${name.join('-').replaceAll(' ', '-')}.png`),
      fullPage: true,
    });
  };

  /** Calls `look` for each panel of the recording, by its name. */
  const eachPanel = async (page: Page, look: (panel: string) => Promise<void>): Promise<void> => {
    const tabs = page.getByRole('tab');
    for (let i = 0; i < (await tabs.count()); i++) {
      await tabs.nth(i).click();
      await settled(page);
      await look((await tabs.nth(i).textContent()) ?? '');
    }
  };

  describe.each(Object.keys(RUNS))('a run of %s', (name) => {
    const recording = RUNS[name] as Recording;
    test.each(WIDTHS)(
      'no text is cut off or lies over another, and nothing is wider than the page: %d pixels wide',
      async (width) => {
        const { page, complaints, close } = await browser.open(recording, {
          viewport: { width, height: 900 },
        });
        await settled(page);
        const faults: string[] = [];
        await eachPanel(page, async (panel) => {
          faults.push(...(await textFaults(page)).map((fault) => `${panel}: ${fault}`));
          if ((await page.evaluate(() => document.documentElement.scrollWidth)) > width)
            faults.push(`${panel} is wider than the page`);
          await picture(page, name, width, 'light', panel);
        });
        expect([...new Set(faults)]).toEqual([]);
        for (const key of ['?', 'x']) {
          await page.keyboard.press(key);
          await page.waitForSelector('dialog[open]');
          expect(await textFaults(page)).toEqual([]);
          await picture(page, name, width, 'light', key === '?' ? 'help' : 'save');
          await page.keyboard.press('Escape');
        }
        expect(complaints).toEqual([]);
        await close();
      },
    );

    test('the same where the reader has zoomed to 200 %', async () => {
      const { page, close } = await browser.open(recording, {
        viewport: { width: 720, height: 450 },
        deviceScaleFactor: 2,
      });
      await settled(page);
      const faults: string[] = [];
      await eachPanel(page, async (panel) => {
        faults.push(...(await textFaults(page)).map((fault) => `${panel}: ${fault}`));
      });
      expect([...new Set(faults)]).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
      await close();
    });
  });

  test.each(Object.keys(LOOKS) as (keyof typeof LOOKS)[])(
    'serious accessibility rules hold in every panel and dialog: %s',
    async (look) => {
      for (const [name, recording] of Object.entries(RUNS)) {
        // Each takes seconds: what only colours differ in is looked at with the run that has most of them.
        if (name !== 'tasks' && look !== 'light' && look !== 'dark' && !PICTURES) continue;
        const { page, complaints, close } = await browser.open(recording, LOOKS[look]);
        await settled(page);
        await eachPanel(page, async (panel) => {
          expect([name, panel, await violations(page)]).toEqual([name, panel, []]);
          await picture(page, name, 1440, look, panel);
        });
        for (const key of ['?', 'x']) {
          await page.keyboard.press(key);
          await page.waitForSelector('dialog[open]');
          expect([name, key, await violations(page)]).toEqual([name, key, []]);
          await page.keyboard.press('Escape');
        }
        expect(complaints).toEqual([]);
        await close();
      }
    },
  );

  test('what a finger is to touch is large enough for it', async () => {
    for (const recording of Object.values(RUNS)) {
      const { page, close } = await browser.open(recording, {
        viewport: { width: 360, height: 800 },
        hasTouch: true,
        isMobile: true,
      });
      await settled(page);
      const small: string[] = [];
      await eachPanel(page, async () => {
        small.push(...(await smallTargets(page)));
      });
      expect([...new Set(small)]).toEqual([]);
      await close();
    }
  });
});
