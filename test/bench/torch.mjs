/**
 * What recording PyTorch's operators costs: CPU of the program as a ratio to that of the program alone, for a training of small
 * layers and for operators on tensors of 16 numbers, which do nothing but cost. Beside it PyTorch's own profiler on the same, and
 * the ways that were not taken (docs/decisions/operators-by-callback.md). Turn by turn; the least of each
 * way is compared, since other work on a machine only ever adds.
 *
 * usage: npm run bench -- torch [REPEATS [training|operators]], with PYTHON in the environment
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CLI = join(import.meta.dirname, '../../dist/cli.js');
const STEPS = join(import.meta.dirname, 'torch_steps.py');
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const REPEATS = Number(process.argv[2] ?? 5);
const KINDS = [
  ['training', 300],
  ['operators', 10_000],
];
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-'));
const WAYS = [
  ['alone', 'plain', null],
  ['perfscope record', 'plain', []],
  ['perfscope record --torch-ops', 'plain', ['--torch-ops']],
  ['torch.profiler', 'profiler', null],
  ['its events alone', 'events', null],
  ['TorchDispatchMode', 'dispatch', null],
  ['TorchFunctionMode', 'function', null],
];

/** CPU seconds of the steps, and events that the way itself counted. */
function measure(kind, count, way, flags) {
  const program = [PYTHON, STEPS, kind, String(count), way];
  const file = join(folder, 'run.perfscope');
  const args =
    flags === null
      ? program
      : [process.execPath, CLI, 'record', '-q', '--force', '-o', file, ...flags, '--', ...program];
  const { status, stdout, stderr } = spawnSync(args[0], args.slice(1), { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim().split(' ').map(Number);
}

try {
  for (const [kind, count] of KINDS.filter(([each]) => each === (process.argv[3] ?? each))) {
    const least = WAYS.map(() => Number.POSITIVE_INFINITY);
    const events = WAYS.map(() => 0);
    for (let round = 0; round < REPEATS; round++) {
      for (const [i, [, way, flags]] of WAYS.entries()) {
        const [seconds, seen] = measure(kind, count, way, flags);
        least[i] = Math.min(least[i], seconds);
        events[i] = seen;
      }
    }
    process.stdout.write(`${kind}, ${count}: CPU of the program, ${REPEATS} rounds\n`);
    WAYS.forEach(([name], i) => {
      const seen = events[i] > 0 ? `   ${events[i]} events` : '';
      process.stdout.write(`  ${name.padEnd(30)} ${(least[i] / least[0]).toFixed(2).padStart(6)}${seen}\n`);
    });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
