import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * CPU that summarising a run on a GPU takes, and the peak of memory: a million kernels and a million copies on four streams beside
 * a hundred thousand samples, made up. To reach: under 3 s for all of it.
 *
 *     node test/bench/gpu-analysis.mjs [KERNELS [COPIES]]
 */
const [kernels = 1e6, copies = kernels] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'perfscope-bench-gpu-'));
try {
  const outfile = join(folder, 'gpu.mjs');
  await build({
    entryPoints: [new URL('gpu_analysis.ts', import.meta.url).pathname],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'warning',
  });
  execFileSync(process.execPath, [outfile, String(kernels), String(copies)], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
