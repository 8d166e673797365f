import { describe, expect, test } from '@jest/globals';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { nanos, UserError } from '../../analyzer/model/index.ts';
import {
  findingsAnswer,
  functionsAnswer,
  transfersAnswer,
  whatIfAnswer,
} from '../../extension/assistant/answers.ts';
import { toolInput } from '../../extension/assistant/input.ts';
import { recordingOfLines } from '../harness/definedLines.ts';
import { findingOf } from '../harness/findings.ts';
import { pooled } from '../harness/pooled.ts';
import { META, recordingOf } from '../harness/recordings.ts';

const APP = '/home/me/app.py';
const JSON_FILE = '/usr/lib/python3.11/json/encoder.py';

const lines = () =>
  new Trace(
    recordingOfLines([
      [20, ['main', APP, 20, 18]],
      [80, ['main', APP, 20, 18], ['encode', JSON_FILE, 200, 190]],
    ]),
  );
const pool = () => {
  const clock = { ...META.clock, end: nanos(META.clock.start + 200e6) };
  const tasks = pooled(
    [
      [10, 20, 90],
      [15, 25],
    ],
    { bytesOut: 1e6 },
  );
  return new Trace(recordingOf([{}, {}, {}], [], { clock }, { pools: [{ stack: ['main'] }], tasks }));
};

describe('an assistant is told', () => {
  test('what to change, as the command line tells machines', () => {
    const finding = findingOf();
    expect(findingsAnswer({ findings: [finding], rules: 41, doubt: null })).toEqual({
      version: 1,
      findings: [finding],
      gainsWithheldBecause: null,
    });
  });

  test('which functions are hot, as many as it wants, and without libraries if it wants', () => {
    const all = functionsAnswer(lines()) as { functions: { name: string; selfSeconds: number }[] };
    expect(all.functions.map(({ name, selfSeconds }) => [name, selfSeconds])).toEqual([
      ['encode', 0.08],
      ['main', 0.02],
    ]);
    expect(functionsAnswer(lines(), { own: true })).toMatchObject({
      functions: [{ name: 'main' }],
      functionsSeen: 1,
    });
    expect(functionsAnswer(lines(), { limit: 1 })).toMatchObject({
      functions: [{ name: 'encode' }],
      functionsSeen: 2,
    });
  });

  test('what moved', () => {
    expect(transfersAnswer(pool())).toMatchObject({
      version: 1,
      transfers: [{ direction: 'pickle-out', count: 5, bytes: 5e6 }],
      tasks: [{ function: 'solve', count: 5 }],
    });
  });

  test('what the run would take otherwise: what it asks, or what is worth a look', () => {
    const { pools } = whatIfAnswer(pool(), { workers: 5 }) as {
      pools: { variants: { workers: number }[] }[];
    };
    expect(pools[0]?.variants.map(({ workers }) => workers)).toEqual([5]);
    const { pools: useful } = whatIfAnswer(pool(), {}) as { pools: { variants: object[] }[] };
    expect(useful[0]?.variants.length).toBeGreaterThan(1);
    const faster = whatIfAnswer(pool(), { faster: { function: 'solve', times: 2 } });
    expect(faster).toMatchObject({ pools: [{ variants: [{ faster: { function: 'solve', times: 2 } }] }] });
  });

  test('in a sentence what it asked in vain', () => {
    const refused = (ask: () => unknown) => {
      try {
        ask();
      } catch (error) {
        if (error instanceof UserError) return error.message;
        throw error;
      }
      return null;
    };
    expect(refused(() => whatIfAnswer(lines(), {}))).toContain('no tasks');
    expect(refused(() => whatIfAnswer(pool(), { pool: 7 }))).toContain('pool 7');
    expect(refused(() => whatIfAnswer(pool(), { workers: 0 }))).toContain('"workers"');
    expect(refused(() => whatIfAnswer(pool(), { faster: { function: 'nothing', times: 2 } }))).toContain(
      'nothing',
    );
    expect(refused(() => whatIfAnswer(pool(), { faster: { function: 'solve', times: -1 } }))).toContain(
      'faster.times',
    );
  });
});

test('of what a model made up only what makes sense is taken', () => {
  const nothing = { recording: null, limit: null, own: false, question: {} };
  for (const odd of [
    undefined,
    null,
    3,
    'run',
    [],
    { recording: 3, limit: '5', order: 'shortest', faster: 'solve' },
  ])
    expect(toolInput(odd)).toEqual(nothing);
  expect(
    toolInput({
      recording: 'run.perfscope',
      limit: 3,
      own: true,
      workers: 4,
      faster: { function: 'f', times: 2 },
    }),
  ).toEqual({
    recording: 'run.perfscope',
    limit: 3,
    own: true,
    question: { workers: 4, faster: { function: 'f', times: 2 } },
  });
});
