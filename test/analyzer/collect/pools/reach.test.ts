import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Reach } from '../../../../analyzer/collect/pools/reach.ts';
import { processesSchema, TableBuilder } from '../../../../analyzer/model/index.ts';
import { newFolder } from '../python-agent/interpreters.ts';

type Spec = readonly [process: number, parent: number, command: string, runtime: string];

function reachOf(reached: readonly number[], specs: readonly Spec[]): Reach {
  const folder = newFolder();
  for (const process of reached) writeFileSync(join(folder, `${process}.reached`), '');
  const rows = new TableBuilder(processesSchema);
  for (const [process, parent, command, runtime] of specs)
    rows.push({ process, parent, start: 0, end: -1, name: '', command, runtime });
  const reach = new Reach(folder);
  reach.notice(rows.finish());
  return reach;
}

const PYTHON = 'CPython 3.11.2';

test('a forked process has the agent of its parent, and its parent’s parent', () => {
  const specs: Spec[] = [
    [1, 0, 'python app.py', PYTHON],
    [2, 1, 'python app.py', PYTHON],
    [3, 2, 'python app.py', PYTHON],
  ];
  expect(reachOf([1], specs).missed()).toEqual([]);
  expect(reachOf([], specs).missed()).toEqual([1, 2, 3]);
});

test('a process with a command of its own must have said that the agent is there', () => {
  const specs: Spec[] = [
    [1, 0, 'python app.py', PYTHON],
    [2, 1, 'python -I tool.py', PYTHON],
    [3, 1, 'sh -c true', ''],
  ];
  expect(reachOf([1], specs).missed()).toEqual([2]);
});

test('interpreters without hooks are named, once each, and are not missed', () => {
  const specs: Spec[] = [
    [1, 0, 'pypy3 app.py', 'PyPy 7.3.11 (Python 3.9.16)'],
    [2, 1, 'pypy3 app.py', 'PyPy 7.3.11 (Python 3.9.16)'],
    [3, 0, 'python3.7 app.py', 'CPython 3.7.16'],
    [4, 0, 'python3.13t app.py', 'CPython 3.13.0 free-threaded'],
    [5, 0, 'python3.10 app.py', 'CPython 3.10.13'],
    [6, 0, 'python app.py', 'CPython 3.8'],
  ];
  const reach = reachOf([5, 6], specs);
  expect(reach.unhooked()).toEqual([
    'PyPy 7.3.11 (Python 3.9.16)',
    'CPython 3.7.16',
    'CPython 3.13.0 free-threaded',
  ]);
  expect(reach.missed()).toEqual([]);
});

test('parents in a circle, as a damaged recording could have them, are followed no further', () => {
  const specs: Spec[] = [
    [1, 1, 'python a', PYTHON],
    [2, 3, 'python b', PYTHON],
    [3, 2, 'python b', PYTHON],
  ];
  expect(reachOf([], specs).missed()).toEqual([1, 2, 3]);
});
