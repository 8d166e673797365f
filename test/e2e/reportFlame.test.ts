import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { exactRecording, HOSTILE, syntheticRecording } from '../webview/syntheticRecording.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type OpenedPage, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

/** What the flame graph says to a screen reader. */
const flame = (page: Page): Promise<string[]> => texts(page, '[role=tree] [role=treeitem]');
const chips = (page: Page): Promise<string[]> => texts(page, '.chips .chip bdi');
const names = (page: Page): Promise<string[]> => texts(page, '.rows .name bdi');

withBrowser(`the flame graph of a report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  const open = async (...args: Parameters<ReportBrowser['open']>): Promise<OpenedPage> => {
    const opened = await browser.open(...args);
    await settled(opened.page);
    return opened;
  };
  /** Puts the keys on the box that says `words`. */
  const goTo = async (page: Page, words: RegExp): Promise<void> => {
    await page.getByRole('tree').focus();
    const items = page.locator('[role=tree] [role=treeitem]');
    const all = (await items.allTextContents()).map(plain);
    const at = all.findIndex((text) => words.test(text));
    expect(at).toBeGreaterThanOrEqual(0);
    const level = Number(await items.nth(at).getAttribute('aria-level'));
    for (let i = 1; i < level; i++) await page.keyboard.press('ArrowDown');
    for (let i = 0; i < 30; i++) {
      await settled(page);
      const id = await page.getByRole('tree').getAttribute('aria-activedescendant');
      if (words.test(plain(await page.locator(`#${id}`).textContent()))) return;
      await page.keyboard.press('ArrowRight');
    }
    throw new Error(`the arrow keys did not reach ${words}`);
  };
  const pressed = async (page: Page, key: string): Promise<void> => {
    await page.keyboard.press(key);
    await settled(page);
  };

  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  test('four arrangements are a key, or a press, away, and the address keeps the chosen one', async () => {
    const { page, complaints } = await open(exactRecording(), { hash: 'metric=wall' });
    await pressed(page, 'I');
    expect((await flame(page))[1]).toBe('rest, app.py:20, self 300 ms, 60 %');
    await page.waitForFunction(() => location.hash.includes('flame=inverted'));
    await pressed(page, 'T');
    expect((await flame(page)).slice(2)).toEqual([
      'work, app.py:10, for 100 ms, from 0 s',
      'rest, app.py:20, for 300 ms, from 100 ms',
      'work, app.py:10, for 100 ms, from 400 ms',
    ]);
    await page.getByText('Sandwich', { exact: true }).click();
    await settled(page);
    expect(await flame(page)).toEqual([
      'called by main, app.py:1, for 300 ms, 100 % of it',
      'rest, app.py:20, total 300 ms, 60 %, self 300 ms',
    ]);
    await page.waitForFunction(() => location.hash.includes('flame=sandwich'));
    await pressed(page, 'L');
    expect((await flame(page))[0]).toBe('all lanes  500 ms wall, total 500 ms, 100 %, self 0 s');
    await page.waitForFunction(() => !location.hash.includes('flame='));
    const restored = await open(exactRecording(), { hash: 'flame=inverted&metric=wall' });
    expect(await restored.page.getByRole('radio', { name: 'Inverted' }).isChecked()).toBe(true);
    expect((await flame(restored.page))[1]).toBe('rest, app.py:20, self 300 ms, 60 %');
    expect([...complaints, ...restored.complaints]).toEqual([]);
  });

  test('in order of time it zooms with the timeline, and the reader chooses the lane', async () => {
    const { page, complaints } = await open(syntheticRecording(), { hash: 'flame=time' });
    const lanes = page.getByRole('combobox', { name: 'Lane in order of time' });
    expect(plain(await lanes.locator('option').first().textContent())).toMatch(/^busiest: /);
    await lanes.selectOption({ label: 'Worker-2 / feeder 1' });
    await settled(page);
    expect((await flame(page))[0]).toMatch(/^Worker-2 \/ feeder 1 {2}0 s to 4\.00 s/);
    await page.waitForFunction(() => /lane=\d/.test(location.hash));
    await goTo(page, /^<module>/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('view='));
    await page.evaluate(() => {
      location.hash = 'flame=time&view=1-2';
    });
    await page.waitForFunction(() =>
      document.querySelector('[role=treeitem]')?.textContent?.includes('1.00'),
    );
    await settled(page);
    expect((await flame(page))[0]).toMatch(/1\.00 s to 2\.00 s, for 1\.00 s/);
    expect(complaints).toEqual([]);
  });

  test('a function hidden by a key is gone from picture and table, and Esc brings it back', async () => {
    const { page, complaints } = await open(exactRecording(), { hash: 'metric=wall' });
    const before = await flame(page);
    await goTo(page, /^main/);
    await pressed(page, 'H');
    expect(await chips(page)).toEqual(['without main']);
    expect((await flame(page)).map((text) => text.split(',')[0])).toEqual([
      'all lanes  500 ms wall',
      'rest',
      'work',
    ]);
    await page.waitForFunction(() => location.hash.includes('shape=h'));
    await pressed(page, '2');
    expect(await names(page)).toEqual(['work', 'rest']);
    await pressed(page, '1');
    await pressed(page, 'Escape');
    await pressed(page, 'Escape');
    expect(await chips(page)).toEqual([]);
    expect(await flame(page)).toEqual(before);
    expect(complaints).toEqual([]);
  });

  test('every step is in a menu by keyboard and by a button, stands as a chip, and the chip takes it back', async () => {
    const { page, complaints } = await open(syntheticRecording());
    await goTo(page, /^<module>/);
    await page.getByRole('button', { name: 'What can be done with this box' }).click();
    expect(await texts(page, '[role=menu] [role=menuitem] span')).toEqual([
      'Zoom to it',
      'Who calls it, and what it calls',
      'Only <module>, wherever it was called',
      'Only this call and what it calls',
      'Make all that <module> calls its own time',
      'Hide <module>: its time becomes its caller’s',
      'Make module train one box',
      'Make direct recursion one box',
      'Show its source',
      'Copy its name',
      'Copy its stack',
      'Copy what is in sight as a table',
    ]);
    expect(await violations(page)).toEqual([]);
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await chips(page)).toEqual(['module train as one']);
    expect((await flame(page))[1]).toMatch(/^module train, total/);
    const canvas = await page.locator('.flame-stage canvas').boundingBox();
    if (!canvas) throw new Error('the flame graph is in sight');
    await page.mouse.click(canvas.x + 60, canvas.y + 30, { button: 'right' });
    await page.getByRole('menuitem', { name: /^Hide module train/ }).click();
    await settled(page);
    expect(await chips(page)).toEqual(['module train as one', 'without module train']);
    await page.getByRole('button', { name: 'Take back: module train as one' }).click();
    await settled(page);
    expect(await chips(page)).toEqual([]);
    expect((await flame(page))[1]).toMatch(/^<module>/);
    // Esc closes a menu and does no more.
    await page.mouse.click(canvas.x + 60, canvas.y + 30, { button: 'right' });
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tree');
    expect(complaints).toEqual([]);
  });

  test('an address brings back what was done, and what it cannot mean is passed over', async () => {
    const { page, complaints } = await open(exactRecording(), {
      hash: 'metric=wall&shape=h0.m900.zz.b99&colour=state',
    });
    expect(await chips(page)).toEqual(['without main']);
    expect(await page.getByRole('combobox', { name: 'Colour by' }).inputValue()).toBe('state');
    expect(complaints).toEqual([]);
  });

  test('colours say what they stand for, and a tip says how much of each', async () => {
    const { page, complaints } = await open(exactRecording(), { hash: 'metric=wall' });
    const legend = (): Promise<string[]> => texts(page, '.flame-legend li');
    expect(await legend()).toEqual(['app']);
    await page.getByRole('combobox', { name: 'Colour by' }).selectOption('state');
    await settled(page);
    expect(await legend()).toEqual([
      'running',
      'ready, no CPU',
      'waits for GIL',
      'waits for lock',
      'I/O, other waits',
      'idle',
    ]);
    const canvas = await page.locator('.flame-stage canvas').boundingBox();
    if (!canvas) throw new Error('the flame graph is in sight');
    await page.mouse.move(canvas.x + 20, canvas.y + 30);
    expect((await texts(page, '.tooltip dt')).slice(2)).toEqual(['idle', 'running']);
    expect((await texts(page, '.tooltip dd')).slice(2)).toEqual(['300 ms  60 %', '200 ms  40 %']);
    await page.waitForFunction(() => location.hash.includes('colour=state'));
    const many = await open(syntheticRecording(), { hash: 'colour=process' });
    expect((await texts(many.page, '.flame-legend li'))[0]).toMatch(/^(train\.py|Worker-\d) 80\d$/);
    expect([...complaints, ...many.complaints]).toEqual([]);
  });

  test('one steps through what a search found, in every arrangement', async () => {
    for (const arrangement of ['heavy', 'time', 'sandwich', 'inverted']) {
      const { page, complaints } = await open(syntheticRecording(), {
        hash: `flame=${arrangement}&search=${encodeURIComponent('/^solve/')}`,
      });
      expect((await texts(page, '.flame-status .matched'))[0]).toMatch(/^2 functions match, \d+(\.\d)? %$/);
      await pressed(page, 'j');
      expect((await texts(page, '.flame-note'))[0]).toMatch(/^Match 1 of \d+ in sight$/);
      const id = await page.getByRole('tree').getAttribute('aria-activedescendant');
      expect(plain(await page.locator(`#${id}`).textContent())).toMatch(/solve_tile/);
      await pressed(page, 'J');
      expect((await texts(page, '.flame-note'))[0]).toMatch(/^Match (\d+) of \1 in sight$/);
      expect(complaints).toEqual([]);
    }
  });

  test('a stack and a table can be copied', async () => {
    const { page, complaints } = await open(exactRecording(), {
      hash: 'metric=wall',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
    await goTo(page, /^rest/);
    await pressed(page, 'Control+c');
    expect(await clipboard()).toBe('main (/home/ada/app.py:1)\nrest (/home/ada/app.py:20)');
    expect(await texts(page, '.flame-note')).toEqual(['Copied the stack.']);
    await page.getByRole('button', { name: 'What can be done with this box' }).click();
    await page.getByRole('menuitem', { name: 'Copy what is in sight as a table' }).click();
    await page.waitForFunction(
      () => document.querySelector('.flame-note')?.textContent === 'Copied a table.',
    );
    expect((await clipboard()).split('\n')[3]).toBe('    300 ms    60 %    300 ms      rest  app.py:20');
    expect(complaints).toEqual([]);
  });

  test('hostile names stay text in menus, chips and every arrangement', async () => {
    const { page, complaints } = await open(syntheticRecording({ hostile: true, rows: 60 }));
    await pressed(page, '/');
    await page.keyboard.type('img');
    await pressed(page, 'Enter');
    await pressed(page, 'j');
    await pressed(page, 'H');
    expect((await chips(page))[0]).toContain(HOSTILE[0]);
    for (const key of ['I', 'T', 'S', 'L']) await pressed(page, key);
    await page.getByRole('button', { name: 'What can be done with this box' }).click();
    expect(await page.locator('img, iframe, svg[onload], #perfscope script').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', 1440],
    ['dark', 360],
  ] as const)('every arrangement keeps the serious rules: %s, %d pixels wide', async (colorScheme, width) => {
    const { page, complaints } = await open(syntheticRecording({ rows: 100 }), {
      colorScheme,
      viewport: { width, height: 900 },
      hash: 'shape=r0.h3&colour=lane&search=solve',
    });
    for (const key of ['T', 'S', 'I']) {
      await pressed(page, key);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    expect(complaints).toEqual([]);
  });

  test('a zoom glides to its end, and is there at once where no motion is wanted', async () => {
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      const { page } = await open(syntheticRecording(), { reducedMotion });
      await goTo(page, /^<module>/);
      await page.keyboard.press('ArrowDown');
      await settled(page);
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => location.hash.includes('node='));
      await settled(page);
      const [, main = '', zoomed = ''] = await flame(page);
      expect(main).toMatch(/^<module>/);
      // All in sight hangs under it: it is the only one on its level.
      const levels = await page
        .locator('[role=treeitem]')
        .evaluateAll((items) => items.map((item) => item.getAttribute('aria-level')));
      expect(levels.filter((level) => level === '3')).toHaveLength(1);
      expect(zoomed).not.toBe('');
    }
  });
});
