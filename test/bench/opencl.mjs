/**
 * What recording OpenCL costs: microseconds a command of commands that do next to nothing, with and without the layer, runs
 * interleaved; CPU of the whole process, the driver's threads too, and wall time. Beside it a program that asks its driver for
 * times itself. Without perfscope, which reads what the layer writes at the same time.
 *
 * usage: npm run bench -- opencl [REPEATS]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const LAYER = join(ROOT, 'dist/agents/opencl');
const COMMANDS = 100_000;
const REPEATS = Number(process.argv[2] ?? 9);
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-'));
const program = join(folder, 'many');
const layer = join(folder, 'layer.so');

function compile(args) {
  execFileSync('cc', ['-O2', '-w', ...args, '-lpthread', '-ldl']);
}

/** Microseconds of CPU and of wall time a command. */
function measure(profiled, recorded) {
  const { OPENCL_LAYERS: _, ...env } = process.env;
  const script = `TIMEFORMAT="%U %S %R"; time "${program}" ${COMMANDS} ${profiled ? 'profiled' : ''} >/dev/null`;
  const { stderr } = spawnSync('bash', ['-c', script], {
    env: recorded ? { ...env, OPENCL_LAYERS: layer } : env,
    encoding: 'utf8',
  });
  const [user, system, wall] = stderr.trim().split(' ').map(Number);
  for (const name of readdirSync(folder)) if (name.endsWith('.opencl')) rmSync(join(folder, name));
  return { cpu: ((user + system) * 1e6) / COMMANDS, wall: (wall * 1e6) / COMMANDS };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const KINDS = [
  ['plain', false, false],
  ['asks for times itself', true, false],
  ['recorded', false, true],
];
try {
  compile(['-o', program, join(ROOT, 'fixtures/workloads/opencl/many.c'), '-lOpenCL']);
  const sources = readdirSync(LAYER).filter((name) => name.endsWith('.c'));
  const shared = ['-std=gnu11', '-fPIC', '-shared', '-fvisibility=hidden', '-Wl,-z,nodelete'];
  compile([...shared, '-o', layer, ...sources.map((name) => join(LAYER, name))]);
  const seen = KINDS.map(() => []);
  for (let i = 0; i < REPEATS; i++) {
    KINDS.forEach(([, profiled, recorded], kind) => {
      seen[kind].push(measure(profiled, recorded));
    });
  }
  process.stdout.write(`microseconds a command, median of ${REPEATS}    CPU   wall\n`);
  KINDS.forEach(([name], kind) => {
    const [cpu, wall] = ['cpu', 'wall'].map((what) =>
      median(seen[kind].map((each) => each[what])).toFixed(2),
    );
    process.stdout.write(`${name.padEnd(36)} ${cpu.padStart(6)} ${wall.padStart(6)}\n`);
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
