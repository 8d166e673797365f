import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { advise } from '../../analyzer/advice/index.ts';
import { checkPredictions } from '../../analyzer/advice/predictions.ts';
import { compareRuns } from '../../analyzer/analysis/comparison/index.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { emptyTables, type Finding, type Recording } from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { comparisonPage } from '../../webview/comparisonPage.ts';
import { recordingOf } from '../harness/recordings.ts';
import { HOSTILE, syntheticMeta, syntheticRecording } from '../webview/syntheticRecording.ts';
import { settled, texts, violations } from './reading.ts';
import { findChromium, type OpenedPage, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

/** What the build makes of an entry. */
async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    target: 'es2022',
    minify: true,
    write: false,
    format: 'iife',
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
}

/** A run of one lane in which `main` calls some functions, each for some tenths of a second of CPU. */
function runOf(times: Record<string, number>): Recording {
  let time = 0;
  const samples = Object.entries(times).map(([name, tenths]) => {
    time += tenths * 1e8;
    return { lane: 0, time, cpu: tenths * 1e8, stack: ['main', name] };
  });
  const { meta, tables } = recordingOf([{ name: 'MainThread', end: 1e12 + time }], samples);
  const clock = { ...meta.clock, end: (meta.clock.start + time) as typeof meta.clock.end };
  return { meta: { ...meta, clock }, tables };
}

const BEFORE = runOf({ solve: 6, load: 3, copy: 1 });
const AFTER = runOf({ solve: 2, load: 3, fast: 0.5 });

/** What the flame graph says to a screen reader. */
const flame = (page: Page): Promise<string[]> => texts(page, '[role=tree] [role=treeitem]');
const rows = (page: Page): Promise<string[]> => texts(page, '.grid.delta .rows .row');

withBrowser(`a comparison in a browser${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  let assets: { script: string; style: string };
  const pageOf = (before: Recording, after: Recording, findings?: readonly Finding[]): string => {
    const [then, now] = [before, after].map((recording) => {
      const trace = new Trace(recording);
      return summarize(trace, advise(trace));
    });
    if (!then || !now) throw new Error('there are two runs');
    const comparison = compareRuns(then, now, 0.05);
    const checked = checkPredictions(findings ?? then.findings, now.findings, comparison.wallRatio);
    const names = { before: 'a.perfscope', after: 'b.perfscope' };
    return comparisonPage({
      before: encodeRecording(before),
      after: encodeRecording(after),
      comparison: { comparison, checked, names, threshold: 0.05 },
      ...assets,
      title: 'two runs',
      sha256,
    });
  };
  const openText = (html: string, options: Parameters<ReportBrowser['open']>[1] = {}): Promise<OpenedPage> =>
    browser.open(BEFORE, { ...options, change: () => html });
  const open = async (
    before: Recording,
    after: Recording,
    options: Parameters<ReportBrowser['open']>[1] = {},
    findings?: readonly Finding[],
  ): Promise<OpenedPage> => {
    const opened = await openText(pageOf(before, after, findings), options);
    await settled(opened.page);
    return opened;
  };
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
    const [script, style] = await Promise.all([
      bundled('webview/compare/main.ts'),
      bundled('webview/compare/page.css'),
    ]);
    assets = { script, style };
  });
  afterAll(async () => {
    await browser.close();
  });

  test('opens from a file without a network and shows the exact figures of two known runs', async () => {
    const { page, complaints } = await open(BEFORE, AFTER);
    expect(await texts(page, '.pace')).toEqual(['1.82x faster']);
    expect(await texts(page, '.stat')).toEqual(['wall1.00 s → 550 ms −45 %', 'CPU1.00 s → 550 ms −45 %']);
    expect(await flame(page)).toEqual([
      'both runs, before 1.00 s, after 550 ms, −450 ms, −45 %',
      'main, main.py:1, before 1.00 s, after 550 ms, −450 ms, −45 %',
      'solve, solve.py:1, before 600 ms, after 200 ms, −400 ms, −67 %',
      'load, load.py:1, before 300 ms, after 300 ms, ±0, as before',
      'copy, copy.py:1, before 100 ms, after 0 s, −100 ms, gone',
      'fast, fast.py:1, before 0 s, after 50.0 ms, +50.0 ms, new',
    ]);
    await page.keyboard.press('2');
    await settled(page);
    expect(await rows(page)).toEqual([
      'solvesolve.py:1−400 ms−67 %600 ms200 ms−400 ms−67 %600 ms200 ms',
      'copycopy.py:1−100 msgone100 ms–−100 msgone100 ms–',
      'fastfast.py:1+50.0 msnew–50.0 ms+50.0 msnew–50.0 ms',
      'loadload.py:1±0as before300 ms300 ms±0as before300 ms300 ms',
      'mainmain.py:1–––−450 ms−45 %1.00 s550 ms',
    ]);
    expect(complaints).toEqual([]);
  });

  test('a run beside itself is as fast as before, and nothing differs', async () => {
    const { page } = await open(BEFORE, BEFORE);
    expect(await texts(page, '.pace')).toEqual(['as fast as before']);
    for (const line of await flame(page)) expect(line).toMatch(/, ±0, as before$/);
  });

  test('the widths of one run leave out what only the other had', async () => {
    const { page, complaints } = await open(BEFORE, AFTER);
    const named = async (width: string) => {
      await page.locator(`label:has(input[name=width][value=${width}])`).click();
      await settled(page);
      return (await flame(page)).slice(2).map((line) => line.split(',')[0]);
    };
    expect(await named('before')).toEqual(['solve', 'load', 'copy']);
    expect(await named('after')).toEqual(['load', 'solve', 'fast']);
    expect(await named('larger')).toEqual(['solve', 'load', 'copy', 'fast']);
    expect(complaints).toEqual([]);
  });

  test('as shares, each run is a whole', async () => {
    const { page } = await open(BEFORE, AFTER, { hash: 'unit=share' });
    const lines = await flame(page);
    expect(lines[0]).toBe('both runs, before 100 %, after 100 %, ±0, as before');
    expect(lines[2]).toBe('solve, solve.py:1, before 60 %, after 36 %, −24 pp, −39 %');
  });

  test('what is selected in one view is selected in the others, and the address keeps it', async () => {
    const { page, complaints } = await open(BEFORE, AFTER, { hash: 'tab=functions' });
    await page.getByRole('row', { name: /^load/ }).click();
    await page.keyboard.press('1');
    await settled(page);
    await page.waitForFunction(() => location.hash.includes('function='));
    await page.getByRole('tree').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await settled(page);
    expect((await flame(page)).map((line) => line.split(',')[0])).toEqual(['both runs', 'main', 'solve']);
    await page.waitForFunction(() => location.hash.includes('node='));
    await page.keyboard.press('2');
    await settled(page);
    expect(await texts(page, '.grid.delta .row[aria-selected=true] bdi')).toEqual(['solve']);
    const hash = (await page.evaluate(() => location.hash)).slice(1);
    const { page: again } = await open(BEFORE, AFTER, { hash });
    expect(await texts(again, '.grid.delta .row[aria-selected=true] bdi')).toEqual(['solve']);
    for (const key of ['Escape', 'Escape']) await again.keyboard.press(key);
    await settled(again);
    expect(await texts(again, '.grid.delta .row[aria-selected=true] bdi')).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('the place of a finding selects its function', async () => {
    const finding = {
      rule: 'P01',
      title: 'load is read again and again',
      severity: 'high' as const,
      location: { file: 'load.py', line: 2, function: 'load' },
      lanes: [],
      interval: null,
      why: '',
      evidence: {},
      gain: { lo: 1.5, hi: 2 },
      withheld: null,
      change: '',
      docs: '',
    };
    const { page, complaints } = await open(BEFORE, AFTER, { hash: 'tab=functions' }, [finding]);
    expect(await texts(page, '.prediction')).toEqual([
      'came trueP01load is read again and againload.py:2 loadPredicted 1.5x to 2.0x. Got 1.82x.',
    ]);
    await page.getByRole('button', { name: /load\.py:2/ }).click();
    await settled(page);
    expect(await texts(page, '.grid.delta .row[aria-selected=true] bdi')).toEqual(['load']);
    expect(complaints).toEqual([]);
  });

  test('a lane is selected in both runs, a range in the one that it was drawn in', async () => {
    const { page, complaints } = await open(
      syntheticRecording({ processes: 3, rows: 120 }),
      syntheticRecording({ processes: 5, rows: 60 }),
    );
    const before = page.locator('.run.before');
    const after = page.locator('.run.after');
    const whole = (await flame(page))[0];
    await before
      .getByRole('row', { name: /feeder 1/ })
      .first()
      .click();
    await settled(page);
    expect(await after.locator('.label[aria-selected=true].lane').count()).toBe(1);
    expect((await flame(page))[0]).not.toBe(whole);
    await page.keyboard.press('Escape');
    await settled(page);
    expect((await flame(page))[0]).toBe(whole);
    const box = await after.locator('.tracks canvas').boundingBox();
    if (!box) throw new Error('the tracks are in sight');
    await page.mouse.move(box.x + box.width * 0.1, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.2, box.y + 14);
    await page.mouse.move(box.x + box.width * 0.3, box.y + 14);
    await page.mouse.up();
    await settled(page);
    expect(await after.locator('.legend .chip:not([hidden])').count()).toBe(1);
    expect(await before.locator('.legend .chip:not([hidden])').count()).toBe(0);
    await page.waitForFunction(() => location.hash.includes('after='));
    expect(complaints).toEqual([]);
  });

  test('both timelines show the same seconds, and where the shorter run ended', async () => {
    const { page } = await open(syntheticRecording({ rows: 120 }), syntheticRecording({ rows: 60 }));
    expect(await page.locator('.run.before .run-end').count()).toBe(0);
    const left = () => page.locator('.run-end').evaluate((mark) => Number.parseFloat(mark.style.left));
    expect(await left()).toBeCloseTo(50, 0);
    await page.keyboard.press('w');
    await page.waitForFunction(() => location.hash.includes('before=') && location.hash.includes('after='));
    await settled(page);
    // Zoomed at the middle, which is where it ended.
    expect(await left()).toBeCloseTo(50, 0);
    await page.keyboard.press('d');
    await page.waitForFunction(
      () => Number.parseFloat((document.querySelector('.run-end') as HTMLElement).style.left) < 45,
    );
  });

  test('search and the metric reach every view by keys alone', async () => {
    const { page, complaints } = await open(syntheticRecording(), syntheticRecording({ rows: 200 }));
    await page.keyboard.press('/');
    await page.keyboard.type('solve_t');
    await page.keyboard.press('Enter');
    await settled(page);
    expect((await texts(page, '.flame .matched'))[0]).toBe('2 functions match');
    await page.keyboard.press('2');
    await settled(page);
    expect(new Set(await texts(page, '.grid.delta .rows bdi'))).toEqual(new Set(['solve_tile']));
    await page.keyboard.press('v');
    await settled(page);
    expect(await page.locator('input[name=metric]:checked').getAttribute('value')).toBe('wall');
    await page.getByRole('grid', { name: 'Functions of both runs' }).focus();
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await page.getByRole('tab', { name: 'Flame graph' }).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Keys and how to read' }).isVisible()).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('nothing recorded, nothing selected and a damaged page each say so', async () => {
    const nothing: Recording = { meta: syntheticMeta(1e9), tables: emptyTables() };
    const empty = await open(nothing, nothing);
    expect(await texts(empty.page, '.flame > .empty:not([hidden])')).toEqual([
      'Nothing of what is selected was seen in either run.',
    ]);
    expect(await texts(empty.page, '.predicted .note')).toEqual([
      'Nothing was advised of the run before, and nothing is of the run after.',
    ]);
    const half = await open(BEFORE, nothing);
    expect((await flame(half.page))[0]).toBe('both runs, before 1.00 s, after 0 s, −1.00 s, gone');

    const html = pageOf(BEFORE, AFTER);
    const payload = /id="recording-after"[^>]*>([^<]*)</.exec(html)?.[1] ?? '';
    const cut = await openText(html.replace(payload, payload.slice(0, payload.length - 900)));
    expect((await texts(cut.page, '[role=alert] p'))[0]).toMatch(/^This page is damaged/);
    for (const { complaints } of [empty, half, cut]) expect(complaints).toEqual([]);
  });

  test('hostile names stay text', async () => {
    const hostile = syntheticRecording({
      hostile: true,
      rows: 60,
      meta: { command: ['python', HOSTILE[0]], warnings: [HOSTILE[0]] },
    });
    const { page, complaints } = await open(hostile, syntheticRecording({ rows: 60 }));
    const box = await page.locator('.flame-stage canvas').boundingBox();
    if (!box) throw new Error('the flame graph is in sight');
    for (let i = 0; i < 20; i++)
      await page.mouse.move(box.x + (box.width * i) / 20, box.y + 21 * (i % 12) + 8);
    await page.keyboard.press('2');
    await settled(page);
    expect(await page.locator('img, iframe, svg[onload], #perfscope script').count()).toBe(0);
    expect(await page.content()).not.toContain('<img');
    expect(complaints).toEqual([]);
  });

  test('where there is room, flame graph and table stand side by side', async () => {
    const { page, complaints } = await open(BEFORE, AFTER, { viewport: { width: 2560, height: 1300 } });
    expect(await page.getByRole('tree').isVisible()).toBe(true);
    await page.getByRole('row', { name: /^copy/ }).click();
    await settled(page);
    expect(await page.getByRole('tree').isVisible()).toBe(true);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('forced colours and no motion are respected', async () => {
    const { page, complaints } = await open(BEFORE, AFTER, {
      forcedColors: 'active',
      reducedMotion: 'reduce',
    });
    await page.keyboard.press('w');
    await page.waitForFunction(() => location.hash.includes('before='));
    expect(await flame(page)).toHaveLength(6);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['dark', 900],
    ['light', 360],
  ] as const)('serious accessibility rules hold: %s, %d pixels wide', async (colorScheme, width) => {
    const { page, complaints } = await open(
      syntheticRecording({ rows: 100 }),
      syntheticRecording({ rows: 60, processes: 6, meta: { complete: false } }),
      { colorScheme, viewport: { width, height: 900 } },
    );
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('2');
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
  });
});

test('the command writes one page of two recordings, and nothing over another file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfscope-compare-'));
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('before.perfscope'), encodeRecording(BEFORE));
  writeFileSync(path('after.perfscope'), encodeRecording(AFTER));
  const run = (...more: string[]) =>
    spawnSync(
      process.execPath,
      ['dist/cli.js', 'compare', path('before.perfscope'), path('after.perfscope'), ...more],
      { encoding: 'utf8' },
    );
  const written = run('-o', path('both.html'));
  expect([written.status, written.stdout]).toEqual([0, '']);
  expect(written.stderr).toMatch(/comparison written to .*both\.html \(\d+ KB\)/);
  const html = readFileSync(path('both.html'), 'utf8');
  expect(html).toContain('<title>before.perfscope and after.perfscope · perfscope</title>');
  const again = run('-o', path('both.html'));
  expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('exists already')]);
  expect(JSON.parse(run('-o', path('both.html'), '--force', '--json').stdout).wallRatio).toBeCloseTo(
    1 / 0.55,
    6,
  );
  expect(run().stdout).toMatch(/1\.8x faster/);
  rmSync(folder, { recursive: true, force: true });
});
