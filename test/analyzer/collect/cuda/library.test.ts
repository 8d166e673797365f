import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decode } from '../../../harness/cuda/captures.ts';
import { compileFake, type Fake, hasCompiler } from '../../../harness/cuda/fake.ts';
import { PYTHON, temporaryFolder } from '../../../harness/perfscope.ts';

/** Where the agent finds libcupti, in folders as pip, conda and toolkits lay them out. */
const folder = temporaryFolder();
afterAll(folder.remove);
const LOAD =
  'import ctypes,sys; [ctypes.CDLL(p) for p in sys.argv[2:]]; ctypes.CDLL(sys.argv[1]).InitializeInjection()';

(hasCompiler('cc') ? describe : describe.skip)('libcupti is found', () => {
  let fake: Fake;
  let root: string;
  beforeAll(() => {
    fake = compileFake(folder.path);
  });
  /** Puts a file at a place below a new root. */
  const place = (from: string, ...names: string[]): string => {
    const path = join(root, ...names);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(from, path);
    return path;
  };
  const compiled = (source: string, ...names: string[]): string => {
    const path = join(root, ...names);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(join(root, 'source.c'), source);
    spawnSync('cc', ['-shared', '-fPIC', join(root, 'source.c'), '-o', path, `-Wl,-soname,${names.at(-1)}`]);
    return path;
  };
  /** The libcupti that a program takes which has loaded `libraries`. */
  const found = (libraries: readonly string[], more: Readonly<Record<string, string>> = {}): string => {
    const records = mkdtempSync(join(folder.path, 'records-'));
    const { PERFSCOPE_CUPTI: _, CUDA_HOME: _home, ...rest } = process.env;
    const env = { ...rest, PERFSCOPE_CUDA_DIR: records, ...more };
    const { status, stderr } = spawnSync(PYTHON, ['-c', LOAD, fake.agent, ...libraries], {
      env,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    const [name] = readdirSync(records);
    return decode(readFileSync(join(records, name as string))).capture.facts.library;
  };
  const fresh = () => {
    root = mkdtempSync(join(folder.path, 'root-'));
  };

  test('where a program has loaded one', () => {
    fresh();
    const loaded = place(fake.cupti, 'anywhere', 'libcupti.so.12');
    place(fake.cupti, 'toolkit', 'lib64', 'libcupti.so.12');
    expect(found([loaded], { CUDA_HOME: join(root, 'toolkit') })).toBe(loaded);
  });

  test.each([
    ['cuda_cupti/lib', 'libcupti.so.12'],
    ['cu13/lib', 'libcupti.so.13'],
  ])('in the wheels beside what is loaded, in %s', (place1, name) => {
    fresh();
    const beside = compiled('int x;', 'lib/python3.11/site-packages/cupy/core.so');
    const cupti = place(fake.cupti, 'lib/python3.11/site-packages/nvidia', place1, name);
    expect(found([beside])).toBe(cupti);
  });

  test('beside the runtime, as conda has it', () => {
    fresh();
    const runtime = compiled('int x;', 'env/lib/libcudart.so.12');
    const cupti = place(fake.cupti, 'env/lib/libcupti.so.12');
    expect(found([runtime])).toBe(cupti);
  });

  test('in the toolkit that is named, by the link that tells the version', () => {
    fresh();
    const real = place(fake.cupti, 'cuda/extras/CUPTI/lib64/libcupti.so.2022.3.0');
    const link = join(root, 'cuda/extras/CUPTI/lib64/libcupti.so.11.8');
    symlinkSync(real, link);
    const asked = found([], { CUDA_HOME: join(root, 'cuda'), LD_LIBRARY_PATH: '' });
    // A machine with a toolkit of its own has one by name.
    expect(asked === link || asked.startsWith('/usr')).toBe(true);
  });

  test('by its variable, before all others', () => {
    fresh();
    const named = place(fake.cupti, 'x/libmine.so');
    const loaded = place(fake.cupti, 'y/libcupti.so.12');
    expect(found([loaded], { PERFSCOPE_CUPTI: named })).toBe(named);
  });

  test('and not one that is newer than the driver', () => {
    fresh();
    const driver = compiled('int cuDriverGetVersion(int *v) { *v = 12040; return 0; }', 'libcuda.so.1');
    const beside = compiled('int x;', 'lib/python3.11/site-packages/torch/core.so');
    place(fake.cupti, 'lib/python3.11/site-packages/nvidia/cu13/lib/libcupti.so.13');
    const fits = place(fake.cupti, 'lib/python3.11/site-packages/nvidia/cu12/lib/libcupti.so.12');
    expect(found([driver, beside])).toBe(fits);
  });
});
