import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readElf } from '../../../../../analyzer/collect/cpython/runtime/elf.ts';
import { mappedFiles } from '../../../../../analyzer/collect/cpython/runtime/locate.ts';
import { attachPython } from '../../../../../analyzer/collect/cpython/runtime/runtime.ts';
import { Interner } from '../../../../../analyzer/model/index.ts';
import { lineOf, PYTHONS, TARGETS, Target } from './pythons.ts';

const STACKS = join(TARGETS, 'stacks.py');
const WANTED = ['_PyRuntime', 'Py_Version', 'Py_BytesMain'];

function inScratch<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'perfscope-locate-'));
  const end = () => rmSync(folder, { recursive: true, force: true });
  const result = use(folder);
  if (result instanceof Promise) return result.finally(end) as T;
  end();
  return result;
}

for (const python of PYTHONS)
  test(`CPython ${python.version}: it is found through a link with another name`, () =>
    inScratch(async (folder) => {
      const link = join(folder, 'solver');
      symlinkSync(python.path, link);
      const home = resolve(dirname(python.path), '..');
      const target = await Target.start([link, STACKS, 'outer'], { PYTHONHOME: home });
      try {
        expect((await target.lookUntil('hold', lineOf('stacks.py', 'hold'))).length).toBe(4);
      } finally {
        await target.end();
      }
    }));

test('an interpreter whose program file was deleted is still read', () =>
  inScratch(async (folder) => {
    const python = PYTHONS.at(0);
    if (python === undefined) return;
    const copy = join(folder, 'python3');
    copyFileSync(python.path, copy);
    const home = resolve(dirname(python.path), '..');
    const target = await Target.start([copy, STACKS, 'outer'], {
      PYTHONHOME: home,
      LD_LIBRARY_PATH: join(home, 'lib'),
    });
    try {
      unlinkSync(copy);
      const again = attachPython(target.pid, new Interner());
      expect(again.kind).toBe('attached');
      if (again.kind === 'attached') again.runtime.close();
    } finally {
      await target.end();
    }
  }));

test('a process that is no Python is none, and one that has ended is gone', async () => {
  expect(attachPython(process.pid, new Interner()).kind).toBe('notPython');
  const child = spawn('sleep', ['1000']);
  const { pid } = child;
  if (pid === undefined) throw new Error('sleep did not start');
  expect(attachPython(pid, new Interner()).kind).toBe('notPython');
  const ended = new Promise((done) => child.on('exit', done));
  child.kill('SIGKILL');
  await ended;
  expect(attachPython(pid, new Interner()).kind).toBe('gone');
});

const PYPY = '/usr/bin/pypy3';
if (!existsSync(PYPY)) test.skip('PyPy is refused with the reason: there is no pypy3', () => {});
else
  test('PyPy is refused with the reason', async () => {
    const child = spawn(PYPY, ['-c', 'print("ready", flush=True); input()']);
    await new Promise((done) => child.stdout.once('data', done));
    const attached = attachPython(child.pid ?? 0, new Interner());
    expect(attached.kind).toBe('unsupported');
    expect(attached.kind === 'unsupported' && attached.reason).toMatch(/PyPy/);
    child.kill('SIGKILL');
  });

test('only the first mapping of a file counts, and only from its start', () => {
  const maps = `
00400000-00401000 r--p 00000000 08:01 12 /opt/a b/python3.9
00401000-00402000 r-xp 00001000 08:01 12 /opt/a b/python3.9
00500000-00501000 r--p 00000000 08:01 12 /opt/a b/python3.9
7f0000001000-7f0000002000 r-xp 00001000 08:01 13 /lib/other.so
7f0000003000-7f0000004000 rw-p 00000000 00:00 0
7ffd00000000-7ffd00001000 rw-p 00000000 00:00 0 [stack]
7f0000005000-7f0000006000 r--p 00000000 08:01 14 /lib/gone.so (deleted)
`;
  expect(mappedFiles(maps)).toEqual([
    { path: '/opt/a b/python3.9', start: 0x400000, end: 0x401000 },
    { path: '/lib/gone.so (deleted)', start: 0x7f0000005000, end: 0x7f0000006000 },
  ]);
});

test('a damaged program file is null or a guess, and never an error', () =>
  inScratch((folder) => {
    const python = PYTHONS.at(0);
    if (python === undefined) return;
    const whole = readFileSync(python.path).subarray(0, 1 << 20);
    const path = join(folder, 'damaged');
    let written = 0;
    const read = (bytes: Uint8Array) => {
      // A file of its own each time: the cache knows a file by its time of change, which has a grain.
      const file = `${path}${written++}`;
      writeFileSync(file, bytes);
      const elf = readElf(file, WANTED, true);
      rmSync(file);
      return elf;
    };
    for (let length = 0; length < 4096; length += 61)
      expect(() => read(whole.subarray(0, length))).not.toThrow();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(63), fc.nat(255)), { maxLength: 3 }),
        (anywhere, inHeader) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of [...anywhere, ...inHeader]) bytes[at] = value;
          read(bytes);
        },
      ),
      { numRuns: 300 },
    );
    expect(read(new TextEncoder().encode('#!/bin/sh\n'))).toBeNull();
  }));
