import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { emptyTables, SCHEMAS, TableBuilder } from '../../analyzer/model/index.ts';
import { HOSTILE } from '../webview/syntheticRecording.ts';
import { MS, START, taskRecording } from '../webview/syntheticTasks.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

const recording = taskRecording();
const { clock } = recording.meta;

/** The point of the page at an instant of a lane, `below` pixels under the top of its row. */
async function pointOf(page: Page, lane: string, time: number, below: number): Promise<[number, number]> {
  const row = page.getByRole('treegrid').getByRole('row', { name: lane }).first();
  await row.scrollIntoViewIfNeeded();
  const [line, tracks] = [await row.boundingBox(), await page.locator('.tracks canvas').boundingBox()];
  if (!line || !tracks) throw new Error(`${lane} is in sight`);
  const share = (time - clock.start) / (clock.end - clock.start);
  return [tracks.x + tracks.width * share, line.y + below];
}

/** Colours of the canvas of the tracks around a point of the page. */
const picture = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLCanvasElement>('.tracks canvas')?.toDataURL() ?? '');

withBrowser(`tasks in the report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  test('pointing at a task tells it, and clicking selects its time and its lane in every view', async () => {
    const { page, complaints } = await browser.open(recording, { viewport: { width: 1440, height: 1200 } });
    await settled(page);
    const { start, end } = recording.tables.tasks;
    const middle = ((start[5] as number) + (end[5] as number)) / 2;
    const [x, y] = await pointOf(page, 'ForkPoolWorker-2', middle, 30);
    const before = await picture(page);
    await page.mouse.move(x, y);
    await settled(page);
    const tip = page.getByRole('tooltip');
    expect(plain(await tip.textContent())).toContain('solve_tile');
    expect(plain(await tip.textContent())).toContain('submitted byrun_all (tiles.py:42)');
    expect(plain(await tip.textContent())).toContain('raisedValueError');
    expect(await picture(page)).not.toBe(before);
    await page.mouse.down();
    await page.mouse.up();
    await settled(page);
    expect(await texts(page, '.legend .selected')).toEqual(['50.0 ms from 194 ms to 244 ms · 1 lane']);
    expect((await texts(page, '[role=tree] [role=treeitem]'))[0]).toMatch(
      /^ForkPoolWorker-2 {2}45\.0 ms CPU/,
    );
    await page.waitForFunction(() => location.hash.includes('task=5'));
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await page.locator('.legend .chip').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('keys step through the tasks of a lane, and each is said', async () => {
    const { page, complaints } = await browser.open(recording);
    await settled(page);
    const lane = page.getByRole('treegrid').getByRole('row', { name: 'ForkPoolWorker-2' });
    expect(plain(await lane.textContent())).toMatch(/30 tasks for \d+ ms, 1 failed/);
    await lane.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await settled(page);
    await page.waitForFunction(() => location.hash.includes('task=5'));
    expect((await texts(page, '[role=status]')).join(' ')).toMatch(
      /^Task solve_tile, tiles\.py:10, .*raised ValueError/,
    );
    await page.keyboard.press('p');
    await page.waitForFunction(() => location.hash.includes('task=1'));
    await page.keyboard.press('ArrowLeft');
    await settled(page);
    expect((await texts(page, '[role=status]')).join(' ')).toBe('No earlier task on this lane.');
    expect(complaints).toEqual([]);
  });

  test('the table tells what each function came to, sorts, brings its tasks out and follows the selection', async () => {
    const { page, complaints } = await browser.open(recording, { viewport: { width: 1800, height: 1000 } });
    await page.keyboard.press('3');
    await settled(page);
    const rows = '.task-group .rows .row';
    const names = () => texts(page, `${rows} bdi`);
    expect(await names()).toEqual(['solve_tile', 'merge', 'fetch']);
    const cells = await texts(page, `${rows}:first-child [role=gridcell]`);
    expect(cells).toEqual([
      ...['60', '480', '4', '41.6 ms', '54.0 ms', '54.0 ms', '392 ms', '741 ms'],
      ...['15 MB', '≥ 4.72 MB', '≥ 446 ms', '10 %', '1', '1'],
    ]);
    // Wide windows show the flame graph beside it.
    expect(await page.getByRole('tree').isVisible()).toBe(true);
    await page.getByRole('columnheader', { name: 'Repeated' }).getByRole('button').click();
    expect(await names()).toEqual(['merge', 'solve_tile', 'fetch']);

    const before = await picture(page);
    await page.locator(rows).filter({ hasText: 'merge' }).click();
    await settled(page);
    expect(await picture(page)).not.toBe(before);
    expect(await page.locator(`${rows}[aria-selected=true] bdi`).textContent()).toBe('merge');
    expect(new Set(await texts(page, '.longest-task .rows bdi'))).toEqual(new Set(['merge']));
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await page.locator(`${rows}[aria-selected=true]`).count()).toBe(0);

    await page.getByRole('row', { name: 'fetcher_0' }).click();
    await settled(page);
    expect(await names()).toEqual(['fetch']);
    await page.keyboard.press('/');
    await page.keyboard.type('nothing is called this');
    await settled(page);
    expect(await texts(page, '.tasks > .empty:not([hidden])')).toEqual([
      'No task in this selection matches the search.',
    ]);
    expect(complaints).toEqual([]);
  });

  test('a row of tasks makes the flame graph that of the samples inside them, until Esc', async () => {
    const { page, complaints } = await browser.open(recording);
    const root = async () => (await texts(page, '[role=tree] [role=treeitem]'))[0] ?? '';
    await settled(page);
    const whole = await root();
    expect(whole).toMatch(/^all lanes {2}/);
    await page.keyboard.press('3');
    await settled(page);
    const row = page.locator('.task-group .rows .row').filter({ hasText: 'solve_tile' });
    const before = await row.boundingBox();
    await row.click();
    await settled(page);
    // Nothing moves under the pointer that picks it.
    expect(await row.boundingBox()).toEqual(before);
    expect(await texts(page, '.legend .selected')).toEqual(['inside tasks of solve_tile']);
    expect((await texts(page, '[role=status]')).join(' ')).toContain('samples inside tasks of solve_tile');
    await page.getByRole('button', { name: 'Show it' }).click();
    await settled(page);
    const inside = await root();
    expect(inside).toMatch(/^all lanes, inside tasks of solve_tile {2}/);
    const cpu = (text: string) => Number.parseFloat(/([\d.]+) s CPU/.exec(text)?.[1] ?? '');
    expect(cpu(inside)).toBeLessThan(cpu(whole));
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await root()).toBe(whole);
    expect(await page.locator('.legend .chip').isVisible()).toBe(false);

    // And by keys alone, from the table to the picture.
    await page.keyboard.press('3');
    await page.getByRole('grid', { name: 'Tasks', exact: true }).focus();
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('Flame graph');
    expect(await root()).toBe(inside);
    await page.waitForFunction(() => location.hash.includes('tasks='));
    expect(complaints).toEqual([]);
  });

  test('the longest tasks are gone to by key', async () => {
    const { page, complaints } = await browser.open(recording, { hash: 'tab=tasks&view=1.5-1.6' });
    await settled(page);
    const grid = page.getByRole('grid', { name: 'Longest tasks' });
    await grid.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await settled(page);
    await page.waitForFunction(() => location.hash.includes('task='));
    expect((await texts(page, '.legend .selected'))[0]).toMatch(/^54\.0 ms from .* · 1 lane$/);
    // The view has moved to where the task is.
    const view = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('view') ?? '';
    expect(Number.parseFloat(view)).toBeLessThan(1);
    expect(complaints).toEqual([]);
  });

  test('a thread that waits for a lock names its holder, and the table sums the waits up', async () => {
    const { page, complaints } = await browser.open(recording);
    await page.keyboard.press('4');
    await settled(page);
    expect(await texts(page, '.lock .rows .row')).toEqual([
      'solve_tile (tiles.py:10)lock #362120 ms20.0 msupdate_cache (tiles.py:88)100 %',
    ]);
    await page.mouse.move(...(await pointOf(page, 'fetcher_0', START + 215 * MS, 10)));
    await settled(page);
    expect(plain(await page.getByRole('tooltip').textContent())).toContain(
      'held bytiles.py / fetcher_1 in update_cache (tiles.py:88)',
    );
    expect(complaints).toEqual([]);
  });

  test('a region of the submitting thread selects its time', async () => {
    const { page, complaints } = await browser.open(recording);
    await settled(page);
    const lane = page.getByRole('treegrid').getByRole('row', { name: 'MainThread' }).first();
    expect(plain(await lane.textContent())).toContain('3 parallel regions: solve_tile');
    await page.mouse.click(...(await pointOf(page, 'MainThread', START + 50 * MS, 30)));
    await settled(page);
    expect(await texts(page, '.legend .selected')).toEqual(['100 ms from 0 s to 100 ms']);
    expect(complaints).toEqual([]);
  });

  test('regions are selected by key, one after the other, and each is said', async () => {
    const { page, complaints } = await browser.open(recording);
    await settled(page);
    const said = async () => (await texts(page, '[role=status]')).join(' ');
    const lane = page.getByRole('treegrid').getByRole('row', { name: 'MainThread' }).first();
    await lane.focus();
    await page.keyboard.press('r');
    await settled(page);
    expect(await said()).toBe('Region before solve_tile, from 0 s, lasts 100 ms');
    expect(await texts(page, '.legend .selected')).toEqual(['100 ms from 0 s to 100 ms']);
    await page.keyboard.press('r');
    await settled(page);
    expect(await said()).toMatch(
      /^Region solve_tile, pool multiprocessing\.Pool, tasks 60 tasks, from 100 ms, lasts/,
    );
    await page.locator('.timeline-scroll').focus();
    await page.keyboard.press('e');
    await page.keyboard.press('e');
    await settled(page);
    expect(await said()).toBe('No earlier region on this lane.');
    expect(await texts(page, '.legend .selected')).toEqual(['100 ms from 0 s to 100 ms']);
    expect(complaints).toEqual([]);
  });

  test('pools that one line made are one row, which keys open to single pools and close again', async () => {
    const pools = new TableBuilder(SCHEMAS.pools);
    for (let i = 0; i < 3; i++) pools.append(recording.tables.pools);
    const made = pools.finish();
    const ids = { ...made, id: made.id.map((_, row) => row) };
    const { page, complaints } = await browser.open({
      ...recording,
      tables: { ...recording.tables, pools: ids },
    });
    await settled(page);
    const rows = () => texts(page, '.label.pool bdi');
    expect(await rows()).toEqual(['multiprocessing.Pool', 'ThreadPoolExecutor']);
    const row = page.getByRole('row', { name: 'multiprocessing.Pool' });
    expect(await row.getAttribute('aria-expanded')).toBe('false');
    expect(plain(await row.textContent())).toContain('tiles.py:42 · 3 pools of 4 workers · fork');
    await row.focus();
    await page.keyboard.press('ArrowRight');
    await settled(page);
    expect(await rows()).toEqual([
      ...['multiprocessing.Pool', 'pool #1', 'pool #3', 'pool #5', 'ThreadPoolExecutor'],
    ]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await rows()).toEqual(['multiprocessing.Pool', 'ThreadPoolExecutor']);
    await row.click();
    await settled(page);
    expect(await rows()).toHaveLength(5);
    // What was opened is still open in a copy of the page.
    await page.waitForFunction(() => new URLSearchParams(location.hash.slice(1)).has('collapsed'));
    await page.reload();
    await page.waitForSelector('.label');
    expect(await rows()).toHaveLength(5);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('a pool tells how many tasks run and wait at the pointer', async () => {
    const { page, complaints } = await browser.open(recording);
    await settled(page);
    await page.mouse.move(...(await pointOf(page, 'multiprocessing.Pool', START + 170 * MS, 20)));
    await settled(page);
    const tip = plain(await page.getByRole('tooltip').textContent());
    expect(tip).toContain('running4.00 of 4');
    expect(tip).toContain('start-up75.0 ms');
    expect(tip).toContain('made byrun_all (tiles.py:42)');
    expect(complaints).toEqual([]);
  });

  test('hostile names of tasks, pools and exceptions stay text', async () => {
    const { page, complaints } = await browser.open(taskRecording({ hostile: true }), { hash: 'tab=tasks' });
    await settled(page);
    expect(await texts(page, '.task-group .rows bdi')).toContain(HOSTILE[0]);
    const box = await page.locator('.tracks canvas').boundingBox();
    if (!box) throw new Error('the tracks are in sight');
    for (let i = 0; i < 40; i++)
      await page.mouse.move(box.x + (box.width * i) / 60, box.y + ((i * 13) % box.height));
    await page.locator('.task-group .rows .row').first().click();
    await page.locator('.longest-task .rows .row').first().click();
    await page.keyboard.press('n');
    await page.keyboard.press('4');
    await settled(page);
    expect(await page.locator('img, iframe, svg[onload], #perfscope script').count()).toBe(0);
    expect(await page.content()).not.toContain('<img');
    expect(complaints).toEqual([]);
  });

  test('a run with pools and no tasks says so, and a tab that a run does not have is the flame graph', async () => {
    const { tasks, lockWaits } = emptyTables();
    const { page, complaints } = await browser.open(
      { ...recording, tables: { ...recording.tables, tasks, lockWaits } },
      { hash: 'tab=tasks' },
    );
    await settled(page);
    expect(await texts(page, '.tasks > .empty:not([hidden])')).toEqual([
      'Pools were seen in this run, but no task of theirs: their tasks are recorded from inside Python.',
    ]);
    expect(await texts(page, '[role=tab]')).toEqual([
      'Flame graph',
      'Functions',
      'Tasks',
      'Efficiency',
      'Source',
    ]);
    await page.keyboard.press('6');
    await page.evaluate(() => {
      location.hash = 'tab=locks';
    });
    await settled(page);
    expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('Flame graph');
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', 360],
    ['dark', 1100],
  ] as const)(
    'serious accessibility rules hold and nothing is wider than the page: %s, %d pixels',
    async (colorScheme, width) => {
      const { page, complaints } = await browser.open(recording, {
        colorScheme,
        viewport: { width, height: 900 },
        hash: 'tab=tasks',
      });
      await settled(page);
      for (const key of ['3', '4']) {
        await page.keyboard.press(key);
        await settled(page);
        expect(await violations(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
      expect(complaints).toEqual([]);
    },
  );
});
