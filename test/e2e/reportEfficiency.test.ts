import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WAITING } from '../../analyzer/model/index.ts';
import { recordingOf, type SampleSpec } from '../harness/recordings.ts';
import { HOSTILE } from '../webview/syntheticRecording.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;
const MS = 1e6;

/** Runs from `from` to `to`, and waits before and after (milliseconds). */
const busy = (lane: number, from: number, to: number): SampleSpec[] =>
  Array.from({ length: 100 }, (_, i) => {
    const isBusy = i * 10 >= from && (i + 1) * 10 <= to;
    return {
      lane,
      time: (i + 1) * 10 * MS,
      cpu: isBusy ? 10 * MS : 0,
      state: isBusy ? 0 : WAITING,
      stack: ['w'],
    };
  });

/** A worker that runs for 600 ms of a second, one that runs for 300, in a range with a hostile name. */
const recording = recordingOf(
  [{ name: 'MainThread' }, { name: 'one' }, { name: 'two' }],
  [...busy(0, 0, 200), ...busy(1, 200, 800), ...busy(2, 200, 500)],
  {},
  { spans: [{ lane: 0, kind: 'range', name: HOSTILE[0], start: 200 * MS, end: 800 * MS }] },
);

withBrowser(`efficiency in the report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  test('is told as a tree with reasons, which follows what is selected', async () => {
    const { page, complaints } = await browser.open(recording);
    await settled(page);
    expect(await texts(page, '.factors dt')).toEqual([
      'Parallel part',
      'Parallel efficiency',
      'Load balance',
      'Communication',
      'Contention',
    ]);
    expect(await texts(page, '.factors b')).toEqual(['0.60', '0.45', '0.75', '0.60', '1.00']);
    await page.getByRole('button', { name: 'Why' }).click();
    await settled(page);
    expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('Efficiency');
    const rows = (): Promise<string[]> => texts(page, '.efficiency .tree tr');
    expect(await rows()).toEqual([
      'Cores in use0.551.10 of 2 cores on average',
      'Parallel part0.60no worker ran for 400 ms of 1.00 s: more workers give 2.50x at most',
      'Parallel efficiency0.452 workers, on a CPU for 45 % of 1.00 s',
      'Load balance0.75the busiest worker had 600 ms of work, the average 450 ms',
      'Communication0.60the busiest worker had work for 60 % of 1.00 s',
      'Overlap1.00the busiest worker had work whenever any had',
      'Supply0.60for 400 ms of 1.00 s no worker had work',
      'Contention1.00whoever had work had a core',
    ]);
    expect(await texts(page, '.efficiency .shares .why')).toEqual([
      'on a CPU 600 ms, other waits 400 ms',
      'on a CPU 300 ms, other waits 700 ms',
      'on a CPU 200 ms, other waits 800 ms',
    ]);
    const part = page.locator('.parts-of-run tbody tr');
    expect(plain(await part.textContent())).toContain('</script><img src=x');
    // By keyboard alone.
    await part.getByRole('button').focus();
    await page.keyboard.press('Enter');
    await settled(page);
    expect(await page.locator('.tree h3').textContent()).toBe('Efficiency of the selection');
    expect((await rows())[2]).toBe('Parallel efficiency0.752 workers, on a CPU for 75 % of 600 ms');
    await page.keyboard.press('Escape');
    await settled(page);
    expect((await rows())[2]).toContain('0.45');
    await page.locator('.efficiency .shares').getByRole('button', { name: /one/ }).click();
    await settled(page);
    expect(await rows()).toEqual(['Parallel efficiency–fewer than two workers ran at a time']);
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
  ] as const)('can be read by everybody, in %s at %d pixels', async (colorScheme, width) => {
    const viewport = { width, height: 900 };
    const { page } = await browser.open(recording, { hash: 'tab=efficiency', colorScheme, viewport });
    await settled(page);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});
