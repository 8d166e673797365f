/**
 * Whether `perfscope whatif` is right: pools of tasks of several lengths, recorded once each with one chunk size, and for other chunk
 * sizes, orders and numbers of workers how many times faster the pool gets, predicted and measured. Measured runs are not recorded;
 * those of a case and its variants are interleaved, and medians are compared.
 *
 * usage: npm run bench -- whatif [REPEATS] [KIND ...], with PYTHON in the environment
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const CLI = join(ROOT, 'dist/cli.js');
const PROGRAM = join(import.meta.dirname, 'whatif_tasks.py');
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const REPEATS = Number(process.argv[2] ?? 3);
const ONLY = process.argv.slice(3);

/** Kind with mean microseconds, chunk size as recorded, and what else is asked for. */
const CASES = [
  ['ramp-10000', 120, [{ chunk: 1 }, { chunk: 8 }, { chunk: 30 }]],
  ['heavy-20000', 1, [{ order: 'longest' }, { chunk: 8 }, { workers: 1 }]],
  ['even-2000', 1, [{ chunk: 16 }, { workers: 1 }, { workers: 4 }]],
  ['even-200', 1, [{ chunk: 8 }, { chunk: 64 }, { chunk: 500 }]],
  ['even-40', 1, [{ chunk: 8 }, { chunk: 64 }, { chunk: 500 }]],
  ['even-10', 1, [{ chunk: 8 }, { chunk: 64 }, { chunk: 500 }]],
  ['even-10', 64, [{ chunk: 1 }, { chunk: 1000 }]],
];

const run = (command, args) => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
};

const program = (kind, chunk, { order = 'given', workers = 2, ...rest } = {}) => [
  PROGRAM,
  kind,
  String(rest.chunk ?? chunk),
  order,
  String(workers),
];

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const name = ({ chunk, order, workers }) =>
  chunk ? `chunk ${chunk}` : order ? `${order} first` : `${workers} worker${workers === 1 ? '' : 's'}`;
const flags = ({ chunk, order, workers }) => [
  ...(chunk ? ['--chunksize', String(chunk)] : []),
  ...(order ? ['--order', order] : []),
  ...(workers ? ['--workers', String(workers)] : []),
];

const folder = mkdtempSync(join(tmpdir(), 'perfscope-whatif-'));
const errors = [];
let inside = 0;
let direction = 0;
try {
  process.stdout.write(
    '| tasks | recorded with | changed to | predicted | measured | |\n| --- | --- | --- | --- | --- | --- |\n',
  );
  for (const [kind, chunk, variants] of CASES) {
    if (ONLY.length > 0 && !ONLY.includes(kind)) continue;
    const file = join(folder, 'run.perfscope');
    run('node', [
      CLI,
      'record',
      '--force',
      '--no-live',
      '-q',
      '-o',
      file,
      '--',
      PYTHON,
      ...program(kind, chunk),
    ]);
    const times = [{}, ...variants].map(() => []);
    for (let i = 0; i < REPEATS; i++)
      for (const [at, variant] of [{}, ...variants].entries())
        times[at].push(Number(run(PYTHON, program(kind, chunk, variant))));
    for (const [at, variant] of variants.entries()) {
      const answer = JSON.parse(run('node', [CLI, 'whatif', file, '--json', ...flags(variant)])).pools[0];
      const predicted = answer.variants[0].poolGain;
      const measured = median(times[0]) / median(times[at + 1]);
      const middle = Math.sqrt(predicted.lo * predicted.hi);
      errors.push(Math.abs(middle / measured - 1));
      const isInside = measured >= predicted.lo && measured <= predicted.hi;
      if (isInside) inside++;
      if (middle > 1 === measured > 1 || Math.abs(measured - 1) < 0.05) direction++;
      process.stdout.write(
        `| ${kind} us | chunk ${chunk} | ${name(variant)} | ${predicted.lo.toFixed(2)} - ${predicted.hi.toFixed(2)} | ${measured.toFixed(2)} | ${isInside ? 'inside' : 'outside'} |\n`,
      );
    }
  }
  const share = (value) => `${Math.round((100 * value) / errors.length)} %`;
  process.stdout.write(
    `\nerror ${Math.round(100 * median(errors))} % median, ${Math.round(100 * Math.max(...errors))} % at most; ${share(inside)} inside; direction right in ${share(direction)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
