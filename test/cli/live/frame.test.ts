import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nanos } from '../../../analyzer/model/index.ts';
import { drawFrame } from '../../../cli/live/frame.ts';
import { ASCII, BLOCKS, glyphsFor } from '../../../cli/live/glyphs.ts';
import { LiveLog } from '../../../cli/live/log.ts';
import { LiveModel } from '../../../cli/live/model.ts';
import { paletteFor, UNSTYLED } from '../../../cli/live/palette.ts';
import type { LiveStatus } from '../../../cli/live/run.ts';
import { shareRows } from '../../../cli/live/shareRows.ts';
import { cellsOf } from '../../../cli/live/text.ts';
import { INITIAL, type UiState, VIEWS } from '../../../cli/live/ui.ts';
import { Batches, SyntheticRun } from './synthetic.ts';

const PLAIN = { palette: UNSTYLED, glyphs: BLOCKS };
const STATUS: LiveStatus = {
  phase: 'recording',
  elapsedSeconds: 40.06,
  requestedHz: 500,
  achievedHz: 498.2,
  missed: 12,
  ownCpuPercent: 1.93,
  processes: 5,
  warnings: [],
};

function inputOf(ui: Partial<UiState>, status: Partial<LiveStatus> = {}, workers = 4) {
  const run = new SyntheticRun(workers, 40);
  const model = new LiveModel(nanos(run.batches.start));
  for (let at = 0; at < 40_000; at += 250) model.take(run.advance());
  const log = new LiveLog();
  log.write(Buffer.from('reading tiles\nsolved 12 of 400\n'), 'stdout');
  log.write(Buffer.from('careful\n'), 'stderr');
  const chosen = { ...INITIAL, ...ui };
  return {
    command: ['python', 'train.py', '--workers', String(workers)],
    status: { ...STATUS, ...status },
    snapshot: model.snapshot(40.06e9, chosen.lane),
    log: log.view(),
    newLines: 3,
    ui: chosen,
  };
}

function shown(ui: Partial<UiState>, columns: number, rows: number, look = PLAIN): string {
  return drawFrame(inputOf(ui), { columns, rows }, look)
    .rows.map((row) => row.trimEnd())
    .join('\n');
}

/** Compares with a file beside the tests; `UPDATE_GOLDEN=1` writes it. */
function expectGolden(name: string, text: string): void {
  const file = new URL(`golden/${name}.txt`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, `${text}\n`);
  expect(`${text}\n`).toBe(readFileSync(file, 'utf8'));
}

test.each(VIEWS.map((view) => [view]))('the %s view at 80x24 is as in its golden file', (view) => {
  expectGolden(`${view}-80x24`, shown({ view }, 80, 24));
});

test('the overview at 200x60 is as in its golden file', () => {
  expectGolden('overview-200x60', shown({}, 200, 60));
});

test('the keys at 120x40 are as in their golden file', () => {
  expectGolden('keys-120x40', shown({ keys: true }, 120, 40));
});

test('without UTF-8 every character of a frame is ASCII', () => {
  for (const view of VIEWS) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    expect(shown({ view }, 100, 30, { palette: UNSTYLED, glyphs: ASCII })).toMatch(/^[\x00-\x7f]*$/);
  }
  expect(glyphsFor({ LANG: 'en_US.ISO-8859-1' })).toBe(ASCII);
  expect(glyphsFor({ LANG: 'en_US.ISO-8859-1', LC_ALL: 'C.UTF-8' })).toBe(BLOCKS);
  expect(glyphsFor({})).toBe(BLOCKS);
});

test('a frame has the rows and the cells of its screen, whatever its size', () => {
  const input = inputOf({}, { warnings: ['cannot read process 812: permission denied'] }, 15);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom(...VIEWS),
      fc.boolean(),
      (columns, rows, view, keys) => {
        const ui = { ...INITIAL, view, keys, search: keys ? 'obj' : '' };
        const frame = drawFrame({ ...input, ui }, { columns, rows }, PLAIN);
        expect(frame.rows.length).toBe(rows);
        for (const row of frame.rows) expect(cellsOf(row)).toBe(columns);
      },
    ),
    { numRuns: 200 },
  );
});

test('a screen that is too small says so', () => {
  expect(shown({}, 59, 24)).toContain('needs 60 x 15, has 59 x 24');
  expect(shown({}, 80, 14)).toContain('q stops and writes');
  expect(shown({}, 60, 15)).toContain('lanes');
});

test('hostile names change nothing outside of their own cells', () => {
  const names = [
    '\x1b[2J\x1b[Hgone',
    'שלום עולם',
    '計算する関数',
    'e\u0301\u0301\u0301\u0301',
    '👩‍👩‍👧🇩🇪',
    'a\nb\tc',
    '\u202eevil',
  ];
  const batches = new Batches();
  const model = new LiveModel(nanos(batches.start));
  names.forEach((name, lane) => {
    batches.lane(lane, lane === 0 ? 'main' : 'worker', name);
    batches.sample(
      lane,
      250,
      batches.stack([
        [name, `/x/${name}.py`, 1],
        [`${name}2`, '', 0],
      ]),
      { cpu: 200 },
    );
  });
  model.take(batches.batch());
  for (const view of VIEWS) {
    const input = {
      ...inputOf({ view }),
      command: ['python', names.join(' ')],
      snapshot: model.snapshot(25e7),
    };
    for (const row of drawFrame(input, { columns: 80, rows: 24 }, PLAIN).rows) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that sets a column is the only one
      const text = row.replace(/\x1b\[\d+G/g, '');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of the names' own is left
      expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
      expect(cellsOf(text)).toBe(80);
    }
  }
});

test('colour says nothing that letters do not: a frame without it has the same words', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences
  const bare = (text: string): string => text.replace(/\x1b\[[\d;]*m/g, '');
  const words = (text: string): string =>
    bare(text)
      .replaceAll(/[│[\]]/g, ' ')
      .replaceAll(/ +/g, ' ');
  for (const view of VIEWS) {
    const coloured = shown({ view }, 120, 40, { palette: paletteFor(24, false), glyphs: BLOCKS });
    const plain = shown({ view }, 120, 40, { palette: paletteFor(1, false), glyphs: BLOCKS });
    expect(
      words(coloured)
        .split('\n')
        .map((row) => row.trimEnd()),
    ).toEqual(
      words(plain)
        .split('\n')
        .map((row) => row.trimEnd()),
    );
  }
});

test('rows are shared among sections by weight, with the least of each first', () => {
  const most = 100;
  expect(
    shareRows(10, [
      { least: 3, most, weight: 1 },
      { least: 2, most, weight: 1 },
    ]),
  ).toEqual([5, 5]);
  expect(
    shareRows(12, [
      { least: 3, most: 4, weight: 5 },
      { least: 2, most, weight: 1 },
    ]),
  ).toEqual([4, 8]);
  expect(
    shareRows(2, [
      { least: 3, most, weight: 1 },
      { least: 2, most, weight: 1 },
    ]),
  ).toEqual([3, 2]);
});
