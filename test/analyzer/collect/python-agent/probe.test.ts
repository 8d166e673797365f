import { chmodSync, copyFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { agentEnvironment } from '../../../../analyzer/collect/python-agent/environment.ts';
import {
  outsideObstacle,
  type PythonProbe,
  probePython,
} from '../../../../analyzer/collect/python-agent/probe.ts';
import { newFolder, testOn } from './interpreters.ts';

const env = { PATH: process.env.PATH };
const cpython = (version: string, freeThreaded = false): PythonProbe => ({
  kind: 'python',
  implementation: 'cpython',
  version,
  freeThreaded,
});

function script(text: string, name = 'tool'): string {
  const path = join(newFolder(), name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

for (const name of ['3.6', '3.7', '3.8', '3.11', '3.13']) {
  testOn(name, `${name} is told by its name, through links, scripts and env`, async (python) => {
    const link = join(newFolder(), 'python');
    symlinkSync(python, link);
    expect(await probePython([link, 'app.py'], env)).toEqual(cpython(name));
    expect(await probePython([script(`#!${python} -u\nprint(1)\n`)], env)).toEqual(cpython(name));
    const PATH = `${dirname(link)}:${process.env.PATH}`;
    expect(await probePython(['python', 'app.py'], { PATH })).toEqual(cpython(name));
    for (const line of ['#!/usr/bin/env python', '#!/usr/bin/env -S A=1 python -u']) {
      expect(await probePython([script(`${line}\n`)], { PATH })).toEqual(cpython(name));
    }
    expect(await probePython(['env', '-u', 'HOME', 'B=2', 'python', 'app.py'], { PATH })).toEqual(
      cpython(name),
    );
  });

  testOn(name, `a copy of ${name} under another name is told by what it is linked with`, async (python) => {
    const copy = join(newFolder(), 'python');
    copyFileSync(python, copy);
    chmodSync(copy, 0o755);
    expect(await probePython([copy], env)).toEqual(cpython(name));
  });
}

testOn('pypy3', 'PyPy is told, and cannot be sampled from outside', async (python) => {
  const probe = await probePython([python], env);
  expect(probe).toMatchObject({ kind: 'python', implementation: 'pypy' });
  expect(outsideObstacle(probe)).toContain('PyPy');
});

testOn('3.11', 'a shim that is a shell script is asked, and the answer is exact', async (python) => {
  const shim = script(`#!/bin/sh\nexec "${python}" "$@"\n`, 'python3');
  const probe = await probePython([shim, 'app.py'], env);
  expect(probe).toMatchObject({ implementation: 'cpython', freeThreaded: false });
  expect(probe.kind === 'python' && probe.version).toMatch(/^3\.11\.\d+$/);
});

test('a free-threaded build is told by its name or its library', async () => {
  const named = script('\x7fELF', 'python3.14t');
  expect(await probePython([named], env)).toEqual(cpython('3.14', true));
  const linked = script('\x7fELF\0\0libpython3.14t.so.1.0\0', 'embedding');
  expect(await probePython([linked], env)).toEqual(cpython('3.14', true));
  expect(outsideObstacle(cpython('3.14', true))).toContain('free-threaded');
});

test('what runs no Python is something else, and what is not there is missing', async () => {
  expect(await probePython([process.execPath, 'app.js'], env)).toEqual({ kind: 'other' });
  expect(await probePython([script('#!/bin/sh\necho\n')], env)).toEqual({ kind: 'other' });
  expect(await probePython([script('echo no interpreter line\n')], env)).toEqual({ kind: 'other' });
  expect(await probePython([script('#!/bin/sh\necho\n', 'python3-config')], env)).toEqual({ kind: 'other' });
  expect(await probePython(['no-such-program'], env)).toEqual({ kind: 'missing' });
  expect(await probePython([join(newFolder(), 'python3')], env)).toEqual({ kind: 'missing' });
  expect(await probePython([], env)).toEqual({ kind: 'missing' });
  const loop = script('');
  writeFileSync(loop, `#!${loop}\n`);
  expect(await probePython([loop], env)).toEqual({ kind: 'other' });
});

test('a program that only looks like an interpreter and never answers is given up', async () => {
  const silent = script('#!/bin/sh\nexec sleep 60\n', 'python3');
  expect(await probePython([silent], env)).toEqual({ kind: 'other' });
});

test('only versions outside of 3.8 to 3.15 need the agent', () => {
  expect(outsideObstacle(cpython('3.7'))).toContain('3.7');
  expect(outsideObstacle(cpython('3.16'))).toContain('3.16');
  for (const version of ['3.8', '3.11.7', '3.15']) expect(outsideObstacle(cpython(version))).toBeNull();
  expect(outsideObstacle({ kind: 'other' })).toBeNull();
});

const parts = { hz: 50, pools: false };

test('the environment puts the agent before what the user has on PYTHONPATH', () => {
  const of = (PYTHONPATH?: string) =>
    agentEnvironment({ PYTHONPATH }, '/agents', '/records', parts).PYTHONPATH;
  expect(of()).toBe('/agents');
  expect(of('')).toBe('/agents');
  expect(of('/a:/b')).toBe('/agents:/a:/b');
  expect(of('/a:/agents')).toBe('/agents:/a');
  expect(agentEnvironment({}, '/agents', '/records', parts)).toMatchObject({
    PERFSCOPE_AGENT_DIR: '/records',
    PERFSCOPE_AGENT_HZ: '50',
  });
  expect(() => agentEnvironment({}, '/a:b', '/records', parts)).toThrow(
    'Install perfscope in another folder',
  );
});
