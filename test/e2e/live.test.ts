import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Terminal } from '../harness/terminal.ts';

/** The live view in a real terminal. Every test has a session of its own; text is waited for, never time. */
const DEADLINE_MS = 20_000;
let folder = '';

let open: Session | null = null;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfscope-live-'));
  const bundler = fileURLToPath(new URL('../cli/live/bundle.mjs', import.meta.url));
  execFileSync(process.execPath, [bundler, join(folder, 'driver.mjs')]);
}, 60_000);

afterEach(() => {
  open?.end();
  open = null;
});

afterAll(() => rmSync(folder, { recursive: true }));

class Session extends Terminal {
  constructor(columns: number, rows: number, options = '', environment = '') {
    open?.end();
    super(columns, rows, `env ${environment} ${process.execPath} ${join(folder, 'driver.mjs')} ${options}`);
    open = this;
  }
}

test('an 80x24 terminal shows lanes, hot functions, the flame graph and the keys', async () => {
  const session = new Session(80, 24);
  const text = await session.see(/solve_tile +\d+ %/);
  expect(text).toMatch(/^ perfscope {2}python .* 00:\d\d\.\d {2}● recording$/m);
  expect(text).toMatch(/^ main +[▁▂▃▄▅▆▇ ]+ +\d+ % {2}[RW] /m);
  expect(text).toMatch(/^ hot functions +self +total +defined in$/m);
  expect(text).toContain('all lanes');
  expect(text).toMatch(/Tab view .* q stop/);
  expect(session.flag('alternate_on')).toBe('1');
  expect(session.flag('cursor_flag')).toBe('0');
}, 40_000);

test('the clock goes on between batches', async () => {
  const session = new Session(80, 24);
  const tenths = new Set<string>();
  await session.see('recording');
  const deadline = Date.now() + DEADLINE_MS;
  while (tenths.size < 8 && Date.now() < deadline)
    tenths.add(/00:\d\d\.(\d)/.exec(session.text())?.[1] ?? '');
  expect(tenths.size).toBe(8);
}, 40_000);

test('keys lead through the views: Tab, arrows, Enter, Esc, a search, the overlay', async () => {
  const session = new Session(100, 30);
  await session.see(/^ worker \d/m);
  session.key('Down', 'Down');
  await session.see(/^▌worker/m);
  await session.see(/hot in worker/);
  session.key('Enter');
  await session.see(/Enter zoom/);
  for (let depth = 0; depth < 7; depth++) session.key('Down');
  await session.see(/^ assemble {2}train.py:71 /m);
  session.key('Enter');
  await session.see((text) => !text.includes('refine'));
  // Two escapes in one read are one key to a terminal: each is seen before the next.
  session.key('Escape');
  await session.see('refine');
  session.key('Escape');
  await session.see('hot in worker');
  session.key('Tab');
  await session.see(/fibonacci .*train.py:9/);
  session.type('/obj');
  const found = await session.see(/\/obj_ {3}1 function, \d+ % of the CPU time/);
  expect(found).toMatch(/^ objective/m);
  expect(found).not.toMatch(/^ dot/m);
  session.key('Escape');
  await session.see(/^ dot/m);
  session.type('?');
  await session.see('stop the program and write the recording');
  session.key('Escape');
  session.key('4');
  await session.see('R running   r ready, no CPU');
}, 60_000);

test('the pools of a run are in the overview and have a view of their own, from which Enter leads to the flame graph', async () => {
  const session = new Session(100, 30, 'pools=1');
  await session.see(/^ pools +busy +queued/m);
  await session.see(/^ ThreadPoolExecutor +\d+\/15 /m);
  session.key('5');
  await session.see(/^ solve_tile +.*\d+ ms +.*4\.2 MB/m);
  expect(session.text()).toMatch(/^ 15 lanes in Progress.update .* main in Progress.save/m);
  // One after the other: keys that come together may be read as one.
  session.type('/');
  await session.see(/^ \/_ /m);
  session.type('solve');
  await session.see(/^ \/solve_ /m);
  session.key('Enter');
  await session.see(/^ \/solve /m);
  session.key('Down');
  await session.see(/^▌solve_tile/m);
  session.key('Enter');
  await session.see(/^ solve_tile {2}train.py:48 /m);
}, 40_000);

test('what is likely to be worth a change comes into the overview after two looks, and f lists it with what to do', async () => {
  const session = new Session(110, 30, 'findings=1');
  await session.see(/^ likely: Two of 4 workers .* at train\.py:112 \(1\.3x to 1\.5x so far\)$/m);
  expect(session.text()).toMatch(/ findings .*Hz/);
  session.type('f');
  const list = await session.see(/^▌1 +Two of 4 workers of the pool idle/m);
  expect(list).toContain('Sort the tiles by size, the largest first, before pool.map at train.py:112.');
  session.key('Down');
  await session.see(/^▌2 +The same 4 MB table/m);
  session.key('Escape');
  await session.see(/^ hot functions/m);
  session.resize(62, 15);
  await session.see(/^ likely: .*… at train\.py:112 \(1\.3x to 1\.5x\)$/m);
}, 60_000);

test('after a resize the whole screen is drawn anew, small screens say what they need', async () => {
  const session = new Session(80, 24);
  await session.see('hot functions');
  session.resize(140, 45);
  const wide = await session.see('500 Hz (498 kept)   12 missed');
  expect(wide.split('\n')[2]).toBe('─'.repeat(140));
  session.resize(40, 10);
  await session.see('needs 60 x 15, has 40 x 10');
  expect(session.text()).not.toContain('hot functions');
  session.resize(80, 24);
  await session.see('hot functions');
}, 60_000);

test('q asks the run to stop, its end gives the terminal back', async () => {
  const session = new Session(80, 24, 'grace=1500');
  await session.see('recording');
  session.key('q');
  await session.see(/● stopping/);
  const text = await session.seeItRestored();
  expect(text).toContain('left calls=stop raw=false');
  expect(text).not.toContain('hot functions');
}, 40_000);

test('Ctrl-C goes to the run and not to perfscope, twice as two', async () => {
  const session = new Session(80, 24, 'grace=300');
  await session.see('hot functions');
  session.key('C-c', 'C-c');
  session.key('q');
  expect(await session.seeItRestored()).toContain('left calls=interrupt,interrupt,stop');
}, 40_000);

test('output of a child that prints without end is shown, newest last, and scrolls', async () => {
  const session = new Session(80, 24, 'lines=20000');
  await session.see(/log \(\d[\d ]+\)/);
  session.key('l');
  const text = await session.see(/tile \d{4,} of 4000 solved/);
  expect(text).toMatch(/output of the program {3}\d[\d ]+ lines/);
  session.key('PageUp', 'PageUp');
  await session.see(/\d+ below {3}End follows/);
  session.key('End');
  await session.see(/follows$/m);
}, 40_000);

test('control sequences of the child do nothing to the screen', async () => {
  const session = new Session(80, 24, 'lines=0');
  await session.see('hot functions');
  session.key('l');
  const text = await session.see('reading tiles: 100 %');
  expect(text).toContain('red and plain');
  expect(text).toContain('! careful: a warning');
  expect(session.text('-e')).not.toContain('\x1b[31mred');
  expect(session.tmux('display-message', '-p', '#{pane_title}')).not.toContain('title\n');
}, 40_000);

test.each([['batch'], ['status']])(
  'when the view fails on a %s the terminal is restored and the run goes on',
  async (what) => {
    const session = new Session(80, 24, `crash=${what}`);
    const text = await session.seeItRestored();
    expect(text).toContain('perfscope: the live view has failed');
    expect(text).toContain('left calls=');
  },
  40_000,
);

test.each([['exit'], ['signal']])(
  'when the process ends by an %s the terminal is restored too',
  async (what) => {
    const session = new Session(80, 24, `crash=${what}`);
    await session.see('hot functions');
    expect(await session.seeItRestored()).not.toContain('left calls=');
  },
  40_000,
);

/** The parameters of every sequence that sets a style. */
function stylesOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences
  return [...text.matchAll(/\x1b\[([\d;]*)m/g)].map((match) => match[1]).join(' ');
}

test('NO_COLOR leaves no colour, FORCE_COLOR gives it back', async () => {
  const plain = new Session(80, 24, '', 'NO_COLOR=1');
  await plain.see('hot functions');
  expect(stylesOf(plain.text('-e'))).not.toMatch(/\b(?:3[0-8]|4[0-8]|9[0-7])\b/);
  const forced = new Session(80, 24, '', 'NO_COLOR=1 FORCE_COLOR=2');
  await forced.see('hot functions');
  expect(stylesOf(forced.text('-e'))).toMatch(/\b38;5;\d+/);
}, 40_000);
