/**
 * Runs every test: types, lint and format, then the tests proper, those that measure alone at the end. Ends with a line
 * `N passed, N failed, N skipped`. With PERFSCOPE_NO_SKIPS=1 a skipped test is a failure. Arguments go to jest.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const forbidSkips = process.env.PERFSCOPE_NO_SKIPS === '1';
const results = mkdtempSync(join(tmpdir(), 'perfscope-test-'));
let passed = 0;
let failed = 0;
let skipped = 0;

function step(name, command, args) {
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) passed++;
  else failed++;
}

/** Measuring tests live in test/truth and get the machine for themselves. */
function jest(name, args) {
  process.stdout.write(`\n== ${name}\n`);
  const file = join(results, `${name.replaceAll(' ', '-')}.json`);
  const node = [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ];
  spawnSync(process.execPath, [...node, '--json', `--outputFile=${file}`, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'));
    passed += result.numPassedTests;
    failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    skipped += result.numPendingTests + result.numTodoTests;
  } catch (error) {
    process.stdout.write(`jest left no result: ${error}\n`);
    failed++;
  }
}

step('system parts', 'bash', ['test/setup']);
step('build', process.execPath, ['build.mjs']);
step('extension', process.execPath, ['extension/build.mjs', '--package']);
step('types', 'npx', ['tsc', '--noEmit']);
step('lint and format', 'npx', ['biome', 'check', '.']);
const extra = process.argv.slice(2);
jest('tests', ['--maxWorkers=2', '--testPathIgnorePatterns=/test/truth/', ...extra]);
jest('measuring tests', ['--runInBand', '--testPathPatterns=/test/truth/', ...extra]);
rmSync(results, { recursive: true, force: true });

if (forbidSkips && skipped > 0) {
  process.stdout.write(`\n${skipped} tests were skipped, which is not allowed here\n`);
  failed += skipped;
}
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 ? 0 : 1;
