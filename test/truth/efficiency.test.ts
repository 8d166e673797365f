import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { PYTHON, ROOT, record, temporaryFolder } from '../harness/perfscope.ts';

/** Factors against those that follow from what the kernel counted for each worker, by the workers' own account. */
const folder = temporaryFolder();
afterAll(folder.remove);

const PROGRAM = join(ROOT, 'fixtures/workloads/truth/efficiency.py');
const SCRIPT = join(ROOT, 'fixtures/workloads/truth/efficiency.cjs');
/** What a factor may be off: where nobody else uses the machine, and where somebody does. */
const QUIET = 0.03;
const BUSY = 0.05;
/** What the part of waiting that is for the GIL may be off. */
const GIL = 0.15;
/** Nanoseconds that the program's main thread computes alone, before and after its workers. */
const ALONE = 0.6e9;

interface Known {
  readonly begin: number;
  readonly end: number;
  /** Of each worker: on a CPU, and ready without one, and when it slept. */
  readonly workers: readonly (readonly [useful: number, ready: number, fell: number, woke: number])[];
}

function factorsOf({ begin, end, workers }: Known) {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const useful = workers.map(([own]) => own);
  const load = workers.map(([own, ready]) => own + ready);
  const most = Math.max(...load);
  const n = workers.length;
  return {
    parallel: sum(useful) / (n * (end - begin)),
    loadBalance: sum(load) / n / most,
    communication: most / (end - begin),
    contention: sum(useful) / sum(load),
    usefulBalance: sum(useful) / n / Math.max(...useful),
  };
}

/** Records a program and gives what it knows, and what perfscope says of the time in which its workers were at work. */
async function judged(command: readonly string[]) {
  const { ended, summary, file } = await record(folder.path, [], command);
  expect(ended.code).toBe(0);
  const known = JSON.parse(ended.stdout) as Known;
  const trace = new Trace(openRecording(file));
  const selection = { from: known.begin, to: known.end, lanes: null };
  return { known, told: trace.efficiency.selection(selection), summary };
}

function expectClose(
  told: Awaited<ReturnType<typeof judged>>['told'],
  known: Known,
  within: number,
  factors: readonly (keyof ReturnType<typeof factorsOf>)[] = [
    'parallel',
    'loadBalance',
    'communication',
    'contention',
    'usefulBalance',
  ],
): void {
  const expected = factorsOf(known);
  const its = told.efficiency;
  expect(its?.workers).toBe(known.workers.length);
  if (!its) return;
  const off = factors.filter((factor) => Math.abs(its[factor] - expected[factor]) > within);
  expect({ off, told: off.map((factor) => its[factor]) }).toEqual({ off: [], told: [] });
}

const UNEVEN = ['0.9:0', '0.45:0'];

describe('factors are those of the workers', () => {
  test.each(['fork', 'spawn', 'executor', 'processes'] as const)(
    'of a program that starts them by %s',
    async (kind) => {
      const { known, told, summary } = await judged([PYTHON, PROGRAM, kind, ...UNEVEN]);
      expectClose(told, known, QUIET);
      // What lies before and after the workers' part counts as serial; a pool sleeps in some of it.
      const serial = summary.efficiency.serialSeconds ?? 0;
      expect(serial * 1e9).toBeGreaterThan(0.97 * ALONE);
      const part = summary.wallSeconds - (known.end - known.begin) / 1e9;
      expect((serial - part) / summary.wallSeconds).toBeLessThan(QUIET);
      // Spawned interpreters start while the main thread waits for them.
      if (kind !== 'spawn')
        expect((part - serial) / summary.wallSeconds).toBeLessThan(kind === 'processes' ? QUIET : 0.1);
      if (kind === 'processes') return;
      const region = summary.efficiency.regions.find(({ title }) => title === 'work');
      expect(region).toMatchObject({ kind: 'tasks', workers: 2, rounds: 1 });
      expect(Math.abs((region?.parallel ?? 0) - factorsOf(known).parallel)).toBeLessThan(QUIET);
    },
  );

  test('that wait for something else', async () => {
    const { known, told } = await judged([PYTHON, PROGRAM, 'fork', '0.6:0.4', '0.6:0.4']);
    expectClose(told, known, QUIET);
    const time = known.end - known.begin;
    const together = Math.min(...known.workers.map(([, , , woke]) => woke));
    const asleep = together - Math.max(...known.workers.map(([, , fell]) => fell));
    expect(Math.abs((told.efficiency?.supply ?? 0) - (1 - asleep / time))).toBeLessThan(BUSY);
  });

  test('that are threads under a GIL, and how much of their waiting is for it', async () => {
    const { known, told } = await judged([PYTHON, PROGRAM, 'threads', '0.5:0', '0.5:0']);
    expectClose(told, known, QUIET);
    // Each has it half of the time. What hides between two looks is shared out by the waits that were seen, which is not exact.
    expect(Math.abs((told.efficiency?.gil ?? 0) - 0.5)).toBeLessThan(GIL);
  });

  test('that are workers of Node', async () => {
    const { known, told } = await judged([process.execPath, SCRIPT, ...UNEVEN]);
    expectClose(told, known, QUIET);
  });
});

test('load balance survives a machine that is busy with other things', async () => {
  const hogs = [1, 2].map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  try {
    const { known, told } = await judged([PYTHON, PROGRAM, 'fork', ...UNEVEN]);
    expectClose(told, known, BUSY, ['loadBalance', 'usefulBalance']);
    expect(Math.abs((told.efficiency?.usefulBalance ?? 0) - 0.75)).toBeLessThan(BUSY);
  } finally {
    for (const hog of hogs) hog.kill('SIGKILL');
  }
});
