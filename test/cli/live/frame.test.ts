import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Finding, nanos } from '../../../analyzer/model/index.ts';
import { drawFrame } from '../../../cli/live/frame.ts';
import { ASCII, BLOCKS, glyphsFor } from '../../../cli/live/glyphs.ts';
import { LiveLog } from '../../../cli/live/log.ts';
import { LiveModel } from '../../../cli/live/model.ts';
import { paletteFor, UNSTYLED } from '../../../cli/live/palette.ts';
import type { LiveStatus } from '../../../cli/live/run.ts';
import { shareRows } from '../../../cli/live/shareRows.ts';
import { cellsOf } from '../../../cli/live/text.ts';
import { INITIAL, type UiState, VIEWS } from '../../../cli/live/ui.ts';
import { Batches, type Call } from './batches.ts';
import { SOME_FINDINGS, STRAGGLER } from './findings.ts';
import { SyntheticRun } from './synthetic.ts';

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

const models = new Map<string, LiveModel>();

/** What is known after 40 seconds; made once, because drawing changes nothing. */
function modelOf(workers: number, pools: boolean): LiveModel {
  const known = models.get(`${workers} ${pools}`);
  if (known) return known;
  const run = new SyntheticRun(workers, 40, pools);
  const model = new LiveModel(nanos(run.batches.start));
  for (let at = 0; at < 40_000; at += 250) model.take(run.advance());
  models.set(`${workers} ${pools}`, model);
  return model;
}

function inputOf(
  ui: Partial<UiState>,
  status: Partial<LiveStatus> = {},
  workers = 4,
  pools = false,
  findings: readonly Finding[] = [],
) {
  const model = modelOf(workers, pools);
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
    findings,
    ui: chosen,
  };
}

function shown(ui: Partial<UiState>, columns: number, rows: number, look = PLAIN, pools = false): string {
  return drawFrame(inputOf(ui, {}, 4, pools), { columns, rows }, look)
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

test.each([
  [80, 24],
  [120, 40],
  [200, 60],
])(
  'the overview and the pools of a run with pools at %ix%i are as in their golden files',
  (columns, rows) => {
    for (const view of ['overview', 'pools'] as const) {
      const { rows: drawn } = drawFrame(inputOf({ view }, {}, 4, true), { columns, rows }, PLAIN);
      expectGolden(`${view}-with-pools-${columns}x${rows}`, drawn.map((row) => row.trimEnd()).join('\n'));
    }
  },
);

test('the overview spends no row on pools where there are none, and one a pool where there are some', () => {
  const sections = (pools: boolean, rows: number): string =>
    drawFrame(inputOf({}, {}, 4, pools), { columns: 120, rows }, PLAIN).rows.join('\n');
  expect(sections(false, 60)).not.toMatch(/^ (?:pools|messages|waits for locks)/m);
  expect(sections(true, 60)).toMatch(
    /^ pools[\s\S]*^ multiprocessing.Pool[\s\S]*^ messages[\s\S]*^ waits for locks/m,
  );
  const small = sections(true, 16);
  for (const each of [
    /^ lanes/m,
    /^ main/m,
    /^ pools/m,
    /^ multiprocessing.Pool/m,
    /^ hot functions/m,
    /^ dot/m,
  ]) {
    expect(small).toMatch(each);
  }
});

/** The overview at 80x24 of a run in which two threads have waited for each other for `waited` milliseconds of 10 s. */
function overviewWithLocks(waited: number): string {
  const batches = new Batches();
  const model = new LiveModel(nanos(batches.start));
  const stack = batches.stack([['update', '/home/ada/train.py', 57]]);
  batches.lane(0, 'main', 'main').sample(0, 10_000, stack, { cpu: 900 });
  for (let lane = 1; lane < 9; lane++) {
    const deep = Array.from({ length: 9 }, (_, i): Call => [`f${lane} ${i}`, '/x.py', 1]);
    batches.lane(lane, 'worker', `w${lane}`).sample(lane, 10_000, batches.stack(deep), { cpu: 500 });
  }
  batches.pool(0, 'multiprocessing.Pool').lockWait(0, 0, waited, { stack, holder: 1, holderStack: stack });
  model.take(batches.batch());
  const input = { ...inputOf({}), snapshot: model.snapshot(10e9) };
  return drawFrame(input, { columns: 80, rows: 24 }, PLAIN).rows.join('\n');
}

test('waits for locks that cost much time have a place in the smallest overview, before its flame graph', () => {
  expect(overviewWithLocks(20)).not.toContain('waits for locks');
  expect(overviewWithLocks(20)).toContain('all lanes');
  const heavy = overviewWithLocks(4000);
  expect(heavy).toMatch(/^ waits for locks.*\n main in update/m);
  expect(heavy).toMatch(/^ multiprocessing.Pool|^ Pool/m);
  expect(heavy).toMatch(/^ update/m);
});

test('lanes that have ended take few rows of the overview', () => {
  const batches = new Batches();
  const model = new LiveModel(nanos(batches.start));
  const stack = batches.stack([['f', '/x.py', 1]]);
  batches.lane(0, 'main', 'main').sample(0, 900, stack, { cpu: 10 });
  for (let lane = 1; lane <= 30; lane++) {
    batches.lane(lane, 'worker', `w${lane}`, { end: 500 + lane }).sample(lane, 400, stack, { cpu: 300 });
  }
  model.take(batches.batch());
  const input = { ...inputOf({}), snapshot: model.snapshot(1e9) };
  const { rows } = drawFrame(input, { columns: 120, rows: 60 }, PLAIN);
  expect(rows.filter((row) => row.includes('has ended')).length).toBe(6);
  expect(rows.some((row) => /^ 24 ended/.test(row))).toBe(true);
});

test('the pools view says what there is none of', () => {
  expect(shown({ view: 'pools' }, 120, 24)).toContain('No pool of workers');
  const rows = (ui: Partial<UiState>): string =>
    drawFrame(inputOf({ view: 'pools', ...ui }, {}, 4, true), { columns: 80, rows: 24 }, PLAIN).rows.join(
      '\n',
    );
  expect(rows({ search: 'tile' })).not.toContain('Scorer.fold');
  expect(rows({ search: 'tile' })).toMatch(/^ read_tile/m);
  expect(rows({ search: 'nothing of that name' })).toContain('No task matches the search.');
});

test('the chosen task is marked, and found again when rows are few', () => {
  const input = inputOf({ view: 'pools' }, {}, 4, true);
  const { scene } = drawFrame(input, { columns: 80, rows: 17 }, PLAIN);
  const last = scene.tasks.at(-1);
  const ui = { ...input.ui, task: last?.id ?? null };
  const { rows } = drawFrame({ ...input, ui }, { columns: 80, rows: 17 }, PLAIN);
  expect(rows.filter((row) => row.startsWith(BLOCKS.pointer)).length).toBe(1);
  expect(rows.some((row) => row.startsWith(`${BLOCKS.pointer}Scorer.fold`))).toBe(true);
});

test('the keys at 120x40 are as in their golden file', () => {
  expectGolden('keys-120x40', shown({ keys: true }, 120, 40));
});

test('without UTF-8 every character of a frame is ASCII', () => {
  for (const view of VIEWS) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    expect(shown({ view }, 100, 30, { palette: UNSTYLED, glyphs: ASCII }, true)).toMatch(/^[\x00-\x7f]*$/);
  }
  expect(glyphsFor({ LANG: 'en_US.ISO-8859-1' })).toBe(ASCII);
  expect(glyphsFor({ LANG: 'en_US.ISO-8859-1', LC_ALL: 'C.UTF-8' })).toBe(BLOCKS);
  expect(glyphsFor({})).toBe(BLOCKS);
});

test('a frame has the rows and the cells of its screen, whatever its size', () => {
  const input = inputOf({}, { warnings: ['cannot read process 812: permission denied'] }, 15, true);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 250 }),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom(...VIEWS),
      fc.boolean(),
      fc.constantFrom([], SOME_FINDINGS),
      (columns, rows, view, keys, findings) => {
        const ui = { ...INITIAL, view, keys, search: keys ? 'obj' : '' };
        const frame = drawFrame({ ...input, findings, ui }, { columns, rows }, PLAIN);
        expect(frame.rows.length).toBe(rows);
        for (const row of frame.rows) expect(cellsOf(row)).toBe(columns);
      },
    ),
    { numRuns: 200 },
  );
});

/** What a screen of a run with findings shows, row by row. */
function withFindings(ui: Partial<UiState>, columns: number, rows: number): string {
  const input = inputOf(ui, {}, 4, true, SOME_FINDINGS);
  return drawFrame(input, { columns, rows }, PLAIN)
    .rows.map((row) => row.trimEnd())
    .join('\n');
}

test('the findings view at 80x24 with findings is as in its golden file', () => {
  expectGolden('findings-with-findings-80x24', withFindings({ view: 'findings', finding: 1 }, 80, 24));
});

test('the overview has what is likely above its footer, and the first of it on the smallest screen too', () => {
  const [rule, first, second, footer] = withFindings({}, 140, 40).split('\n').slice(-4);
  expect(rule).toMatch(/^─+$/);
  expect(first).toBe(` likely: ${STRAGGLER.title} at train.py:112 (1.3x to 1.5x so far)`);
  expect(second).toBe(
    ' likely: The same 4 MB table is pickled with every task at train.py:48 (up to 1.14x so far)',
  );
  expect(footer).toContain('f findings');
  const small = withFindings({}, 60, 15).split('\n');
  expect(small.at(-2)).toMatch(/^ likely: Two of 4 .*… at train\.py:112 \(1\.3x to 1\.5x\)$/);
  expect(small.filter((row) => row.includes('likely'))).toHaveLength(1);
  expect(small[2]).toMatch(/^ lanes|^─/);
});

test('the chosen finding is in sight however many come before it', () => {
  const input = inputOf({ view: 'findings', finding: 30 }, {}, 4, true);
  const findings = Array.from({ length: 31 }, (_, i) => ({ ...STRAGGLER, title: `finding number ${i}` }));
  const { rows, scene } = drawFrame({ ...input, findings }, { columns: 80, rows: 24 }, PLAIN);
  expect(rows.findIndex((row) => /^▌31 +finding number 30/.test(row))).toBeGreaterThan(2);
  expect(scene.findings).toBe(31);
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
    const its: Call = [name, `/x/${name}.py`, 1];
    const stack = batches.stack([its]);
    batches.pool(lane, name, { stack, startMethod: name, end: lane % 2 === 0 ? 200 : -1 });
    batches.task(lane, { function: its, start: 0, end: 100, exception: name, bytesOut: 1e300, repeats: 254 });
    batches.task(lane, { function: its, start: 9 });
    batches.lockWait(lane, 0, 9e6, { stack, holder: lane, holderStack: stack });
  });
  model.take(batches.batch());
  for (const view of VIEWS) {
    for (const columns of [80, 200]) {
      const input = {
        ...inputOf({ view }),
        command: ['python', names.join(' ')],
        snapshot: model.snapshot(25e7),
        findings: names.map((name) => ({
          ...STRAGGLER,
          title: name,
          why: name,
          change: name,
          location: { file: name, line: 1, function: name },
        })),
      };
      for (const row of drawFrame(input, { columns, rows: 40 }, PLAIN).rows) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequence that sets a column is the only one
        const text = row.replace(/\x1b\[\d+G/g, '');
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of the names' own is left
        expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
        expect(cellsOf(text)).toBe(columns);
      }
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
    const coloured = shown({ view }, 120, 40, { palette: paletteFor(24, false), glyphs: BLOCKS }, true);
    const plain = shown({ view }, 120, 40, { palette: paletteFor(1, false), glyphs: BLOCKS }, true);
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
