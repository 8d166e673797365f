import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { transformSync } from 'esbuild';
import fc from 'fast-check';
import type { ProfileNode } from '../../../../../analyzer/collect/node/records.ts';
import { Scripts } from '../../../../../analyzer/collect/node/scripts/index.ts';
import { mapUrlIn } from '../../../../../analyzer/collect/node/scripts/mapText.ts';
import { originalPath } from '../../../../../analyzer/collect/node/scripts/originals.ts';
import { Recent } from '../../../../../analyzer/collect/node/scripts/recent.ts';
import { temporaryFolder } from '../../../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const SOURCE = `
interface Row { value: number }

export function heavy(rows: Row[]): number {
  let total: number = 0;
  for (const row of rows)
    total += row.value;
  return total;
}
`;
/** The compiled script has its lines elsewhere than the source. */
const compiled = (options = {}) =>
  transformSync(SOURCE, {
    loader: 'ts',
    format: 'cjs',
    sourcefile: 'a.ts',
    sourcemap: 'external',
    ...options,
  });

function write(name: string, text: string): string {
  const path = join(folder.path, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** The node of the function before whose parameters `before` stands in a script. */
function nodeAt(url: string, text: string, before: string, name: string): ProfileNode {
  const lines = text.slice(0, text.indexOf(before) + before.length).split('\n');
  const last = lines.at(-1) as string;
  return {
    id: 1,
    name,
    script: '1',
    url,
    line: lines.length,
    column: last.length + 1,
    children: [],
    ticks: [],
  };
}

const lineWith = (text: string, part: string): number =>
  text.split('\n').findIndex((line) => line.includes(part)) + 1;

/** What is shown of `heavy` at its line with `row.value`. */
function shown(url: string, text: string, scripts = new Scripts(), name = 'heavy') {
  const node = nodeAt(url, text, `function ${name}`, name);
  const [place] = scripts.thread().of(node).placesAt(node, lineWith(text, '.value'));
  return place && { ...place, file: place.file.replace(`${folder.path}/`, '') };
}

const ORIGINAL = { name: 'heavy', file: 'src/a.ts', line: 7, functionLine: 4 };
const data = (json: string) => `data:application/json;base64,${Buffer.from(json).toString('base64')}`;

describe('a function of a script is shown in its original', () => {
  const { code, map } = compiled();
  const moved = (fields: object) => JSON.stringify({ ...JSON.parse(map), ...fields });
  const sections = JSON.stringify({
    version: 3,
    sections: [{ offset: { line: 0, column: 0 }, map: JSON.parse(moved({ sources: ['../src/a.ts'] })) }],
  });

  test.each([
    ['a file beside it', moved({ sources: ['../src/a.ts'] }), 'a.js.map'],
    ['a file elsewhere', moved({ sources: ['../src/a.ts'] }), '../maps/a%20b.js.map?1'],
    ['sections', sections, 'a.js.map'],
    ['a root', moved({ sourceRoot: '../src' }), 'a.js.map'],
    ['absolute paths', moved({ sources: [join(folder.path, 'src/a.ts')] }), 'a.js.map'],
    ['file URLs', moved({ sources: [`file://${folder.path}/src/a.ts`] }), 'a.js.map'],
    ['a guard against JSON in scripts', `)]}'\n${moved({ sources: ['../src/a.ts'] })}`, 'a.js.map'],
  ])('by a map with %s', (_what, text, url) => {
    write(join('dist', decodeURIComponent(url.replace('?1', ''))), text);
    const file = write('dist/a.js', `${code}//# sourceMappingURL=${url}\n`);
    const scripts = new Scripts();
    expect(shown(file, code, scripts)).toEqual(ORIGINAL);
    expect(shown(`file://${file}`, code)).toEqual(ORIGINAL);
    expect(scripts.health()).toMatchObject({ mapped: 1, missing: 0, unusable: 0, late: 0 });
  });

  test.each([
    ['base64', data(moved({ sources: ['../src/a.ts'] }))],
    ['percent signs', `data:application/json,${encodeURIComponent(moved({ sources: ['../src/a.ts'] }))}`],
  ])('by a map within it, in %s', (_what, url) => {
    expect(shown(write('dist/b.js', `${code}//# sourceMappingURL=${url}`), code)).toEqual(ORIGINAL);
  });

  test('by a map that the program has sent, in its own thread only', () => {
    const file = write('src/a.ts', SOURCE);
    const scripts = new Scripts();
    const thread = scripts.thread();
    thread.learn({ kind: 'script', thread: 0, id: '1', url: file, map: data(map), source: code });
    const node = nodeAt(file, code, 'function heavy', 'heavy');
    expect(thread.of(node).placesAt(node, lineWith(code, '.value'))).toEqual([{ ...ORIGINAL, file }]);
    expect(scripts.thread().of(node).place(node)).toMatchObject({ file, functionLine: node.line });
  });

  test('with the name that it had before it was renamed, and by function where all is one line', () => {
    const small = transformSync(SOURCE.replace('export ', '').concat('globalThis.run = [heavy];'), {
      loader: 'ts',
      minify: true,
      format: 'iife',
      sourcefile: 'a.ts',
      sourcemap: 'external',
    });
    const name = /function (\w+)/.exec(small.code)?.[1] as string;
    expect(name).not.toBe('heavy');
    const file = write('src/min.js', `${small.code}//# sourceMappingURL=${data(small.map)}`);
    expect(shown(file, small.code, new Scripts(), name)).toEqual({ ...ORIGINAL, line: 4 });
  });

  test('with the name that esbuild keeps for it beside it', () => {
    const source = 'export const light = (rows: number[]) => {\n  return rows;\n};\n';
    const kept = transformSync(source, {
      loader: 'ts',
      keepNames: true,
      minifyWhitespace: true,
      sourcefile: 'a.ts',
      sourcemap: 'external',
    });
    const file = write('src/kept.js', `${kept.code}//# sourceMappingURL=${data(kept.map)}`);
    const node = nodeAt(file, kept.code, 'light=__name(', '');
    expect(new Scripts().thread().of(node).place(node)).toMatchObject({ name: 'light', functionLine: 1 });
  });
});

describe('a script is shown as it runs', () => {
  const { code, map } = compiled();

  test.each([
    ['is not there', 'gone.js.map', { missing: 1 }],
    ['is on another machine', 'https://example.com/a.js.map', { missing: 1 }],
    ['is no file', '.', { missing: 1 }],
    ['is no JSON', data('{"version":3'), { unusable: 1 }],
    ['is no map', data('null'), { unusable: 1 }],
    ['has no mappings', data('{"version":3,"sources":["a.ts"]}'), { unusable: 1 }],
    [
      'has a line that no script has',
      data('{"sections":[{"offset":{"line":1e9,"column":0},"map":{"mappings":""}}]}'),
      { unusable: 1 },
    ],
    [
      'is too large',
      data(`{"version":3,"sources":[],"names":[],"mappings":"${';'.repeat(9e6)}"}`),
      { unusable: 1 },
    ],
    ['maps nothing of it', data('{"version":3,"sources":[],"names":[],"mappings":""}'), { mapped: 1 }],
  ])('when its map %s', (_what, url, counts) => {
    const file = write('dist/c.js', `${code}//# sourceMappingURL=${url}\n`);
    const scripts = new Scripts();
    expect(shown(file, code, scripts)).toEqual({
      name: 'heavy',
      file: 'dist/c.js',
      line: lineWith(code, '.value'),
      functionLine: lineWith(code, 'function heavy'),
    });
    expect(scripts.health()).toMatchObject({ mapped: 0, missing: 0, unusable: 0, late: 0, ...counts });
  });

  test('or in some place of an original, whatever is in the map', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.json(), (mappings, sources) => {
        const damaged = { ...JSON.parse(map), mappings, sources: JSON.parse(sources) as unknown };
        const file = join(folder.path, 'fuzz.js');
        const thread = new Scripts().thread();
        thread.learn({
          kind: 'script',
          thread: 0,
          id: '1',
          url: file,
          map: data(JSON.stringify(damaged)),
          source: code,
        });
        const node = nodeAt(file, code, 'function heavy', 'heavy');
        for (const { line, functionLine } of thread.of(node).placesAt(node, 14))
          expect(line > 0 && functionLine > 0).toBe(true);
      }),
    );
  });
});

test('the comment that names a map ends the script', () => {
  expect(mapUrlIn('a();\n//# sourceMappingURL=a.js.map\n')).toBe('a.js.map');
  expect(mapUrlIn('a();\n//@ sourceMappingURL=a.js.map\n//# sourceURL=a.js\n')).toBe('a.js.map');
  expect(mapUrlIn('a();\n/*# sourceMappingURL=a.js.map */')).toBe('a.js.map');
  expect(mapUrlIn('const a = "//# sourceMappingURL=a.js.map";\na();')).toBe('');
  expect(mapUrlIn('a();')).toBe('');
  const long = `data:application/json,${'a'.repeat(3e7)}`;
  expect(mapUrlIn(`a();\n//# sourceMappingURL=${long}`)).toBe(long);
});

test('a URL of a bundler is a path when there is such a file above the script', () => {
  const file = join(folder.path, 'app/dist/a.js');
  const source = write('app/src/b.ts', '');
  expect(originalPath('webpack://app/src/b.ts?1a2b', file)).toBe(source);
  expect(originalPath('webpack:///src/b.ts', file)).toBe(source);
  expect(originalPath('turbopack://[project]/app/src/b.ts', file)).toBe(source);
  expect(originalPath('webpack://app/src/none.ts', file)).toBe('webpack://app/src/none.ts');
  expect(originalPath('webpack://app/../../etc/passwd', file)).toBe('webpack://app/../../etc/passwd');
  expect(originalPath('https://example.com/src/b.ts', file)).toBe('https://example.com/src/b.ts');
});

test('what was not used for the longest time goes first', () => {
  const recent = new Recent<string>(10);
  const [a, b, c] = [{}, {}, {}];
  recent.set(a, 'a', 4);
  recent.set(b, 'b', 4);
  expect(recent.get(a)).toBe('a');
  recent.set(c, 'c', 4);
  expect([a, b, c].map((key) => recent.get(key))).toEqual(['a', null, 'c']);
});
