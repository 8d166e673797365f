/**
 * What recording costs a Node program: CPU seconds of pools of workers, one written by hand and one of piscina, under perfscope at
 * several rates and with V8's ticks, under Node's own profiler and under 0x, as ratios to the unprofiled run, interleaved: of the tasks
 * once everything is loaded and compiled, and of the whole run, which has what a profiler costs at its start. All threads of the
 * program's process count, those of profilers in it too; perfscope's own process and that of 0x do not.
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
const ROOT = join(import.meta.dirname, '../..');
const PROGRAMS = ['node_pool.cjs', 'node_piscina.cjs'];
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-'));

const perfscope =
  (hz, ...more) =>
  (program) => [
    process.execPath,
    join(ROOT, 'dist/cli.js'),
    ...['record', '-q', '--no-live', '--force', '-r', String(hz), ...more],
    ...['-o', join(folder, 'run.perfscope'), '--', NODE, ...program],
  ];
const ownProfiler = (hz) => (program) => [
  NODE,
  ...['--cpu-prof', '--cpu-prof-interval', String(1e6 / hz), '--cpu-prof-dir', folder],
  ...program,
];
/** Without the perfscope beside the program, which takes caches and half a core from it on a small machine. */
const agentAlone = (hz) => (program) => [
  'env',
  `NODE_OPTIONS=--require "${join(ROOT, 'dist/agents/node/preload.cjs')}"`,
  ...[`PERFSCOPE_NODE_DIR=${folder}`, `PERFSCOPE_NODE_HZ=${hz}`, NODE, ...program],
];
/** It looks at the main thread only, and draws its picture after the run. */
const zeroX = (program) => [
  process.execPath,
  join(ROOT, 'node_modules/0x/cmd.js'),
  ...['--quiet', '--collect-only', '-D', join(folder, 'run.0x'), '--', NODE, ...program],
];
const WAYS = [
  ['unprofiled', (program) => [NODE, ...program]],
  ['perfscope, 500 Hz', perfscope(500)],
  ['perfscope, 1 kHz', perfscope(1000)],
  ['perfscope, 5 kHz', perfscope(5000)],
  ['its agent, 500 Hz', agentAlone(500)],
  ['perfscope, V8 ticks', perfscope(1000, '--engine', 'v8-ticks')],
  ['--cpu-prof, 500 Hz', ownProfiler(500)],
  ['--cpu-prof, 1 kHz', ownProfiler(1000)],
  ['0x', zeroX],
];

/** What the program says of its own CPU, `[all, tasks]`. 0x prints more, before and after. */
function cpuSeconds([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  const told = /^(\d+) (\d+)$/m.exec(stdout);
  if (status !== 0 || told === null) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return [Number(told[1]) / 1e6, Number(told[2]) / 1e6];
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** `median (least to most)` of what one way took to what the unprofiled run beside it took. */
function ratios(seconds, unprofiled, part) {
  const all = seconds.map((each, i) => each[part] / unprofiled[i][part]);
  return `${median(all).toFixed(3)} (${Math.min(...all).toFixed(3)} to ${Math.max(...all).toFixed(3)})`;
}

function measure(name) {
  const program = [join(import.meta.dirname, name), TASKS];
  const seconds = WAYS.map(() => []);
  for (let i = 0; i < REPEATS; i++)
    for (const [at, [, commandOf]] of WAYS.entries()) seconds[at].push(cpuSeconds(commandOf(program)));
  const line = (...[way, own, tasks, all]) =>
    process.stdout.write(`${way.padEnd(20)} ${own.padStart(8)}   ${tasks.padEnd(24)} ${all}\n`);
  process.stdout.write('\n');
  line(name, 'CPU', 'tasks', 'whole run');
  for (const [at, [way]] of WAYS.entries()) {
    const own = `${median(seconds[at].map(([all]) => all)).toFixed(2)} s`;
    line(way, own, ratios(seconds[at], seconds[0], 1), ratios(seconds[at], seconds[0], 0));
  }
}

try {
  const { stdout: version } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  process.stdout.write(`Node ${version.trim()}, ${TASKS} tasks, ${REPEATS} repeats\n`);
  for (const name of PROGRAMS) measure(name);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
