/**
 * What recording messages costs a Node program: CPU microseconds of a message to a worker and its answer, under perfscope and without,
 * interleaved. All threads of the program's process count, the agent's too.
 *
 * usage: npm run bench -- node-messages [REPEATS], with NODE and MESSAGES in the environment
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NODE = process.env.NODE ?? process.execPath;
const MESSAGES = process.env.MESSAGES ?? '300000';
const REPEATS = Number(process.argv[2] ?? 7);
const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-'));
const program = [NODE, join(import.meta.dirname, 'node_messages.cjs'), MESSAGES];
const recorded = [
  process.execPath,
  join(ROOT, 'dist/cli.js'),
  ...[
    'record',
    '-q',
    '--no-live',
    '--force',
    '-r',
    '500',
    '-o',
    join(folder, 'run.perfscope'),
    '--',
    ...program,
  ],
];

function microseconds([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return Number(stdout.trim());
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

try {
  const alone = [];
  const added = [];
  for (let i = 0; i < REPEATS; i++) {
    alone.push(microseconds(program));
    added.push(microseconds(recorded) - alone[i]);
  }
  const { stdout: version } = spawnSync(NODE, ['--version'], { encoding: 'utf8' });
  process.stdout.write(
    `Node ${version.trim()}, ${MESSAGES} messages and answers, ${REPEATS} repeats: ${median(alone).toFixed(2)} us of CPU each, ` +
      `recorded ${median(added).toFixed(2)} us more (${Math.min(...added).toFixed(2)} to ${Math.max(...added).toFixed(2)})\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
