import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { VIEWER_BUNDLE } from './webview/bundle.mjs';

/** Bundles into dist/: the command line program, its threads (one samples, one reads V8's logs, one asks rules), the viewer. Types are checked by tsc, not here. */
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
const node = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
};
await Promise.all([
  build({
    ...node,
    entryPoints: { cli: 'cli/main.ts' },
    outdir: 'dist',
    splitting: true,
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({ ...node, entryPoints: { sampler: 'analyzer/collect/cpython/worker.ts' }, outdir: 'dist' }),
  build({ ...node, entryPoints: { ticks: 'analyzer/collect/v8-ticks/worker.ts' }, outdir: 'dist' }),
  build({ ...node, entryPoints: { findings: 'cli/record/findingsWorker.ts' }, outdir: 'dist' }),
  build({
    ...VIEWER_BUNDLE,
    entryPoints: { viewer: 'webview/main.ts' },
    outdir: 'dist/webview',
    format: 'iife',
  }),
  build({ ...VIEWER_BUNDLE, entryPoints: { viewer: 'webview/viewer.css' }, outdir: 'dist/webview' }),
  build({
    ...VIEWER_BUNDLE,
    entryPoints: { compare: 'webview/compare/main.ts' },
    outdir: 'dist/webview',
    format: 'iife',
  }),
  build({ ...VIEWER_BUNDLE, entryPoints: { compare: 'webview/compare/page.css' }, outdir: 'dist/webview' }),
]);
// What `--sarif` explains results with.
if (existsSync('docs/rules')) cpSync('docs/rules', 'dist/rules', { recursive: true });
cpSync('analyzer/agents', 'dist/agents', {
  recursive: true,
  filter: (path) => !path.includes('__pycache__') && !path.endsWith('.md'),
});
