import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type OperatorSpec, operatorRecording } from '../harness/operators.ts';
import { META } from '../harness/recordings.ts';
import { HOSTILE } from '../webview/syntheticRecording.ts';
import { plain, settled, texts, violations } from './reading.ts';
import { findChromium, type ReportBrowser, startReportBrowser } from './reportBrowser.ts';

const chromium = findChromium();
const withBrowser = chromium === null ? describe.skip : describe;
const MS = 1e6;
const steps = [0, 1, 2, 3].flatMap((step): OperatorSpec[] => {
  const at = 200 * MS * step;
  return [
    { name: 'aten::addmm', start: at + 20 * MS, end: at + 80 * MS, sequence: 2 * step },
    { name: 'aten::linear', start: at + 10 * MS, end: at + 90 * MS, sequence: 2 * step },
    {
      ...{ name: 'AddmmBackward0', start: at + 100 * MS, end: at + 150 * MS, sequence: 2 * step },
      ...{ kind: 'backward' as const, forwardLane: 0 },
    },
  ];
});
const recording = operatorRecording(
  [...steps, ...HOSTILE.map((name, i) => ({ name, start: (900 + i) * MS, end: (900 + i) * MS + 1000 }))],
  [
    { lane: 0, time: 50 * MS, stack: ['train', 'model'], cpu: 50 * MS },
    { lane: 0, time: 120 * MS, stack: ['train', 'backward'], cpu: 70 * MS },
  ],
);

withBrowser(`operators in the report${chromium === null ? ' (no Chromium in PATH)' : ''}`, () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await startReportBrowser(chromium ?? '');
  });
  afterAll(async () => {
    await browser.close();
  });

  test('the table has each operator with its own time and the line it ran for, hostile names as text', async () => {
    const { page, complaints } = await browser.open(recording, { hash: 'tab=operators' });
    await settled(page);
    const rows = (await page.getByRole('grid', { name: 'Operators' }).getByRole('row').allTextContents()).map(
      plain,
    );
    expect(rows[1]).toMatch(/^aten::addmm240 ms.*240 ms4.*model/);
    expect(rows[2]).toMatch(/^AddmmBackward0backward200 ms.*model/);
    expect(rows[3]).toMatch(/^aten::linear80\.0 ms.*320 ms4/);
    expect(await page.title()).not.toBe('owned');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.getByRole('columnheader', { name: 'Total' }).getByRole('button').click();
    await settled(page);
    const sorted = (
      await page.getByRole('grid', { name: 'Operators' }).getByRole('row').allTextContents()
    ).map(plain);
    expect(sorted[1]).toMatch(/^aten::linear/);
  });

  test('pointing at an operator on its lane tells it, and clicking selects its time', async () => {
    const { page } = await browser.open(recording, { viewport: { width: 1440, height: 1000 } });
    await settled(page);
    const lane = page.getByRole('treegrid').getByRole('row', { name: 'lane 0' }).first();
    const [line, tracks] = [await lane.boundingBox(), await page.locator('.tracks canvas').boundingBox()];
    if (!line || !tracks) throw new Error('the lane is in sight');
    const share = (125 * MS) / (META.clock.end - META.clock.start);
    // The lane's state above, the operators at its bottom, two tracks of them.
    const [x, y] = [tracks.x + tracks.width * share, line.y + line.height - 26];
    await page.mouse.move(x, y);
    await settled(page);
    const tip = plain(await page.getByRole('tooltip').textContent());
    expect(tip).toContain('AddmmBackward0');
    expect(tip).toContain('backward');
    await page.mouse.down();
    await page.mouse.up();
    await settled(page);
    expect(await texts(page, '.legend .selected')).toEqual([expect.stringContaining('50.0 ms from 100 ms')]);
    expect(await texts(page, '.legend li')).toEqual(expect.arrayContaining(['operator', 'backward']));
  });
});
