import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Time that judging a run takes, once and for each selection: a million samples on 64 threads and a million tasks of four pools, made up.
 * To reach: a selection in 100 ms.
 *
 *     node test/bench/efficiency.mjs [SAMPLES [TASKS]]
 */
const [samples = 1e6, tasks = samples] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-efficiency-'));
try {
  const outfile = join(folder, 'efficiency.mjs');
  await build({
    entryPoints: [new URL('efficiency_selection.ts', import.meta.url).pathname],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'warning',
  });
  execFileSync(process.execPath, [outfile, String(samples), String(tasks)], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
