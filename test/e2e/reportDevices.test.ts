import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { emptyTables } from '../../analyzer/model/index.ts';
import { deviceRun } from '../webview/syntheticDevices.ts';
import { HOSTILE } from '../webview/syntheticRecording.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;

const recording = deviceRun();
const { clock } = recording.meta;

/** The point of the page at an instant of a row of the timeline, `below` pixels under its top. */
async function pointOf(page: Page, row: string, time: number, below: number): Promise<[number, number]> {
  const line = page.getByRole('treegrid').getByRole('row', { name: row }).first();
  await line.scrollIntoViewIfNeeded();
  const [label, tracks] = [await line.boundingBox(), await page.locator('.tracks canvas').boundingBox()];
  if (!label || !tracks) throw new Error(`${row} is in sight`);
  const share = (time - clock.start) / (clock.end - clock.start);
  return [tracks.x + tracks.width * share, label.y + below];
}

const picture = (page: Page): Promise<string> =>
  page.evaluate(() => document.querySelector<HTMLCanvasElement>('.tracks canvas')?.toDataURL() ?? '');

withBrowser(`devices in the report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  test('the figures of a known run stand in the header, at a glance and beside its streams', async () => {
    const { page, complaints } = await browser.open(recording);
    await settled(page);
    expect((await texts(page, '.stat')).slice(2, 5)).toEqual([
      'GPU busy29 %',
      'host to device672 MB',
      'device to host80 B',
    ]);
    expect(await texts(page, '.devices .facts div')).toEqual([
      'host to device672 MB at 8 GB/s',
      'device to host80 B at 2 MB/s',
      'idle between64.4 ms',
      'longest gap3.37 ms',
      'mostly atnext_batch (train.py:21)',
    ]);
    expect((await texts(page, '[role=treegrid] [role=row]')).slice(0, 3)).toEqual([
      'GPU 0NVIDIA H100 80GB HBM329 %kernels 29 %, copies and fills 28 % of the time',
      'stream 729 %260 pieces of work, kernels 29 %, copies and fills <0.1 % of the time. Arrow right goes to the next one',
      'stream 1328 %40 pieces of work, kernels 0 %, copies and fills 28 % of the time. Arrow right goes to the next one',
    ]);
    expect(await texts(page, '.legend li')).toEqual(
      expect.arrayContaining(['kernel', 'copy to device', 'copy to host', 'fill']),
    );
    await page.getByTitle('Select the longest gap').click();
    await settled(page);
    expect((await texts(page, '.legend .selected'))[0]).toMatch(/^3\.37 ms from /);
    expect((await texts(page, '[role=treegrid] [role=row] .figure'))[0]).toBe('0 %');
    expect(complaints).toEqual([]);
  });

  test('pointing at a copy tells it and draws its launch, and clicking selects its time and its stream', async () => {
    const { page, complaints } = await browser.open(recording, { viewport: { width: 1440, height: 1000 } });
    await settled(page);
    const { start, end } = recording.tables.transfers;
    const [x, y] = await pointOf(page, 'stream 13', ((start[0] as number) + (end[0] as number)) / 2, 16);
    const before = await picture(page);
    await page.mouse.move(x, y);
    await settled(page);
    const tip = plain(await page.getByRole('tooltip').textContent());
    expect(tip).toContain('Copy host to device');
    expect(tip).toContain('volume16.8 MB');
    expect(tip).toContain('bandwidth8 GB/s');
    expect(tip).toContain('memorypageable to device');
    expect(tip).toContain('launched byto_device (train.py:15)');
    expect(await picture(page)).not.toBe(before);
    await page.mouse.down();
    await page.mouse.up();
    await settled(page);
    expect((await texts(page, '.legend .selected'))[0]).toMatch(/^2\.10 ms from .* · 1 lane$/);
    await page.waitForFunction(() => location.hash.includes('work=240'));
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await page.locator('.legend .chip').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('keys step through the work of a stream, and each is said', async () => {
    const { page, complaints } = await browser.open(recording);
    await settled(page);
    await page.getByRole('treegrid').getByRole('row', { name: 'stream 7' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await settled(page);
    await page.waitForFunction(() => location.hash.includes('work=1'));
    expect((await texts(page, '[role=status]')).join(' ')).toMatch(
      /^vectorized_elementwise_kernel, GPU 0 stream 7, at .*, grid 128 × 2 × 1, .*, launched by forward \(train\.py:31\)/,
    );
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => location.hash.includes('work=0'));
    expect(complaints).toEqual([]);
  });

  test('by GPU time the flame graph has kernels under the code that launched them', async () => {
    const { page, complaints } = await browser.open(recording);
    await settled(page);
    await page.getByRole('radiogroup', { name: 'Weigh by' }).getByText('GPU', { exact: true }).click();
    await settled(page);
    const items = await texts(page, '[role=tree] [role=treeitem]');
    expect(items[0]).toMatch(/^all lanes {2}86\.3 ms GPU/);
    const kernel = items.findIndex((item) => item.includes('cutlass::Kernel2'));
    expect(items[kernel - 1]).toMatch(/^(Module\._call_impl|Tensor\.backward)/);
    expect((await texts(page, '.flame-status .matched')).join('')).toMatch(
      /^Launching code 9\d % sure; of \d\.\d % not known\.$/,
    );
    await page.keyboard.press('t');
    await settled(page);
    expect((await texts(page, '[role=tree] [role=treeitem]'))[0]).toMatch(/^all lanes {2}84\.\d ms copies/);
    await page.waitForFunction(() => location.hash.includes('metric=copy'));
    expect(complaints).toEqual([]);
  });

  test('the table of kernels has exact figures, sorts, and leads to the flame graph', async () => {
    const { page, complaints } = await browser.open(recording, { hash: 'tab=kernels' });
    await settled(page);
    const rows = await texts(page, '.grid.kernel .rows .row');
    expect(rows[1]).toBe(
      'multi_tensor_apply_kernel1.78 ms2.1 %4044.5 µs49.0 µs128 × 2, 2569616.4 kB0 %update (train.py:36)97 %',
    );
    await page.getByRole('columnheader', { name: 'Kernel' }).getByRole('button').click();
    await settled(page);
    expect((await texts(page, '.grid.kernel .rows .name'))[1]).toBe('multi_tensor_apply_kernel');
    await page
      .getByRole('row', { name: /softmax_warp_forward/ })
      .last()
      .dblclick();
    await settled(page);
    await page.waitForFunction(() => location.hash.includes('metric=gpu') && !location.hash.includes('tab='));
    expect((await texts(page, '.chip.function bdi'))[0]).toBe('softmax_warp_forward');
    expect(complaints).toEqual([]);
  });

  test('transfers stand by line, by size and by stream, with what was moved again', async () => {
    const { page, complaints } = await browser.open(recording, { hash: 'tab=transfers' });
    await settled(page);
    const rows = (): Promise<string[]> => texts(page, '.grid.transfer .rows .row');
    expect(await rows()).toEqual([
      'host to devicepageable to device, asynchronousto_device (train.py:15)40672 MB16.8 MB84.0 ms8 GB/s0 %302 MB84.0 ms',
      'device to hostdevice to pageable, synchronousloss_value (train.py:39)2080 B4 B40.0 µs2 MB/s0 %–85.8 ms',
    ]);
    expect((await texts(page, '.transfers .grid-note'))[0]).toContain(
      'host to device 672 MB at 8 GB/s, 302 MB of it again',
    );
    await page.getByRole('radiogroup', { name: 'Copies by' }).getByText('size').click();
    await settled(page);
    expect((await rows())[0]).toContain('16 MiB to 256 MiB');
    await page.getByRole('radiogroup', { name: 'Copies by' }).getByText('stream').click();
    await settled(page);
    expect((await rows())[0]).toContain('GPU 0 stream 13');
    expect(complaints).toEqual([]);
  });

  test('hostile names of kernels, ranges, streams and devices stay text', async () => {
    const { page, complaints } = await browser.open(deviceRun({ hostile: true, devices: 2 }), {
      hash: 'tab=kernels',
    });
    await settled(page);
    const box = await page.locator('.tracks canvas').boundingBox();
    if (!box) throw new Error('the tracks are in sight');
    for (let i = 0; i < 30; i++)
      await page.mouse.move(box.x + (box.width * i) / 30, box.y + 9 * (i % 26) + 4);
    for (const tab of ['Kernels', 'Transfers', 'Functions', 'Flame graph']) {
      await page.getByRole('tab', { name: tab }).click();
      await settled(page);
    }
    expect(await page.locator('img, iframe, svg[onload], #perfscope script').count()).toBe(0);
    expect(await page.content()).not.toContain('<img');
    expect(plain(await page.locator('[role=treegrid]').textContent())).toContain(HOSTILE[1]);
    expect(complaints).toEqual([]);
  });

  test('a selection without work says so in every view', async () => {
    const { page, complaints } = await browser.open(recording, { hash: 'range=0-0.01&tab=kernels' });
    await settled(page);
    const empty = (): Promise<string[]> => texts(page, '[role=tabpanel]:not([hidden]) .empty:not([hidden])');
    expect(await empty()).toEqual(['No kernel ran in this selection.']);
    await page.getByRole('tab', { name: 'Transfers' }).click();
    await settled(page);
    expect(await empty()).toEqual(['Nothing was copied to, from or on a device in this selection.']);
    await page.getByRole('tab', { name: 'Flame graph' }).click();
    await page.keyboard.press('u');
    await settled(page);
    expect(await empty()).toEqual(['No kernel ran in this selection.']);
    expect(complaints).toEqual([]);
    // One that holds devices and nothing else opens as well.
    const only = await browser.open({
      ...recording,
      tables: { ...emptyTables(), devices: recording.tables.devices },
    });
    await settled(only.page);
    expect(only.complaints).toEqual([]);
  });

  test.each([
    ['light', 1440, 'kernels'],
    ['dark', 1440, 'transfers'],
    ['light', 360, 'transfers'],
    ['dark', 2560, 'kernels'],
  ] as const)('serious accessibility rules hold: %s, %d pixels wide, %s', async (colorScheme, width, tab) => {
    const { page, complaints } = await browser.open(deviceRun({ devices: 2 }), {
      colorScheme,
      viewport: { width, height: 900 },
      hash: `tab=${tab}&metric=gpu`,
    });
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
  });
});
