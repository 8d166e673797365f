import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { emptyTables } from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { exactRecording, HOSTILE, syntheticMeta, syntheticRecording } from '../webview/syntheticRecording.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type OpenedPage, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

/** What the flame graph says to a screen reader. */
const flame = (page: Page): Promise<string[]> => texts(page, '[role=tree] [role=treeitem]');
withBrowser(`the report in a browser${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  const opened: OpenedPage[] = [];
  const open: ReportBrowser['open'] = async (...args) => {
    const page = await browser.open(...args);
    opened.push(page);
    return page;
  };
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  // It is in every report, beside a recording of some hundred KB. A quarter of it are the rules, analyses and sentences of findings.
  test('the viewer is small', () => {
    expect(browser.scriptBytes).toBeLessThan(350 * 1024);
  });

  test('opens from a file without a network and shows the exact figures of a known run', async () => {
    const { page, complaints } = await open(exactRecording());
    expect(await page.title()).toBe('python app.py · perfscope');
    expect(await texts(page, '.stat')).toEqual([
      'wall500 ms',
      'CPU200 ms',
      'sampled at99.7 Hz',
      'perfscope used1.2 % of a core',
    ]);
    expect(await texts(page, '.lead')).toEqual(['0.40 of 8 cores used']);
    expect(await texts(page, '[role=treegrid] [role=row]')).toEqual([
      'app.py740 %running 200 ms, idle 300 ms',
    ]);
    await settled(page);
    expect(await flame(page)).toEqual([
      'all lanes  200 ms CPU, total 200 ms, 100 %, self 0 s',
      'main, app.py:1, total 200 ms, 100 %, self 0 s',
      'work, app.py:10, total 200 ms, 100 %, self 200 ms',
    ]);
    await page.keyboard.press('v');
    await settled(page);
    expect((await flame(page)).slice(2)).toEqual([
      'rest, app.py:20, total 300 ms, 60 %, self 300 ms',
      'work, app.py:10, total 200 ms, 40 %, self 200 ms',
    ]);
    await page.getByRole('tab', { name: 'Functions' }).click();
    await settled(page);
    expect(await texts(page, '.rows .row')).toEqual([
      'workapp.py:10200 ms100 %200 ms100 %200 ms40 %200 ms40 %',
      'mainapp.py:1–200 ms100 %–500 ms100 %',
      'restapp.py:20––300 ms60 %300 ms60 %',
    ]);
    expect(complaints).toEqual([]);
  });

  test('dragging selects a range in every view, and Esc takes it back', async () => {
    const { page, complaints } = await open(exactRecording());
    await settled(page);
    const box = await page.locator('.tracks canvas').boundingBox();
    if (!box) throw new Error('the tracks are in sight');
    // From 50 ms to 250 ms of the 500 ms that the canvas is wide.
    await page.mouse.move(box.x + box.width * 0.1, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.3, box.y + 14);
    await page.mouse.move(box.x + box.width * 0.5, box.y + 14);
    await page.mouse.up();
    await settled(page);
    const [chip = ''] = await texts(page, '.legend .selected');
    expect(Number(/^([\d.]+) ms/.exec(chip)?.[1])).toBeCloseTo(200, -1);
    const [row = ''] = await texts(page, '[role=treegrid] [role=row] .figure');
    expect(Number.parseInt(row, 10)).toBe(25);
    expect(await page.locator('.glance h2').textContent()).toBe('The selection at a glance');
    await page.waitForFunction(() => location.hash.includes('range='));
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await texts(page, '[role=treegrid] .figure')).toEqual(['40 %']);
    expect(complaints).toEqual([]);
  });

  test('a lane is selected by its name, and with Ctrl another one', async () => {
    const { page } = await open(syntheticRecording());
    await page
      .getByRole('row', { name: /feeder 1/ })
      .first()
      .click();
    await settled(page);
    expect(await texts(page, '.legend .selected')).toEqual(['1 lane']);
    expect((await flame(page))[0]).toMatch(/^train\.py \/ feeder 1/);
    await page
      .getByRole('row', { name: /feeder 1/ })
      .nth(1)
      .click({ modifiers: ['Control'] });
    await settled(page);
    expect(await texts(page, '.legend .selected')).toEqual(['2 lanes']);
    await page.getByRole('button', { name: 'Clear' }).first().click();
    await settled(page);
    expect((await flame(page))[0]).toMatch(/^all lanes/);
  });

  test('the address restores what was selected', async () => {
    const { page } = await open(syntheticRecording(), {
      hash: 'range=0.5-1.5&lanes=0.2&metric=wall&tab=functions&search=solve',
    });
    expect(await texts(page, '.legend .selected')).toEqual(['1.00 s from 500 ms to 1.50 s · 2 lanes']);
    expect(await page.getByRole('tab', { name: 'Functions' }).getAttribute('aria-selected')).toBe('true');
    expect(await page.getByRole('searchbox').inputValue()).toBe('solve');
    const names = await texts(page, '.rows .name bdi');
    expect(new Set(names)).toEqual(new Set(['solve_tile']));
  });

  test('search filters the table, marks the flame graph and says how much it found', async () => {
    const { page, complaints } = await open(syntheticRecording());
    await page.keyboard.press('/');
    await page.keyboard.type('SOLVE');
    await settled(page);
    expect((await texts(page, '.matched'))[0]).toMatch(/^2 functions match, \d+ %$/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('2');
    await settled(page);
    expect(new Set(await texts(page, '.rows .name bdi'))).toEqual(new Set(['solve_tile']));
    await page.keyboard.press('/');
    await page.keyboard.type('nothing is called this');
    await settled(page);
    expect(await texts(page, '.functions > .empty:not([hidden])')).toEqual([
      'No function in this selection matches the search.',
    ]);
    await page.keyboard.press('Escape');
    await settled(page);
    expect((await texts(page, '.rows .name bdi')).length).toBeGreaterThan(5);
    expect(complaints).toEqual([]);
  });

  test('keys alone reach every view', async () => {
    const { page, complaints } = await open(syntheticRecording());
    await settled(page);
    await page.getByRole('tree').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await settled(page);
    const id = await page.getByRole('tree').getAttribute('aria-activedescendant');
    const at = plain(await page.locator(`#${id}`).textContent());
    expect(await page.locator(`#${id}`).getAttribute('aria-level')).toBe('3');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('node='));
    const [chip = ''] = await texts(page, '.chip.function bdi');
    expect(at.startsWith(chip.split('  ')[0] as string)).toBe(true);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !location.hash.includes('node='));

    await page.keyboard.press('w');
    await page.waitForFunction(() => location.hash.includes('view='));
    await page.keyboard.press('m');
    await page.waitForFunction(() => location.hash.includes('range='));
    await page.keyboard.press('0');
    await page.waitForFunction(() => !location.hash.includes('view='));

    const first = page.getByRole('treegrid').getByRole('row').first();
    await first.focus();
    const rows = await page.getByRole('treegrid').getByRole('row').count();
    await page.keyboard.press('ArrowLeft');
    await settled(page);
    expect(await page.getByRole('treegrid').getByRole('row').count()).toBe(rows - 2);
    await page.keyboard.press('ArrowRight');
    await settled(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await settled(page);
    expect((await texts(page, '.legend .selected'))[0]).toMatch(/1 lane$/);

    await page.keyboard.press('2');
    await page.getByRole('grid', { name: 'Functions' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press(' ');
    await settled(page);
    expect(await page.locator('.rows .row[aria-selected=true]').count()).toBe(1);

    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Keys and how to read' }).isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('sorting by a column turns the table around', async () => {
    const { page } = await open(exactRecording(), { hash: 'tab=functions' });
    const wall = page.getByRole('columnheader', { name: 'Self wall' });
    await wall.getByRole('button').click();
    expect(await wall.getAttribute('aria-sort')).toBe('descending');
    expect((await texts(page, '.rows .name bdi'))[0]).toBe('rest');
    await wall.getByRole('button').click();
    expect((await texts(page, '.rows .name bdi'))[0]).toBe('main');
  });

  test('hostile names stay text', async () => {
    const recording = syntheticRecording({
      hostile: true,
      meta: { command: ['python', HOSTILE[0]], warnings: [HOSTILE[0], HOSTILE[1]] },
    });
    const { page, complaints } = await open(recording);
    await settled(page);
    expect(await page.title()).toBe(`python ${HOSTILE[0]} · perfscope`);
    const lanes = page.getByRole('treegrid').getByRole('row');
    for (let i = 0; i < (await lanes.count()); i += 2) await lanes.nth(i).hover();
    const box = await page.locator('.flame-stage canvas').boundingBox();
    if (!box) throw new Error('the flame graph is in sight');
    for (let i = 0; i < 20; i++)
      await page.mouse.move(box.x + (box.width * i) / 20, box.y + 21 * (i % 14) + 8);
    await page.keyboard.press('2');
    await page.locator('.rows .row').first().click();
    await page.getByRole('button', { name: /notes/ }).click();
    await settled(page);
    expect(await page.locator('img, iframe, svg[onload], #perfscope script').count()).toBe(0);
    expect(await page.content()).not.toContain('<img');
    expect((await texts(page, '.notes li'))[0]).toBe(HOSTILE[0]);
    expect(complaints).toEqual([]);
  });

  test('nothing recorded, nothing selected and a damaged file each say so', async () => {
    const empty = await open({ meta: syntheticMeta(1e9), tables: emptyTables() });
    expect(await texts(empty.page, '.empty:visible')).toContain(
      'This recording holds no lanes: no thread was seen while it was made.',
    );
    await settled(empty.page);
    expect(await texts(empty.page, '.flame > .empty')).toEqual(['This recording holds no samples.']);

    const asleep = await open(exactRecording(), { hash: 'range=0.15-0.35' });
    await settled(asleep.page);
    expect(await texts(asleep.page, '.flame > .empty:not([hidden])')).toEqual([
      'No CPU time was seen in this selection.',
    ]);

    const bytes = encodeRecording(exactRecording());
    const cut = await open(bytes.subarray(0, bytes.length - 900));
    expect((await texts(cut.page, '[role=alert] p'))[0]).toMatch(/^This report is damaged/);
    for (const { complaints } of [empty, asleep, cut]) expect(complaints).toEqual([]);
  });

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 2560],
  ] as const)('serious accessibility rules hold: %s, %d pixels wide', async (colorScheme, width) => {
    const { page, complaints } = await open(
      syntheticRecording({ rows: 100, meta: { warnings: ['A note.'], complete: false } }),
      { colorScheme, viewport: { width, height: 900 } },
    );
    await settled(page);
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe(colorScheme);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('2');
    await page.getByRole('button', { name: /notes/ }).click();
    await settled(page);
    expect(await violations(page)).toEqual([]);
    // Nothing is wider than the page.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
  });

  test('the theme follows the system until the reader chooses', async () => {
    const { page } = await open(exactRecording(), { colorScheme: 'dark' });
    const turns = (theme: string) =>
      page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
    await turns('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await turns('light');
    await page.getByRole('button', { name: 'Theme: Auto' }).click();
    await page.getByRole('button', { name: 'Theme: Light' }).click();
    await turns('dark');
  });

  test('forced colours and no motion are respected', async () => {
    const { page, complaints } = await open(syntheticRecording({ rows: 60 }), {
      forcedColors: 'active',
      reducedMotion: 'reduce',
    });
    await page.keyboard.press('w');
    await page.waitForFunction(() => location.hash.includes('view='));
    expect(complaints).toEqual([]);
  });
});
