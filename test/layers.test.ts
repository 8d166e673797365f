import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

/** The real imports of the source tree, held against the rules of the house. */
const ROOT = resolve(import.meta.dirname, '..');
const SOURCES = ['analyzer', 'cli', 'webview', 'extension'];

/** Folders, most special first, and the folders that each may import from besides its own. */
const MAY_IMPORT: readonly (readonly [folder: string, allowed: readonly string[]])[] = [
  ['analyzer/model', []],
  ['analyzer/recording', ['analyzer/model']],
  ['analyzer/analysis', ['analyzer/model', 'analyzer/recording']],
  ['analyzer/formats', ['analyzer/model', 'analyzer/recording', 'analyzer/analysis']],
  ['analyzer/advice', ['analyzer/model', 'analyzer/recording', 'analyzer/analysis']],
  [
    'analyzer/questions',
    ['analyzer/model', 'analyzer/recording', 'analyzer/analysis', 'analyzer/formats', 'analyzer/advice'],
  ],
  ['analyzer/collect', ['analyzer/model', 'analyzer/recording']],
  [
    'webview',
    ['analyzer/model', 'analyzer/recording', 'analyzer/analysis', 'analyzer/formats', 'analyzer/advice'],
  ],
  ['extension', ['analyzer', 'webview']],
  ['cli', ['analyzer', 'webview']],
];

/** These run in a browser too. */
const PURE = [
  'analyzer/model',
  'analyzer/analysis',
  'analyzer/formats',
  'analyzer/advice',
  'analyzer/questions',
  'webview',
];
/** Files of a layer that may only be used in Node. */
const NODE_FILES = [
  'analyzer/recording/spool.ts',
  'analyzer/recording/finish.ts',
  'analyzer/recording/open.ts',
];
const NODE_MODULES = new Set(builtinModules);

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(ROOT, path)).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

const imports = SOURCES.flatMap(sources).map((file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string);
  return { file, found };
});

const folderOf = (path: string) => MAY_IMPORT.find(([folder]) => path.startsWith(`${folder}/`))?.[0];

test('there are sources to look at', () => {
  expect(imports.length).toBeGreaterThan(30);
  expect(imports.flatMap(({ found }) => found).length).toBeGreaterThan(100);
});

test('arrows between layers point one way', () => {
  const wrong: string[] = [];
  for (const { file, found } of imports) {
    const own = folderOf(file);
    const allowed = MAY_IMPORT.find(([folder]) => folder === own)?.[1] ?? [];
    for (const specifier of found) {
      if (!specifier.startsWith('.')) continue;
      const target = relative(ROOT, resolve(ROOT, dirname(file), specifier));
      const to = folderOf(target) ?? target;
      if (to !== own && !allowed.some((folder) => target.startsWith(`${folder}/`)))
        wrong.push(`${file} -> ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('pure layers use neither a Node module nor a file that does', () => {
  const wrong: string[] = [];
  for (const { file, found } of imports) {
    const pure = PURE.some((folder) => file.startsWith(`${folder}/`)) || isPureRecording(file);
    if (!pure) continue;
    for (const specifier of found) {
      const target = specifier.startsWith('.')
        ? relative(ROOT, resolve(ROOT, dirname(file), specifier))
        : specifier;
      if (specifier.startsWith('node:') || NODE_MODULES.has(specifier) || NODE_FILES.includes(target)) {
        wrong.push(`${file} -> ${target}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

const isPureRecording = (file: string) =>
  file.startsWith('analyzer/recording/') && !NODE_FILES.includes(file);
