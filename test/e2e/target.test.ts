import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type Ended, PYTHON, perfscope, run, temporaryFolder } from '../harness/perfscope.ts';

/** The program under perfscope behaves as it does alone: output byte for byte, exit code, signals. */
const folder = temporaryFolder();
afterAll(folder.remove);
let files = 0;

const script = (code: string): string[] => [PYTHON, '-c', code];

async function both(
  command: readonly string[],
  options: Parameters<typeof run>[2] = {},
): Promise<[Ended, Ended]> {
  const [program = '', ...args] = command;
  const alone = await run(program, args, options);
  const file = join(folder.path, `${files++}.perfscope`);
  const under = await perfscope(['record', '-q', '-r', '1000', '-o', file, '--', ...command], options);
  return [alone, under];
}

/** As a shell reports it. */
const shellCode = ({ code, signal }: Ended): number | null =>
  code ?? { SIGSEGV: 139, SIGTERM: 143, SIGINT: 130, SIGKILL: 137, SIGABRT: 134 }[signal as string] ?? null;

describe('a program under perfscope', () => {
  test.each([
    ['that prints to both streams', script('import sys; print("out"); print("err", file=sys.stderr)')],
    [
      'that prints bytes that are no text',
      script('import sys; sys.stdout.buffer.write(bytes(range(256)) * 300)'),
    ],
    ['that exits with 3', script('raise SystemExit(3)')],
    ['that ends with a traceback', script('def f():\n  1/0\nf()')],
    ['that reads its input', script('import sys; print(sys.stdin.read().upper())')],
    [
      'that dies of SIGSEGV',
      script('import os, signal; print(1, flush=True); os.kill(os.getpid(), signal.SIGSEGV)'),
    ],
    ['that dies of SIGTERM', script('import os, signal; os.kill(os.getpid(), signal.SIGTERM)')],
    ['that dies of SIGKILL', script('import os, signal; os.kill(os.getpid(), signal.SIGKILL)')],
    ['that aborts', script('import os; os.abort()')],
    [
      'whose pool worker calls sys.exit',
      script(
        'import multiprocessing, sys\np = multiprocessing.Process(target=sys.exit, args=(7,))\np.start(); p.join(); print(p.exitcode)',
      ),
    ],
    [
      'whose pool raises',
      script(
        'import multiprocessing\nwith multiprocessing.Pool(2) as p:\n  try: p.map(int, ["1", "x"])\n  except ValueError as e: print(e)',
      ),
    ],
    [
      'that shows its environment and path',
      script('import os, sys; print(sorted(os.environ.items()), sys.path, sys.argv)'),
    ],
    ['that is no Python', ['sh', '-c', 'echo $0 $1 "$2"; exit 5', 'a', '--', '-q']],
  ])('%s gives the same output and exit code', async (_name, command) => {
    const [alone, under] = await both(command, { input: 'some input\n' });
    expect(under.stdout).toBe(alone.stdout);
    expect(under.stderr).toBe(alone.stderr);
    expect(under.code).toBe(shellCode(alone));
  });

  test('that handles SIGINT gets it once and ends as it wants to', async () => {
    const code =
      'import signal, sys, time\nseen = []\nsignal.signal(signal.SIGINT, lambda *a: seen.append(1))\nprint("ready", flush=True)\n' +
      'end = time.monotonic() + 30\nwhile not seen and time.monotonic() < end: time.sleep(0.01)\ntime.sleep(0.2)\nprint(len(seen)); sys.exit(9)';
    const interrupt = { onOutput: (pid: number) => process.kill(pid, 'SIGINT') };
    const [alone, under] = await both(script(code), interrupt);
    expect(under.stdout).toBe(alone.stdout);
    expect(under.stdout).toContain('1');
    expect(under.code).toBe(9);
  });

  test('that is asked to end by SIGTERM ends by it, and the recording is written', async () => {
    const code = 'import time\nprint("ready", flush=True)\ntime.sleep(60)';
    const file = join(folder.path, 'terminated.perfscope');
    const under = await perfscope(['record', '-o', file, '--', ...script(code)], {
      onOutput: (pid) => process.kill(pid, 'SIGTERM'),
    });
    expect(under.code).toBe(143);
    expect(under.stderr).toContain('ended by SIGTERM');
    expect(under.stderr).toContain(file);
  });
});

test('without a terminal there are no escape codes', async () => {
  const file = join(folder.path, 'plain.perfscope');
  const { stdout, stderr } = await perfscope(['record', '-o', file, '--', ...script('print("x")')]);
  expect(stdout).toBe('x\n');
  expect(stderr).not.toContain('\u001b');
  expect(stderr).toContain('wall');
});
