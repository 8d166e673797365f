import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { torchHook } from '../../../../analyzer/collect/torch/hook.ts';
import { findTorch, inspectTorch } from '../../../../analyzer/collect/torch/installation.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
let made = 0;

/** A folder that looks like a PyTorch. */
function installed(version: string, symbols: string): string {
  const path = join(folder.path, String(made++), 'torch');
  mkdirSync(join(path, 'include/ATen'), { recursive: true });
  mkdirSync(join(path, 'lib'));
  writeFileSync(join(path, 'include/ATen/record_function.h'), '');
  writeFileSync(join(path, 'lib/libc10.so'), symbols);
  writeFileSync(
    join(path, 'version.py'),
    `from typing import Optional\n__version__ = '${version}'\ndebug = False\n`,
  );
  return path;
}

const OLD = '\0_ZN3c105ErrorC2ENS_14SourceLocationESs\0 St7__cxx1112basic_string';
const NEW = '\0_ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE\0';

test('version and strings of a PyTorch are told from its folder', () => {
  const recent = installed('2.11.0+cu130', NEW);
  expect(inspectTorch(recent)).toEqual({
    installation: { folder: recent, version: '2.11.0+cu130', major: 2, minor: 11, cxx11: true },
  });
  expect(inspectTorch(installed('2.1.2', OLD)).installation).toMatchObject({ minor: 1, cxx11: false });
});

test('what lacks headers, a version or a library is no installation, and why is said', () => {
  const bare = installed('2.4.0', NEW);
  rmSync(join(bare, 'include'), { recursive: true });
  expect(inspectTorch(bare)).toMatchObject({ reason: expect.stringContaining('C++ headers') });
  expect(inspectTorch(installed('unknown', NEW))).toMatchObject({
    reason: expect.stringContaining('version'),
  });
  expect(inspectTorch(join(folder.path, 'absent'))).toMatchObject({
    reason: expect.stringContaining('could not be read'),
  });
});

test('a Python that fails or is none is a reason and no error', async () => {
  expect(await findTorch('/bin/false', process.env)).toMatchObject({ installation: null });
  expect(await findTorch(join(folder.path, 'absent'), process.env)).toMatchObject({ installation: null });
});

test('that it compiles is told before, and what the compiler says first where the hook cannot be built', async () => {
  const torch = installed('2.4.0', NEW);
  writeFileSync(join(torch, 'lib/libtorch_cpu.so'), '');
  writeFileSync(join(folder.path, 'operators.cpp'), '#error "not for this one"\n');
  const python = join(folder.path, 'python');
  writeFileSync(python, `#!/bin/sh\necho ${torch}\n`, { mode: 0o755 });
  let told = 0;
  const hook = await torchHook(
    python,
    join(folder.path, 'operators.cpp'),
    join(folder.path, 'cache'),
    process.env,
    () => told++,
  );
  expect(told).toBe(1);
  expect(hook).toMatchObject({
    environment: null,
    obstacle: expect.stringMatching(/not for this one|no C\+\+ compiler/),
  });
});
