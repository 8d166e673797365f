import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  debugOffsetFields,
  parseDebugOffsets,
} from '../../../../../analyzer/collect/cpython/runtime/layouts/debugOffsets.ts';
import { HEADER_LAYOUTS } from '../../../../../analyzer/collect/cpython/runtime/layouts/headers.ts';
import { debugOffsets, TABLE_3_14, TABLE_3_15 } from './images.ts';
import { PYTHONS, ROOT, TARGETS, Target } from './pythons.ts';

const GENERATOR = join(ROOT, 'analyzer/collect/cpython/runtime/layouts/generate.c');

function includeFolders(): string[] {
  const versions = join(homedir(), '.pyenv/versions');
  const roots = existsSync(versions)
    ? readdirSync(versions).map((name) => join(versions, name, 'include'))
    : [];
  return [...roots, '/usr/include'].flatMap((root) =>
    existsSync(root)
      ? readdirSync(root)
          .filter((name) => /^python3\.(?:[89]|1[0-3])$/.test(name))
          .map((name) => join(root, name))
          .filter((folder) => existsSync(join(folder, 'internal/pycore_pystate.h')))
      : [],
  );
}

function compiler(): string | null {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return 'cc';
  } catch {
    return null;
  }
}

/** Compiles the generator against the headers in `folder` and runs it. */
function generate(folder: string): { minor: number } {
  const scratch = mkdtempSync(join(tmpdir(), 'perfscope-layout-'));
  try {
    const program = join(scratch, 'generate');
    execFileSync('cc', ['-w', '-I', folder, '-o', program, GENERATOR]);
    return JSON.parse(execFileSync(program, { encoding: 'utf8' }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const folders = includeFolders();
const reason = compiler() === null ? 'there is no C compiler' : 'there are no headers of CPython';
if (compiler() === null || folders.length === 0) test.skip(`layouts against headers: ${reason}`, () => {});
else
  for (const folder of folders)
    test(`the layout of ${folder.slice(folder.lastIndexOf('/') + 1)} is what its headers say (${folder.includes('.pyenv') ? 'pyenv' : 'system'})`, async () => {
      const generated = generate(folder);
      const python = PYTHONS.find(({ minor }) => minor === generated.minor);
      if (generated.minor < 13) expect(HEADER_LAYOUTS.get(generated.minor)).toEqual(generated);
      else if (python !== undefined) {
        const target = await Target.start([python.path, join(TARGETS, 'stacks.py'), 'outer']);
        try {
          expect(target.runtime.layout).toEqual(generated);
        } finally {
          await target.end();
        }
      }
    });

test('the tables of offsets have the sizes that CPython asserts', () => {
  expect([13, 14, 15].map((minor) => 24 + 8 * (debugOffsetFields(minor)?.length ?? 0))).toEqual([
    584, 760, 888,
  ]);
  expect(debugOffsetFields(16)).toBeUndefined();
});

test('fields of the table of 3.15 are where CPython put them', () => {
  const fields = debugOffsetFields(15) ?? [];
  expect(fields.indexOf('thread_state.size')).toBe(19);
  expect(fields.indexOf('err_stackitem.exc_value')).toBe(35);
  expect(fields.indexOf('interpreter_frame.size')).toBe(36);
  expect(fields.indexOf('code_object.size')).toBe(44);
  expect(fields.indexOf('type_object.size')).toBe(57);
});

for (const [minor, version, table] of [
  [14, 0x030e00f0, TABLE_3_14],
  [15, 0x030f00f0, TABLE_3_15],
] as const) {
  test(`the table of a final 3.${minor} is taken`, () => {
    expect(parseDebugOffsets(debugOffsets(minor, version, table)).kind).toBe('layout');
  });

  test(`a free-threaded 3.${minor} is refused`, () => {
    const bytes = debugOffsets(minor, version, table);
    bytes[16] = 1;
    expect(parseDebugOffsets(bytes)).toEqual({
      kind: 'refused',
      reason: `this is a free-threaded build of CPython 3.${minor}`,
    });
  });

  test(`a table of 3.${minor} that is cut short is refused`, () => {
    const bytes = debugOffsets(minor, version, table);
    for (const length of [24, 100, bytes.length - 8, bytes.length - 1])
      expect(parseDebugOffsets(bytes.subarray(0, length)).kind).toBe('refused');
  });

  test(`a table of 3.${minor} with an offset that cannot be is refused`, () => {
    const bytes = debugOffsets(minor, version, { ...table, 'interpreter_frame.owner': 5000 });
    expect(parseDebugOffsets(bytes).kind).toBe('refused');
  });
}

test('a pre-release is refused until its table is that of the release', () => {
  expect(parseDebugOffsets(debugOffsets(15, 0x030f00b3, TABLE_3_15)).kind).toBe('refused');
  expect(parseDebugOffsets(debugOffsets(15, 0x030f00b4, TABLE_3_15)).kind).toBe('layout');
  expect(parseDebugOffsets(debugOffsets(14, 0x030e00c3, TABLE_3_14)).kind).toBe('refused');
});

test('a version that we do not know is refused, and what is no table is absent', () => {
  expect(parseDebugOffsets(debugOffsets(15, 0x031000f0, TABLE_3_15)).kind).toBe('refused');
  expect(parseDebugOffsets(new Uint8Array(888)).kind).toBe('absent');
  expect(parseDebugOffsets(new Uint8Array(3)).kind).toBe('absent');
});
