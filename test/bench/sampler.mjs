/**
 * What sampling costs. For 1 thread, 4 threads, 4 and 16 processes, at 100 and 1000 Hz, interleaved with unprofiled runs:
 * the target's CPU as a ratio to the median unprofiled run; perfscope's own CPU in steady state (the last third of the run:
 * V8 takes some twenty seconds to compile a loop that runs but a hundred times a second) and the growth of its memory
 * meanwhile; stacks a second; bytes a sample in the samples table and in the whole file. And the same of austin where it is
 * on the path and works.
 *
 * usage: npm run bench -- sampler [REPEATS [single|threads|processes]], with PYTHON and UNITS (of work) in the environment
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'dist/cli.js');
const SPLIT = join(ROOT, 'fixtures/workloads/truth/split.py');
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const REPEATS = Number(process.argv[2] ?? 3);
const RATES = [100, 1000];
const SHAPES = [
  ['1 thread', 'single', 1],
  ['4 threads', 'threads', 4],
  ['4 processes', 'processes', 4],
  ['16 processes', 'processes', 16],
];
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-'));

/** CPU nanoseconds of all threads of a process so far. */
function cpuOf(pid) {
  let sum = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  }
  return sum;
}

const residentMegabytes = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;

/** Runs a command around the target; gives the target's own CPU seconds and what the profiler used meanwhile. */
function measure(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const started = performance.now();
    const looks = [];
    const timer = setInterval(() => {
      try {
        const seconds = (performance.now() - started) / 1000;
        looks.push({ seconds, cpu: cpuOf(child.pid), memory: residentMegabytes(child.pid) });
      } catch {
        // It has just ended.
      }
    }, 250);
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(timer);
      const first = looks[Math.floor((2 * looks.length) / 3)];
      // The last looks may fall into the writing of the recording.
      const last = looks.at(-3);
      const line = output.split('\n').find((text) => /^\d+\.\d+ \d+\.\d+$/.test(text));
      if (line === undefined) return resolve(null);
      const [own, children] = line.split(' ').map(Number);
      const steady = first && last && last.seconds > first.seconds;
      resolve({
        target: own + children,
        profiler: steady ? (last.cpu - first.cpu) / 1e9 / (last.seconds - first.seconds) : Number.NaN,
        growth: steady ? last.memory - first.memory : Number.NaN,
      });
    });
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const percent = (value) => (Number.isNaN(value) ? '-' : `${(100 * value).toFixed(1)} %`);
const number = (value, digits) => (value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits));

/** Compressed bytes of the samples table in a recording. */
function tableSize(file) {
  let size = 0;
  unzipSync(readFileSync(file), {
    filter: (entry) => {
      if (entry.name === 'samples.arrow') size = entry.size;
      return false;
    },
  });
  return size;
}

async function recorded(rate, command) {
  const file = join(folder, 'run.perfscope');
  rmSync(file, { force: true });
  const result = await measure(process.execPath, [
    CLI,
    'record',
    '-q',
    '--no-live',
    '-r',
    String(rate),
    '-o',
    file,
    '--',
    ...command,
  ]);
  const asked = spawnSync(process.execPath, [CLI, 'summary', '--json', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const summary = JSON.parse(asked.stdout);
  const sampler = summary.collectors.find((each) => each.id === 'cpython');
  return {
    ...result,
    perSecond: sampler.samples / summary.wallSeconds,
    bytes: statSync(file).size / sampler.samples,
    tableBytes: tableSize(file) / sampler.samples,
    reached: sampler.achievedHz,
  };
}

/** austin takes microseconds between samples; Debian's 1.0.1 cannot read newer interpreters and then gives nothing. */
async function austin(rate, command) {
  const interval = String(Math.round(1e6 / rate));
  const output = join(folder, 'austin.txt');
  const result = await measure('austin', ['-C', '-i', interval, '-o', output, ...command]).catch(() => null);
  if (!result) return null;
  const lines = readFileSync(output, 'utf8')
    .split('\n')
    .filter((line) => line.includes(';'));
  return lines.length > 0 ? result : null;
}

process.stdout.write(
  `${PYTHON}, ${REPEATS} interleaved repeats, medians; CPU of the profiler in percent of a core\n\n`,
);
const head = [
  'shape',
  'profiler',
  'target CPU',
  'own CPU',
  'stacks/s',
  'Hz',
  'B/sample',
  'in file',
  'memory +MB',
];
const widths = [14, 18, 22, 10, 10, 8, 9, 9, 10];
const row = (cells) => `${cells.map((cell, i) => String(cell).padEnd(widths[i])).join(' ')}\n`;
process.stdout.write(row(head));
const profilers = [['perfscope', recorded]];
if (await austin(100, [PYTHON, SPLIT, '600', 'single', '1'])) profilers.push(['austin', austin]);
else process.stdout.write('austin is not here, or cannot read this interpreter\n');
for (const [shape, mode, n] of SHAPES.filter(([, mode]) => mode === (process.argv[3] ?? mode))) {
  const command = [PYTHON, SPLIT, process.env.UNITS ?? '30000', mode, String(n)];
  const baseline = [];
  const results = new Map();
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    baseline.push((await measure(command[0], command.slice(1)))?.target ?? Number.NaN);
    for (const rate of RATES) {
      for (const [name, profile] of profilers) {
        const result = await profile(rate, command);
        const key = `${name} ${rate} Hz`;
        if (result) results.set(key, [...(results.get(key) ?? []), result]);
      }
    }
  }
  const base = median(baseline);
  const spread = baseline.map((value) => (value / base).toFixed(3)).join(' ');
  process.stdout.write(row([shape, 'unprofiled', `1.000 (${spread})`]));
  for (const [profiler, runs] of results) {
    const of = (key) => median(runs.map((run) => run[key] ?? Number.NaN));
    const cells = [
      number(of('target') / base, 3),
      percent(of('profiler')),
      number(of('perSecond'), 0),
      number(of('reached'), 0),
      number(of('tableBytes'), 1),
      number(of('bytes'), 1),
      number(of('growth'), 1),
    ];
    process.stdout.write(row(['', profiler, ...cells]));
  }
}
rmSync(folder, { recursive: true, force: true });
