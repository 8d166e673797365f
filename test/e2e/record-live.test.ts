import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { CLI, PYTHON, summaryOf, temporaryFolder } from '../harness/perfscope.ts';
import { Terminal } from '../harness/terminal.ts';

/** `perfscope record` of real programs in a real terminal. */
const folder = temporaryFolder();
let terminal: Terminal | null = null;
let files = 0;

afterEach(() => {
  terminal?.end();
  terminal = null;
});
afterAll(folder.remove);

/** Types a `perfscope record` of a Python program; the shell then prints its exit code. */
function record(columns: number, rows: number, code: string, flags = ''): { screen: Terminal; file: string } {
  const program = join(folder.path, `program${files}.py`);
  const file = join(folder.path, `run${files++}.perfscope`);
  writeFileSync(program, code);
  const command = `${process.execPath} ${CLI} record ${flags} -o ${file} -- ${PYTHON} ${program}; echo code=$?`;
  terminal = new Terminal(columns, rows, command);
  return { screen: terminal, file };
}

async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('what was waited for did not come');
    await new Promise((next) => setTimeout(next, 20));
  }
}

const POOL = `import multiprocessing, time
def solve(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end: pass
if __name__ == "__main__":
    print("first line", flush=True)
    with multiprocessing.Pool(2) as p: p.map(solve, [0.5] * 200)
    print("never reached")
`;

test.each([
  [80, 24],
  [200, 60],
])(
  'on %i x %i the workers of a pool are seen while they run, and q writes the recording',
  async (columns, rows) => {
    const { screen, file } = record(columns, rows, POOL, '-r 200');
    await screen.see(/ForkP\S+er-1 .*\d+ %/);
    await screen.see(/ solve +\d+ %/);
    screen.resize(columns + 10, rows + 4);
    await screen.see((text) => text.split('\n').length >= rows + 3 && /ForkP\S+er-2/.test(text));
    screen.key('l');
    await screen.see('first line');
    screen.key('q');
    const text = await screen.seeItRestored();
    expect(text).toContain(`recording in`);
    const summary = await summaryOf(file);
    expect(summary.complete).toBe(true);
    expect(summary.functions.find((each) => each.name === 'solve')?.totalSeconds).toBeGreaterThan(0.1);
  },
);

test('what the program printed is printed when the view leaves, each line once', async () => {
  const code =
    'import sys\nfor i in range(1200): print("line", i)\nprint("to stderr", file=sys.stderr)\nraise SystemExit(3)';
  const { screen } = record(100, 40, code);
  const text = await screen.see('code=3');
  expect(text).toContain('exit code 3');
  await screen.seeItRestored();
  const all = screen.text('-S', '-', '-J').split('\n');
  expect(all.filter((line) => line.startsWith('line '))).toEqual(
    Array.from({ length: 1200 }, (_, i) => `line ${i}`),
  );
  expect(all.filter((line) => line === 'to stderr')).toHaveLength(1);
});

test('with --no-live the program has the terminal and reads from it', async () => {
  const code =
    'import sys\nname = input("name? ")\nprint("hello", name, sys.stdin.isatty(), sys.stdout.isatty())';
  const { screen } = record(100, 40, code, '--no-live');
  await screen.see('name?');
  screen.type('Ada');
  screen.key('Enter');
  await screen.see('hello Ada True True');
  await screen.see('code=0');
});

test('Ctrl-C reaches the program once, with a live view and without', async () => {
  const code = `import signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda *a: seen.append(1))
print("ready", flush=True)
end = time.monotonic() + 20
while not seen and time.monotonic() < end: time.sleep(0.01)
time.sleep(0.3)
print("interrupted", len(seen))
sys.exit(7)`;
  for (const flags of ['', '--no-live']) {
    const { screen } = record(100, 40, code, flags);
    if (flags === '') {
      await screen.see('recording');
      screen.key('l');
    }
    await screen.see('ready');
    screen.key('C-c');
    const text = await screen.see('code=7');
    expect(text).toContain('interrupted 1');
    screen.end();
    terminal = null;
  }
});

test('a terminal that is closed ends the view, and the recording is written when the program ends', async () => {
  const code =
    'import signal, time\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\nprint("ready", flush=True)\ntime.sleep(1.5)';
  const { screen, file } = record(80, 24, code);
  await screen.see(/recording/);
  screen.end();
  terminal = null;
  await waitFor(() => existsSync(file) && !existsSync(`${file}.spool`));
  expect((await summaryOf(file)).complete).toBe(true);
});

test('a second Ctrl-C kills a program that does not want to end', async () => {
  const code =
    'import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nprint("ready", flush=True)\ntime.sleep(60)';
  const { screen, file } = record(100, 40, code, '--no-live');
  await screen.see('ready');
  screen.key('C-c');
  await screen.see('Ctrl-C again kills it');
  screen.key('C-c');
  await screen.see('code=137');
  expect((await summaryOf(file)).signal).toBe('SIGKILL');
});
