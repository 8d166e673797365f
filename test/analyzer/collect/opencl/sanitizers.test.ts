import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import {
  layerWith,
  openClProgram,
  removeOpenClFolders,
  runWithLayer,
  testOpenCl,
} from '../../../harness/opencl.ts';
import { run, temporaryFolder } from '../../../harness/perfscope.ts';

/** The layer under the compilers' sanitizers, in programs that use all of it. */
const folder = temporaryFolder();
afterAll(() => {
  folder.remove();
  removeOpenClFolders();
});

const libraryOf = (name: string): string =>
  execFileSync('cc', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();

testOpenCl('nothing is read or written out of place, and nothing undefined is relied upon', async () => {
  const layer = layerWith(folder.path, ['-O1', '-g', '-fsanitize=address,undefined']);
  const environment = {
    // The driver does not give all of its memory back.
    ASAN_OPTIONS: 'detect_leaks=0',
    UBSAN_OPTIONS: 'print_stacktrace=1',
    LD_PRELOAD: `${libraryOf('libasan.so')}:${libraryOf('libubsan.so')}`,
  };
  for (const name of ['commands', 'unprofiled', 'order']) {
    const program = openClProgram(folder.path, name);
    const { ended, tables } = await runWithLayer([program], { layer, environment });
    const { code } = await run(program, []);
    expect({ name, code: ended.code, stderr: ended.stderr }).toEqual({ name, code, stderr: '' });
    expect(tables.transfers.length).toBeGreaterThan(0);
  }
});

testOpenCl('threads of the program and of the driver meet in the layer without a race', async () => {
  const layer = layerWith(folder.path, ['-O1', '-g', '-fsanitize=thread']);
  const program = openClProgram(folder.path, 'order', ['-fsanitize=thread']);
  const suppressions = join(folder.path, 'suppressions');
  // The driver was not built to be looked at.
  writeFileSync(suppressions, 'called_from_lib:libpocl.so\nrace:libpocl\nmutex:libpocl\n');
  const environment = { TSAN_OPTIONS: `suppressions=${suppressions} ignore_noninstrumented_modules=1` };
  const { ended, tables } = await runWithLayer([program], { layer, environment });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(tables.kernels.length).toBe(400);
});
