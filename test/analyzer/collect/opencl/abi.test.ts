import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { CALLS } from '../../../../analyzer/collect/opencl/records.ts';
import { LAYER, layerWith, testCompiling, testOpenCl } from '../../../harness/opencl.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

testOpenCl("what the layer knows of OpenCL's interface is what the headers say", () => {
  const source = join(import.meta.dirname, 'abi.c');
  execFileSync('cc', ['-fsyntax-only', '-Wall', '-Wextra', '-Werror', '-Wno-unused', `-I${LAYER}`, source], {
    stdio: 'pipe',
  });
});

for (const compiler of ['gcc', 'clang'])
  testCompiling(
    `${compiler} compiles the layer without a warning`,
    () => {
      layerWith(folder.path, ['-O2', '-Wall', '-Wextra', '-Werror'], compiler);
    },
    compiler,
  );

test('layer and reader number the functions of OpenCL alike', () => {
  const text = readFileSync(join(LAYER, 'records.h'), 'utf8');
  const list = /#define CALLS\(X\)([\s\S]*?)\n\n/.exec(text)?.[1] ?? '';
  expect([...list.matchAll(/X\((\w+)\)/g)].map(([, name]) => name)).toEqual([...CALLS]);
});
