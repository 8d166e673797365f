import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * CPU and memory that advice takes: every analysis that rules ask for and every rule, on a made-up run of a million samples, a million
 * tasks and a million records of a GPU. To reach: 2 s, and 1 GB with the recording itself. Fails when it is not.
 *
 *     npm run bench -- analysis [ROWS [OPTIONS OF NODE]]
 */
const [rows = '1e6', ...options] = process.argv.slice(2);
const MOST_SECONDS = 2;
const MOST_MEGABYTES = 1000;

const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-analysis-'));
try {
  await build({
    entryPoints: ['analysis_run.ts', 'analysis_measure.ts'].map((name) => join(import.meta.dirname, name)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const [recording, figures] = ['run.perfscope', 'figures.json'].map((name) => join(folder, name));
  execFileSync(process.execPath, [join(folder, 'analysis_run.mjs'), recording, rows], { stdio: 'inherit' });
  execFileSync(process.execPath, [...options, join(folder, 'analysis_measure.mjs'), recording, figures], {
    stdio: 'inherit',
  });
  const { advice, peakMegabytes } = JSON.parse(readFileSync(figures, 'utf8'));
  const isWithin = advice <= MOST_SECONDS && peakMegabytes <= MOST_MEGABYTES;
  process.stdout.write(`${isWithin ? 'within' : 'BEYOND'} ${MOST_SECONDS} s and ${MOST_MEGABYTES} MB\n`);
  process.exitCode = isWithin ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
