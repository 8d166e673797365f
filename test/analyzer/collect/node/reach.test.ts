import { expect, test } from '@jest/globals';
import { Reach } from '../../../../analyzer/collect/node/reach.ts';
import { emptyTables, processesSchema, TableBuilder } from '../../../../analyzer/model/index.ts';

type Spec = readonly [process: number, parent: number, command: string, name?: string, start?: number];
const NOW = 10e9;

function missed(specs: readonly Spec[], reached: readonly number[], alive: readonly number[] = []): number[] {
  const rows = new TableBuilder(processesSchema);
  for (const [process, parent, command, name = '', start = 0] of specs)
    rows.push({ process, parent, start, end: -1, name, command, runtime: '' });
  const reach = new Reach();
  reach.notice({ ...emptyTables(), processes: rows.finish() });
  return reach.missed(new Set(reached), NOW, (process) => alive.includes(process));
}

test('what is called node, or runs a program of that name, must have the agent', () => {
  const specs: Spec[] = [
    [1, 0, 'node app.js'],
    [2, 1, '/usr/bin/nodejs --permission app.js'],
    [3, 1, 'my-tool app.js', 'node'],
    [4, 1, 'sh -c node', 'sh'],
    [5, 1, 'nodemon app.js', 'nodemon'],
  ];
  expect(missed(specs, [1])).toEqual([2, 3]);
});

test('a process between fork and exec is called as its parent is', () => {
  const specs: Spec[] = [
    [1, 0, 'node app.js'],
    [2, 1, 'node app.js'],
    [3, 1, 'node other.js'],
  ];
  expect(missed(specs, [1])).toEqual([3]);
  expect(missed(specs, [])).toEqual([1, 2, 3]);
});

test.each(['node -v', 'node --version', '/usr/bin/node --run build', 'node --help'])(
  '%s runs no JavaScript',
  (command) => {
    expect(missed([[1, 0, command]], [])).toEqual([]);
  },
);

test('one that has just begun when the recording ends may still be loading the agent', () => {
  const young: Spec[] = [[1, 0, 'node app.js', 'node', NOW - 1e6]];
  expect(missed(young, [], [1])).toEqual([]);
  expect(missed(young, [])).toEqual([1]);
  expect(missed([[1, 0, 'node app.js']], [], [1])).toEqual([1]);
});

test('parents in a circle are followed no further', () => {
  const specs: Spec[] = [
    [1, 2, 'node a.js'],
    [2, 1, 'node a.js'],
  ];
  expect(missed(specs, [])).toEqual([1, 2]);
});
