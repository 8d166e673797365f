import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Opening, moving and searching large profiles in Chromium: a page of perfscope's, and speedscope with the same profile, one after the
 * other. Prints a table of figures against what is to be reached, and fails when something is not.
 *
 *     npm run bench -- viewer [FOLDER [PROFILE ...]]
 *
 * NO_PEER=1 leaves speedscope out. FOLDER keeps the profiles, which take a minute to make, for the next time. PROFILE: `samples`, `gpu`, `functions`, `large`, `lanes`.
 */
const [kept, ...chosen] = process.argv.slice(2);
const folder = kept ?? mkdtempSync(join(tmpdir(), 'perfscope-bench-viewer-'));
const profiles = chosen.length > 0 ? chosen : ['samples', 'gpu', 'functions', 'lanes', 'large'];
const viewer = join(folder, 'viewer');
const bundled = { bundle: true, minify: true, target: 'es2022', logLevel: 'warning', outdir: viewer };

try {
  mkdirSync(folder, { recursive: true });
  await Promise.all([
    build({ ...bundled, entryPoints: { viewer: 'webview/main.ts' }, format: 'iife' }),
    build({ ...bundled, entryPoints: { viewer: 'webview/viewer.css' } }),
    build({
      entryPoints: [join(import.meta.dirname, 'viewer_profiles.ts')],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'warning',
    }),
  ]);
  for (const profile of profiles) {
    const maker = [join(folder, 'viewer_profiles.mjs'), profile, folder, viewer];
    if (!existsSync(join(folder, `${profile}.recording`)))
      execFileSync(process.execPath, ['--max-old-space-size=6000', ...maker, 'make'], { stdio: 'inherit' });
    execFileSync(process.execPath, [...maker, 'page'], { stdio: 'inherit' });
  }
  const measure = ['--import', 'tsx', join(import.meta.dirname, 'viewer_measure.ts'), folder, ...profiles];
  execFileSync(process.execPath, measure, { stdio: 'inherit' });
} catch (error) {
  // What failed has said so itself.
  if (typeof error.status !== 'number') throw error;
  process.exitCode = 1;
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}
