import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { functionOf } from '../../../../analyzer/collect/v8-ticks/functionName.ts';
import { IsolateRows } from '../../../../analyzer/collect/v8-ticks/isolate.ts';
import { decodeLog } from '../../../../analyzer/collect/v8-ticks/log.ts';
import { parseProcessed } from '../../../../analyzer/collect/v8-ticks/processed.ts';
import { Interner, rowOf, SCHEMAS, TIERS } from '../../../../analyzer/model/index.ts';

const MARK = 'perfscope:{"pid":7\\x2C"tid":8\\x2C"node":"/bin/node"\\x2C"time":5000000}';
const LOG = [
  'v8-version,11,3,244,8,-node.38,0',
  'shared-library,/bin/node,0x400000,0xb71000,0',
  `code-creation,Script,10,2000,0x10,3, ${MARK}:1:1,0x11,~`,
  'code-creation,JS,10,2100,0x20,32,hot /home/me/a\\x2Cb.cjs:3:13,0x21,~',
  'code-creation,JS,13,2200,0x30,564,hot /home/me/a\\x2Cb.cjs:3:13,0x21,*',
  'code-creation,RegExp,3,2300,0x40,824,(a+)\\x2Cb',
  'tick,0x30,3000,0,0x0,0,0x20',
  'code-move,0x30,0x50',
  'code-deopt,4000,640,0x50,0,107,deopt-eager,</home/me/a\\x2Cb.cjs:2:31> inlined at </home/me/a\\x2Cb.cjs:3:62>,not a Smi',
  'code-deopt,4100,640,0x99,-1,107,deopt-lazy,<unknown>,(unknown)',
  '',
].join('\n');

describe('the log of an isolate', () => {
  test('says whose it is, and what was deoptimised, where and why', () => {
    const { owner, deopts, damaged } = decodeLog(LOG);
    expect(owner).toEqual({ pid: 7, tid: 8, node: '/bin/node', origin: 5e6 - 2000e3 });
    expect(deopts).toEqual([
      {
        time: 4000,
        kind: 'eager',
        reason: 'not a Smi',
        function: 'hot /home/me/a,b.cjs:3:13',
        file: '/home/me/a,b.cjs',
        line: 2,
      },
      { time: 4100, kind: 'lazy', reason: '(unknown)', function: '', file: '', line: 0 },
    ]);
    expect(damaged).toBe(0);
  });

  test('that is cut off or damaged loses what is, and counts it', () => {
    expect(decodeLog(LOG.slice(0, -30))).toMatchObject({ damaged: 1, deopts: [{ reason: 'not a Smi' }] });
    const broken = LOG.replace('tick,0x30,3000', 'tick,0x30,x').replace('code-deopt,4000', 'code-deopt,');
    expect(decodeLog(broken)).toMatchObject({ damaged: 2, deopts: [{ reason: '(unknown)' }] });
    expect(decodeLog(LOG.replace('"pid":7', '"pid":-7')).owner).toBeNull();
    expect(decodeLog('')).toEqual({ owner: null, deopts: [], damaged: 0 });
  });

  test('of any text is read without an error', () => {
    const text = fc.array(
      fc.oneof(
        fc.constantFrom('tick,', 'code-deopt,', 'code-creation,JS,', '0x1', ',', '\n', '<a:1:1>'),
        fc.string(),
      ),
    );
    fc.assert(
      fc.property(text, (parts) => {
        const { deopts } = decodeLog(parts.join(''));
        for (const { line } of deopts) expect(Number.isSafeInteger(line)).toBe(true);
      }),
    );
  });
});

test.each([
  ['hot /tmp/app.cjs:3:13', 'hot', '/tmp/app.cjs', 3],
  [' /tmp/app.cjs:1:1', '(anonymous)', '/tmp/app.cjs', 1],
  ['get size file:///home/me/my%20app/x.mjs:10:3', 'get size', '/home/me/my app/x.mjs', 10],
  ['run node:internal/main:5:1', 'run', 'node:internal/main', 5],
  ['load /home/me/my app/x.js:7:1', 'load', '/home/me/my app/x.js', 7],
  [' :1:1', '(anonymous)', '', 1],
  ['</script><img src=x>', '</script><img src=x>', '', 0],
  ['', '(anonymous)', '', 0],
])('the function %j is taken apart', (text, name, file, line) => {
  expect(functionOf(text)).toEqual({ name, file, line });
});

describe('processed ticks', () => {
  const CODE = [
    { name: '/bin/node', type: 'SHARED_LIB' },
    { name: 'hot /app.cjs:3:13', type: 'JS', kind: 'Opt' },
    { name: 'main /app.cjs:9:1', type: 'JS', kind: 'Unopt' },
    { name: 'a+b', type: 'CODE', kind: 'RegExp' },
    { name: 'Add', type: 'CODE', kind: 'BytecodeHandler' },
  ];
  const rowsOf = (ticks: readonly unknown[]) => {
    const log = decodeLog(LOG);
    if (!log.owner) throw new Error('the log has an owner');
    const processed = parseProcessed({ code: CODE, ticks });
    return new IsolateRows(new Interner(), '', 1e6).batch(log.owner, log, processed);
  };
  const tick = (tm: number, codes: readonly number[], vm = 0) => ({
    tm,
    vm,
    s: codes.flatMap((code) => [code, 0]),
  });

  test('count for the innermost function and for what ran', () => {
    const batch = rowsOf([
      tick(1000, [1, 2]),
      tick(2000, [1, 2]),
      tick(3000, [3, 2]),
      tick(4000, [0, 1, 2], 1),
      tick(5000, [4, 2]),
      tick(6000, [-1, 0, 1, 2]),
      tick(7000, [0]),
    ]);
    const { frames, strings } = batch.interned;
    const counted = Array.from({ length: batch.functionTiers.length }, (_, i) => {
      const row = rowOf(SCHEMAS.functionTiers, batch.functionTiers, i);
      const name = row.function < 0 ? '' : strings.value[frames.name[row.function] as number];
      return `${name} ${TIERS[row.tier]} ${row.ticks}`;
    });
    expect(counted.sort()).toEqual([
      ' native 1',
      'hot gc 1',
      'hot optimised 2',
      'hot unknown 1',
      'main interpreted 1',
      'main regexp 1',
    ]);
  });

  test('become stacks that follow each other, with idleness where there were no ticks', () => {
    const { inside, interned } = rowsOf([
      tick(1000, [1, 2]),
      tick(2000, [3, 2]),
      tick(90_000, [1, 2]),
      tick(3000, [1]),
    ]);
    const leafOf = (stack: number) =>
      interned.strings.value[interned.frames.name[interned.stacks.frame[stack] as number] as number];
    const rows = Array.from({ length: inside.length }, (_, i) => [
      ((inside.start[i] as number) - 3e6) / 1e6,
      ((inside.end[i] as number) - 3e6) / 1e6,
      leafOf(inside.stack[i] as number),
    ]);
    expect(rows).toEqual([
      [0, 1, 'hot'],
      [1, 2, '/a+b/ [regular expression]'],
      [2, 89, '[idle]'],
      [89, 90, 'hot'],
    ]);
  });

  test('that make no sense are counted, and what is no log is refused', () => {
    const { ticks, damaged } = parseProcessed({
      code: CODE,
      ticks: [tick(1, [99]), tick(2, [1]), { tm: 'x', vm: 0, s: [] }, null, { tm: 1, vm: 0, s: 7 }],
    });
    expect([ticks.length, damaged]).toEqual([1, 4]);
    expect(() => parseProcessed({ ticks: [] })).toThrow('it is not what V8 makes of a log');
  });
});
