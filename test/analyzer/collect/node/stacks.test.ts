import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRecord } from '../../../../analyzer/collect/node/records.ts';
import { Scripts } from '../../../../analyzer/collect/node/scripts/index.ts';
import { SeenFunctions } from '../../../../analyzer/collect/node/seenFunctions.ts';
import { ProfileStacks } from '../../../../analyzer/collect/node/stacks.ts';
import { Interner } from '../../../../analyzer/model/index.ts';

const frame = (functionName: string, url: string, lineNumber = -1, columnNumber = -1) => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber,
  columnNumber,
});

/** The profile of a program as V8 has it: `main` calls `solve`, and there is garbage and idleness. */
const PROFILE = {
  startTime: 1000,
  endTime: 1100,
  nodes: [
    { id: 1, callFrame: frame('(root)', ''), children: [2, 4, 5, 6] },
    { id: 2, callFrame: frame('', 'file:///app/my%20app.js', 0, 0), children: [3] },
    {
      id: 3,
      callFrame: frame('solve', 'file:///app/my%20app.js', 9, 2),
      positionTicks: [
        { line: 12, ticks: 1 },
        { line: 11, ticks: 1 },
      ],
    },
    { id: 4, callFrame: frame('(idle)', '') },
    { id: 5, callFrame: frame('(garbage collector)', '') },
    { id: 6, callFrame: frame('', 'file:///agent/threads.cjs', 5, 1), children: [7] },
    { id: 7, callFrame: frame('post', 'node:inspector', 5, 1) },
  ],
  samples: [3, 3, 5, 4, 7, 3],
  timeDeltas: [10, 20, 10, 20, 10, 10],
};

function stretchesOf(profile: unknown): [number, number, string][] {
  const record = parseRecord(JSON.stringify({ k: 'slice', thread: 0, profile }));
  if (record?.kind !== 'slice') throw new Error('no slice');
  const interner = new Interner();
  const stretches = new ProfileStacks(interner, new SeenFunctions(), '/agent').stretches(
    record.profile,
    new Scripts().thread(),
  );
  const { strings, frames, stacks } = interner.drain();
  const nameOf = (stack: number): string => {
    if (stack < 0) return '';
    const at = stacks.frame[stack] as number;
    const text = (id: number | undefined) => strings.value[id as number];
    const [name, file, line] = [text(frames.name[at]), text(frames.file[at]), frames.line[at]];
    const below = nameOf(stacks.parent[stack] as number);
    return `${below}${below && ' > '}${name} ${file}:${line}:${frames.functionLine[at]}`;
  };
  return stretches.map(({ start, end, stack }) => [start, end, nameOf(stack)]);
}

describe('a slice of V8', () => {
  test('becomes stacks with their files, lines and times, and functions of the agent have one name', () => {
    const main = '(anonymous) /app/my app.js:0:1';
    expect(stretchesOf(PROFILE)).toEqual([
      [1_000_000, 1_010_000, `${main} > solve /app/my app.js:11:10`],
      [1_010_000, 1_030_000, `${main} > solve /app/my app.js:12:10`],
      [1_030_000, 1_040_000, '[garbage collector] :0:0'],
      [1_040_000, 1_060_000, '[idle] :0:0'],
      [1_060_000, 1_070_000, '[perfscope] :0:0'],
      [1_070_000, 1_100_000, `${main} > solve /app/my app.js:0:10`],
    ]);
  });

  test('has the wait for a child where the program made it, and not in the agent that stands between', () => {
    const nodes = [
      { id: 1, callFrame: frame('(root)', ''), children: [2] },
      { id: 2, callFrame: frame('build', 'app.js'), children: [3] },
      { id: 3, callFrame: frame('spawnSync', 'node:internal/child_process'), children: [4] },
      { id: 4, callFrame: frame('binding.spawn', 'file:///agent/environment.cjs'), children: [5] },
      { id: 5, callFrame: frame('spawn', '') },
    ];
    const record = parseRecord(
      JSON.stringify({
        k: 'slice',
        thread: 0,
        profile: { ...PROFILE, nodes, samples: [2, 4, 5], timeDeltas: [10, 10, 10] },
      }),
    );
    if (record?.kind !== 'slice') throw new Error('no slice');
    const stretches = new ProfileStacks(new Interner(), new SeenFunctions(), '/agent').stretches(
      record.profile,
      new Scripts().thread(),
    );
    expect(stretches.map(({ wait }) => wait)).toEqual(['none', 'child', 'child']);
    expect(stretchesOf({ ...PROFILE, nodes, samples: [4], timeDeltas: [10] })[0]?.[2]).toBe(
      'build app.js:0:0 > spawnSync node:internal/child_process:0:0',
    );
  });

  test('with times out of turn has stretches in order', () => {
    const profile = { ...PROFILE, samples: [3, 4, 3], timeDeltas: [50, -20, 10] };
    const ends = stretchesOf(profile).map(([, end]) => end);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
  });

  test('whose tree is a circle ends', () => {
    const nodes = [
      { id: 1, callFrame: frame('a', 'a.js'), children: [2] },
      { id: 2, callFrame: frame('b', 'b.js'), children: [1, 2] },
    ];
    expect(stretchesOf({ ...PROFILE, nodes, samples: [2], timeDeltas: [1] })).toHaveLength(1);
  });
});

describe('a script that can be read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'perfscope-stacks-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'app.js');
  const url = `file://${file}`;
  writeFileSync(
    file,
    `function load(path) {
  const text = fs.readFileSync(path);
  return JSON.parse(JSON.stringify(text));
}
function pack(text) {
  return zlib
    .gzipSync(text);
}
function add(a, b) {
  return a + b;
}
function sum(all) {
  let total = 0;
  for (const each of all) {
    total = add(total, each);
  }
  return total;
}
`,
  );
  const call = (
    id: number,
    name: string,
    line: number,
    column: number,
    ticks: [number, number][],
    children: number[] = [],
  ) => ({
    id,
    callFrame: frame(name, url, line - 1, column),
    positionTicks: ticks.map(([at, count]) => ({ line: at, ticks: count })),
    children,
  });
  const stacksOf = (nodes: unknown[], samples: number[]) => {
    const profile = { ...PROFILE, endTime: 2000, nodes, samples, timeDeltas: samples.map(() => 10) };
    return [...new Set(stretchesOf(profile).map(([, , stack]) => stack))].sort();
  };

  test('has the line of a call, be it of a function that goes by another name', () => {
    const ticks = [{ line: 450, ticks: 20 }];
    const nodes = [
      { id: 1, callFrame: frame('(root)', ''), children: [2, 3] },
      call(2, 'load', 1, 13, [], [4]),
      call(3, 'pack', 5, 13, [], [5]),
      { id: 4, callFrame: frame('readFileSync', 'node:fs', 440, 1), positionTicks: ticks },
      { id: 5, callFrame: frame('syncBufferWrapper', 'node:zlib', 440, 1), positionTicks: ticks },
    ];
    expect(stacksOf(nodes, [...Array(20).fill(4), ...Array(20).fill(5)])).toEqual([
      `load ${file}:2:1 > readFileSync node:fs:450:441`,
      `pack ${file}:7:5 > syncBufferWrapper node:zlib:450:441`,
    ]);
  });

  test('has a frame for copies through JSON, and the line at which an inlined function is called', () => {
    const nodes = [
      { id: 1, callFrame: frame('(root)', ''), children: [2, 3] },
      call(2, 'load', 1, 13, [[3, 20]]),
      call(3, 'sum', 12, 12, [[10, 20]]),
    ];
    expect(stacksOf(nodes, [...Array(20).fill(2), ...Array(20).fill(3)])).toEqual([
      `load ${file}:3:1 > JSON.parse(JSON.stringify) :0:0`,
      `sum ${file}:15:12 > add ${file}:10:9`,
    ]);
  });

  test('is not looked into for a few samples', () => {
    const nodes = [
      { id: 1, callFrame: frame('(root)', ''), children: [2] },
      call(2, 'load', 1, 13, [], [4]),
      {
        id: 4,
        callFrame: frame('readFileSync', 'node:fs', 440, 1),
        positionTicks: [{ line: 450, ticks: 2 }],
      },
    ];
    expect(stacksOf(nodes, [4, 4])).toEqual([`load ${file}:0:1 > readFileSync node:fs:450:441`]);
  });
});

describe('lines that are no records', () => {
  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"k":"slice"}',
    '{"k":"thread","thread":-1,"tid":1,"time":1}',
    '{"k":"perfscope-node 1","pid":1,"rate":0}',
    '{"k":"slice","thread":0,"profile":{"startTime":5,"endTime":1,"nodes":[],"samples":[],"timeDeltas":[]}}',
    '{"k":"slice","thread":0,"profile":{"startTime":1,"endTime":5,"nodes":[{}],"samples":[],"timeDeltas":[]}}',
    '{"k":"slice","thread":0,"profile":{"startTime":1,"endTime":5,"nodes":[],"samples":[1],"timeDeltas":[]}}',
  ])('%s', (line) => expect(parseRecord(line)).toBeNull());

  test('any JSON at all is either none or can be worked with', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (a, b) => {
        expect(parseRecord(a)).toBeNull();
        const profile = { ...PROFILE, nodes: [...PROFILE.nodes, JSON.parse(b) as unknown] };
        const record = parseRecord(JSON.stringify({ k: 'slice', thread: 0, profile }));
        if (record?.kind === 'slice')
          new ProfileStacks(new Interner(), new SeenFunctions(), '/agent').stretches(
            record.profile,
            new Scripts().thread(),
          );
      }),
    );
  });
});
