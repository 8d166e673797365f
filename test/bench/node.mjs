/**
 * What sampling costs a Node program: CPU seconds of a pool of workers under perfscope at several rates and under Node's own
 * profiler, as ratios to the unprofiled run, interleaved. All threads of the program's process count, those of profilers in it
 * too; perfscope's own process, which takes some percent of a core beside, does not.
 *
 * usage: npm run bench -- node [REPEATS], with NODE and TASKS in the environment
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NODE = process.env.NODE ?? process.execPath;
const TASKS = process.env.TASKS ?? '40000';
const REPEATS = Number(process.argv[2] ?? 5);
const CLI = join(import.meta.dirname, '../../dist/cli.js');
const PROGRAM = [join(import.meta.dirname, 'node_pool.cjs'), TASKS];
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-'));

const perfscope = (hz) => {
  const flags = [
    'record',
    '-q',
    '--no-live',
    '--force',
    '-r',
    String(hz),
    '-o',
    join(folder, 'run.perfscope'),
  ];
  return [process.execPath, CLI, ...flags, '--', NODE, ...PROGRAM];
};
const ownProfiler = (hz) => [
  NODE,
  ...['--cpu-prof', '--cpu-prof-interval', String(1e6 / hz), '--cpu-prof-dir', folder],
  ...PROGRAM,
];
const WAYS = [
  ['unprofiled', [NODE, ...PROGRAM]],
  ['perfscope, 500 Hz', perfscope(500)],
  ['perfscope, 1 kHz', perfscope(1000)],
  ['perfscope, 5 kHz', perfscope(5000)],
  ['--cpu-prof, 500 Hz', ownProfiler(500)],
  ['--cpu-prof, 1 kHz', ownProfiler(1000)],
];

function cpuSeconds([program, ...args]) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout) / 1e6;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  const seconds = WAYS.map(() => []);
  for (let i = 0; i < REPEATS; i++)
    for (const [at, [, command]] of WAYS.entries()) seconds[at].push(cpuSeconds(command));
  const { stdout: version } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  process.stdout.write(`Node ${version.trim()}, ${TASKS} tasks, ${REPEATS} repeats\n\n`);
  for (const [at, [name]] of WAYS.entries()) {
    const ratios = seconds[at].map((value, i) => value / seconds[0][i]);
    const [own, ratio] = [median(seconds[at]).toFixed(2), median(ratios).toFixed(3)];
    const range = `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`;
    process.stdout.write(`${name.padEnd(20)} ${own.padStart(6)} s   ${ratio}  (${range})\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
