/**
 * What recording pools costs: microseconds a task of tasks that do nothing, hooked and unhooked runs interleaved; the share of
 * tasks that carry a megabyte, with and without hooks in one process; and what the agent adds to the start of an interpreter. Without sampling,
 * which the benchmark `sampler` measures.
 *
 * A task's cost is the median of the paired differences in wall time: what a program gets done in a second is what it loses.
 * The CPU of the process that hands tasks out and of its workers is told beside it.
 *
 * usage: npm run bench -- pools [REPEATS], with PYTHON in the environment
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const AGENTS = join(ROOT, 'dist/agents/python');
const TASKS = join(import.meta.dirname, 'pool_tasks.py');
const PAYLOAD = join(import.meta.dirname, 'pool_payload.py');
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const REPEATS = Number(process.argv[2] ?? 15);
const KINDS = [
  ['map', 'Pool.map', 10_000],
  ['apply', 'Pool.apply_async', 10_000],
  ['futures', 'ProcessPoolExecutor', 4_000],
  ['pinned', ' with one core', 4_000],
  ['threads', 'ThreadPoolExecutor', 10_000],
  ['threadpool', 'ThreadPool.map', 10_000],
  ['messages', 'SimpleQueue', 10_000],
];
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-'));
let runs = 0;

function environment(hooked) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (name.startsWith('PYTHON')) delete env[name];
  if (!hooked) return env;
  const records = join(folder, String(runs++));
  mkdirSync(records);
  return {
    ...env,
    PYTHONPATH: AGENTS,
    PERFSCOPE_AGENT_DIR: records,
    PERFSCOPE_AGENT_CACHE: join(folder, 'cache'),
    PERFSCOPE_AGENT_POOLS: '1',
  };
}

function python(args, hooked) {
  const { status, stdout, stderr } = spawnSync(PYTHON, args, { env: environment(hooked), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Paired runs, unhooked and hooked, turn by turn. Each measure gives a list of numbers. */
function pairs(measure, repeats = REPEATS) {
  const all = [];
  for (let i = 0; i < repeats; i++) {
    const order = i % 2 === 0 ? [false, true] : [true, false];
    const seen = order.map((hooked) => measure(hooked));
    all.push(i % 2 === 0 ? seen : seen.reverse());
  }
  const figures = all[0][0].length;
  return Array.from({ length: figures }, (_, at) => ({
    base: median(all.map(([plain]) => plain[at])),
    ...spread(all.map(([plain, hooked]) => hooked[at] - plain[at])),
  }));
}

/** Median, and its standard error as of normally distributed values. */
function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { added: median(values), error: 1.25 * Math.sqrt(variance / values.length) };
}

const numbers = (text) => text.trim().split(' ').map(Number);
const task = (kind, count) => (hooked) => numbers(python([TASKS, kind, String(count)], hooked));
const us = (value) => value.toFixed(1).padStart(8);

try {
  // Compiles the agent for all that follow, as an earlier run has done for a user.
  python(['-c', 'import multiprocessing.pool, concurrent.futures.process'], true);
  process.stdout.write(`${PYTHON}: microseconds a task, ${REPEATS} pairs of runs\n\n`);
  process.stdout.write('                        unhooked    added   added CPU   added CPU\n');
  process.stdout.write('                            wall     wall   of parent  of workers\n');
  for (const [kind, name, count] of KINDS) {
    const [wall, own, workers] = pairs(task(kind, count));
    process.stdout.write(
      `${name.padEnd(22)}${us(wall.base)} ${us(wall.added)}    ${us(own.added)}    ${us(workers.added)}\n`,
    );
  }
  process.stdout.write('\ntasks that carry a megabyte, wall time a task\n');
  for (const [kind, name] of KINDS.filter(([each]) => each === 'map' || each === 'futures')) {
    const [base, added, error] = numbers(python([PAYLOAD, kind, String(8 * REPEATS)], true));
    const percent = (value) => ((100 * value) / base).toFixed(1);
    process.stdout.write(
      `${name.padEnd(22)}${us(base)} ${us(added)}   ${percent(added)} % (+- ${percent(error)})\n`,
    );
  }
  process.stdout.write('\nstart of an interpreter, milliseconds\n');
  for (const [name, code] of [
    ['python -c pass', 'pass'],
    [
      'import of all pools',
      'import multiprocessing.pool, multiprocessing.managers, concurrent.futures.process',
    ],
  ]) {
    const [wall] = pairs((hooked) => {
      const started = performance.now();
      python(['-c', code], hooked);
      return [performance.now() - started];
    }, 2 * REPEATS);
    process.stdout.write(`${name.padEnd(22)}${us(wall.base)} ${us(wall.added)}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
