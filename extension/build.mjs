import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { VIEWER_BUNDLE } from '../webview/bundle.mjs';

/**
 * Makes extension/dist/, a complete extension: the host's code, the viewer's page, and the command line program with everything bundled
 * as its recorder. With `--package FILE` a .vsix of it, too. Needs dist/ of the project: `npm run build` first.
 */
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const OUT = 'extension/dist';
const RECORDER = join(OUT, 'recorder');

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const project = read('package.json');
const shared = {
  bundle: true,
  minify: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"' },
};
const host = { ...shared, format: 'cjs', external: ['vscode'], target: 'node20' };
const page = { ...shared, ...VIEWER_BUNDLE };

rmSync(OUT, { recursive: true, force: true });
mkdirSync(join(OUT, 'dist'), { recursive: true });
await Promise.all([
  build({
    ...host,
    platform: 'node',
    entryPoints: { main: 'extension/main.ts', advice: 'extension/advice/thread.ts' },
    outdir: join(OUT, 'dist'),
    outExtension: { '.js': '.cjs' },
  }),
  // Fails where anything of Node's is reached from the browser's entry.
  build({
    ...host,
    target: 'es2022',
    platform: 'browser',
    entryPoints: { web: 'extension/web.ts' },
    outdir: join(OUT, 'dist'),
  }),
  build({
    ...page,
    format: 'iife',
    entryPoints: { panel: 'webview/panel.ts', compare: 'webview/compare/panel.ts' },
    outdir: join(OUT, 'dist'),
  }),
  build({
    ...page,
    entryPoints: { panel: 'webview/panel.css', compare: 'webview/compare/panel.css' },
    outdir: join(OUT, 'dist'),
  }),
  // Of reports: the recorder's, and those that are exported.
  build({
    ...page,
    format: 'iife',
    entryPoints: { viewer: 'webview/main.ts', compare: 'webview/compare/main.ts' },
    outdir: join(OUT, 'recorder/dist/webview'),
  }),
  build({
    ...page,
    entryPoints: { viewer: 'webview/viewer.css', compare: 'webview/compare/page.css' },
    outdir: join(OUT, 'recorder/dist/webview'),
  }),
  recorder(),
]);
cpSync('extension/listing', OUT, { recursive: true });
cpSync('extension/walkthrough', join(OUT, 'walkthrough'), { recursive: true });
for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(file, join(OUT, file));
writeManifest();

const at = process.argv.indexOf('--package');
if (at >= 0) {
  const { createVSIX } = await import('@vscode/vsce');
  const packagePath = process.argv[at + 1] ?? `extension/perfscope-${project.version}.vsix`;
  await createVSIX({
    cwd: OUT,
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
}

/** The command line program as npm has it, without anything to install beside it. */
async function recorder() {
  const node = {
    ...shared,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    jsx: 'automatic',
    // Modules of the older kind are bundled too, and ask for Node's own by this name.
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
    // Asked for by Ink only while it is developed.
    alias: { 'react-devtools-core': './extension/record/nothing.mjs' },
  };
  const outdir = join(RECORDER, 'dist');
  await Promise.all([
    build({ ...node, entryPoints: { cli: 'cli/main.ts' }, outdir, splitting: true }),
    build({ ...node, entryPoints: { sampler: 'analyzer/collect/cpython/worker.ts' }, outdir }),
    build({ ...node, entryPoints: { ticks: 'analyzer/collect/v8-ticks/worker.ts' }, outdir }),
    build({ ...node, entryPoints: { findings: 'cli/record/findingsWorker.ts' }, outdir }),
  ]);
  for (const folder of ['agents', 'rules'])
    if (existsSync(join('dist', folder)))
      cpSync(join('dist', folder), join(outdir, folder), { recursive: true });
  cpSync('extension/record/start.mjs', join(RECORDER, 'start.mjs'));
  const { name, version, license } = project;
  writeFileSync(
    join(RECORDER, 'package.json'),
    JSON.stringify({ name, version, license, type: 'module', private: true }),
  );
}

/** With the project's version. The sources are modules for the compiler; what is built of them says so by its endings. */
function writeManifest() {
  const { type: _, private: __, ...manifest } = read('extension/package.json');
  writeFileSync(
    join(OUT, 'package.json'),
    `${JSON.stringify({ ...manifest, version: project.version }, null, 2)}\n`,
  );
}
