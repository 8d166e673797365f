import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { zipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { emptyTables } from '../../analyzer/model/index.ts';
import { encodeRecording, FORMAT_VERSION } from '../../analyzer/recording/index.ts';
import { exactRecording, HOSTILE, syntheticMeta, syntheticRecording } from '../webview/syntheticRecording.ts';
import { textFaults } from './pageText.ts';
import { settled, texts, violations } from './reading.ts';
import { findChromium, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

withBrowser(
  `what a report says when there is little to show${chromium === null ? ' (no Chromium in PATH)' : ''}`,
  () => {
    let browser: ReportBrowser;
    beforeAll(async () => {
      browser = await startReportBrowser(chromium ?? '');
    });
    afterAll(async () => {
      await browser.close();
    });

    const bytes = encodeRecording(exactRecording());
    const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    const newer = encodeRecording({
      ...exactRecording(),
      meta: { ...exactRecording().meta, version: FORMAT_VERSION + 1 },
    });
    const flipped = Uint8Array.from(bytes, (byte, i) => (i === bytes.length >> 1 ? byte ^ 0xff : byte));

    test.each([
      ['cut off', bytes.subarray(0, 400), /^This report is damaged: /],
      ['changed in the middle', flipped, /^This report is damaged: /],
      ['empty', new Uint8Array(0), /^This report is not a perfscope recording\.$/],
      [
        'of a newer perfscope',
        newer,
        /format version \d+; this perfscope reads up to \d+\. Install a newer perfscope\.$/,
      ],
      [
        'another zip',
        zipSync({ 'a.txt': json(1) }),
        /^This report is a zip file but not a perfscope recording\.$/,
      ],
      [
        'without its tables',
        zipSync({ 'recording.json': json(exactRecording().meta) }),
        /^This report is damaged: its table "strings" is missing\.$/,
      ],
    ])('a report whose recording is %s says so, and what to do', async (_what, payload, sentence) => {
      const { page, complaints, close } = await browser.open(payload);
      const [what = '', remedy] = await texts(page, '[role=alert] p');
      expect(what).toMatch(sentence);
      expect(remedy).toBe('Write it again from the recording: perfscope report <recording>');
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    });

    test('a payload that is no Base64 says so', async () => {
      const { page, close } = await browser.open(exactRecording(), {
        change: (text) => text.replace(/(octet-stream">)..../, '$1!!!!'),
      });
      expect((await texts(page, '[role=alert] p'))[0]).toBe(
        'This report is damaged: the recording in it was cut off or changed.',
      );
      await close();
    });

    test('until it is drawn it says that it opens', async () => {
      // As it stands before its script runs; the paragraph is what the opening of a page waits for.
      const { page, close } = await browser.open(exactRecording(), {
        change: (text) => text.replace(/<script>[\s\S]*?<\/script>/, '<p class="empty">later</p>'),
      });
      expect(await page.getByText('Opening the report').isVisible()).toBe(true);
      expect(await page.getByText('it needs JavaScript').count()).toBe(0);
      await close();
    });

    /** What every empty part of the page says. */
    const empties = (page: Page): Promise<string[]> => texts(page, '.empty:visible');

    test('an attach that saw nothing, and lanes without samples, are said in sentences', async () => {
      const nothing = await browser.open({
        meta: syntheticMeta(1e9, {
          origin: 'attach',
          command: [],
          warnings: ['The process ended before it could be read.'],
        }),
        tables: emptyTables(),
      });
      await settled(nothing.page);
      expect(await empties(nothing.page)).toContain(
        'This recording holds no lanes: no thread was seen while it was made.',
      );
      expect(await texts(nothing.page, '.notice')).toEqual(['1 note']);
      expect(await textFaults(nothing.page)).toEqual([]);
      expect(await violations(nothing.page)).toEqual([]);
      for (const key of ['f', 'w', 'n', 'r', 'z', 'm', '2', 'x']) await nothing.page.keyboard.press(key);
      await nothing.page.keyboard.press('Escape');
      expect(nothing.complaints).toEqual([]);
      await nothing.close();

      const exact = exactRecording();
      const none = { ...exact, tables: { ...exact.tables, samples: emptyTables().samples } };
      const silent = await browser.open(none);
      await settled(silent.page);
      expect(await empties(silent.page)).toContain('This recording holds no samples.');
      expect(await textFaults(silent.page)).toEqual([]);
      expect(silent.complaints).toEqual([]);
      await silent.close();
    });

    test('long and hostile names push nothing out of its place', async () => {
      for (const width of [360, 900, 1440]) {
        const { page, complaints, close } = await browser.open(
          syntheticRecording({
            hostile: true,
            meta: { command: ['python', ...HOSTILE], warnings: [...HOSTILE] },
          }),
          { viewport: { width, height: 900 } },
        );
        await settled(page);
        expect(await textFaults(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        await page.getByRole('button', { name: /notes/ }).click();
        expect(await textFaults(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        expect(complaints).toEqual([]);
        await close();
      }
    });

    test('in VS Code the page has the colours and the kind of theme of the editor, and no switch of its own', async () => {
      const { page, complaints, close } = await browser.open(exactRecording(), {
        change: (text) => text.replace('<body>', '<body class="vscode-body vscode-high-contrast">'),
      });
      const look = () =>
        page.evaluate(() => ({
          ...document.documentElement.dataset,
          ground: getComputedStyle(document.body).backgroundColor,
          letters: getComputedStyle(document.body).color,
        }));
      expect(await look()).toMatchObject({ theme: 'dark', contrast: 'more' });
      expect(await page.getByRole('button', { name: /^Theme/ }).count()).toBe(0);
      await page.evaluate(() => {
        document.body.className = 'vscode-body vscode-light';
        document.documentElement.style.setProperty('--vscode-editor-background', '#fdf6e3');
        document.documentElement.style.setProperty('--vscode-foreground', '#073642');
      });
      await page.waitForFunction(() => document.documentElement.dataset.theme === 'light');
      expect(await look()).toMatchObject({
        theme: 'light',
        contrast: 'normal',
        ground: 'rgb(253, 246, 227)',
        letters: 'rgb(7, 54, 66)',
      });
      await settled(page);
      // The canvases follow: the corner of the flame graph is the editor's ground.
      const corner = await page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('.flame-stage canvas');
        return [
          ...(canvas?.getContext('2d')?.getImageData(0, (canvas?.height ?? 2) - 2, 1, 1).data ?? []),
        ].slice(0, 3);
      });
      expect(corner).toEqual([253, 246, 227]);
      expect(complaints).toEqual([]);
      await close();
    });

    test('no motion is made for readers who want none, and paper gets every part', async () => {
      const { page, close } = await browser.open(exactRecording(), { reducedMotion: 'reduce' });
      const moving = await page.evaluate(
        () =>
          [...document.querySelectorAll('*')].filter((element) => {
            const { transitionDuration, animationName } = getComputedStyle(element);
            return (
              animationName !== 'none' ||
              transitionDuration.split(',').some((time) => Number.parseFloat(time) > 0)
            );
          }).length,
      );
      expect(moving).toBe(0);
      await page.emulateMedia({ media: 'print' });
      for (const part of ['.stats', '.glance', '.timeline', '.flame'])
        expect(await page.locator(part).isVisible()).toBe(true);
      for (const part of ['.search', '.tools', '.splitter'])
        expect(await page.locator(part).first().isVisible()).toBe(false);
      expect((await page.pdf()).length).toBeGreaterThan(10_000);
      await close();
    });
  },
);
