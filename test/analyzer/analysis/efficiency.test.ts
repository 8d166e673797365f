import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Efficiency } from '../../../analyzer/analysis/efficiency.ts';
import { efficiencyTree, flattened } from '../../../analyzer/analysis/efficiencyTree.ts';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import {
  GIL_WAIT,
  nanos,
  type Recording,
  SCHEMAS,
  TableBuilder,
  WAITING,
} from '../../../analyzer/model/index.ts';
import { anyRecording, META, recordingOf, type SampleSpec } from '../../harness/recordings.ts';

const MS = 1e6;
const START = META.clock.start;
const FACTORS = [
  'parallel',
  'loadBalance',
  'communication',
  'contention',
  'gil',
  'overlap',
  'supply',
] as const;

const run = (recording: Recording) => new Trace(recording).efficiency.run();
const efficiencyOf = (recording: Recording): Efficiency => {
  const { efficiency } = run(recording);
  if (!efficiency) throw new Error('there are workers');
  return efficiency;
};

/** A lane that runs in the given intervals (milliseconds) and waits in between, with rows of 10 ms at most. */
function busyIn(
  lane: number,
  until: number,
  intervals: readonly (readonly [number, number])[],
): SampleSpec[] {
  const rows: SampleSpec[] = [];
  for (let end = 10; end <= until; end += 10) {
    const isBusy = intervals.some(([from, to]) => end > from && end <= to);
    rows.push({
      lane,
      time: end * MS,
      cpu: isBusy ? 10 * MS : 0,
      state: isBusy ? 0 : WAITING,
      stack: ['w'],
    });
  }
  return rows;
}

function expectProducts(its: Efficiency): void {
  expect(its.loadBalance * its.communication * its.contention).toBeCloseTo(its.parallel, 9);
  expect(its.gil * its.overlap * its.supply).toBeCloseTo(its.communication, 9);
  for (const factor of FACTORS) {
    expect(its[factor]).toBeGreaterThanOrEqual(0);
    expect(its[factor]).toBeLessThanOrEqual(1 + 1e-9);
  }
}

describe('the factor that is at fault is the one that is low', () => {
  const lanes = [{}, {}, {}];

  test('none, where all workers run all the time', () => {
    const its = efficiencyOf(
      recordingOf(lanes, [...busyIn(1, 1000, [[0, 1000]]), ...busyIn(2, 1000, [[0, 1000]])]),
    );
    expect(its).toMatchObject({ parallel: 1, loadBalance: 1, communication: 1, contention: 1, workers: 2 });
  });

  test('load balance, where one worker has less to do', () => {
    const its = efficiencyOf(
      recordingOf(lanes, [...busyIn(1, 1000, [[0, 1000]]), ...busyIn(2, 1000, [[0, 500]])]),
    );
    expect(its).toMatchObject({ parallel: 0.75, loadBalance: 0.75, communication: 1, contention: 1 });
    expect(its.usefulBalance).toBeCloseTo(0.75, 9);
  });

  test('contention, where workers have no core, although one had more CPU time than the other', () => {
    const second = 1000 * MS;
    const its = efficiencyOf(
      recordingOf(lanes, [
        { lane: 1, time: second, cpu: 0.6 * second, ready: 0.4 * second, stack: ['w'] },
        { lane: 2, time: second, cpu: 0.4 * second, ready: 0.6 * second, stack: ['w'] },
      ]),
    );
    expect(its).toMatchObject({ parallel: 0.5, loadBalance: 1, communication: 1, contention: 0.5 });
    expect(its.usefulBalance).toBeCloseTo(0.5 / 0.6, 9);
  });

  test('the GIL, where threads wait for it', () => {
    const turns = (lane: number, first: number): SampleSpec[] =>
      Array.from({ length: 100 }, (_, i) => ({
        lane,
        time: (i + 1) * 10 * MS,
        cpu: i % 2 === first ? 10 * MS : 0,
        state: i % 2 === first ? 0 : GIL_WAIT,
        stack: ['w'],
      }));
    const recording = recordingOf(lanes, [...turns(1, 0), ...turns(2, 1)]);
    const its = efficiencyOf(recording);
    expect(its.parallel).toBeCloseTo(0.5, 9);
    expect(its.gil).toBeCloseTo(0.5, 9);
    expect(its).toMatchObject({ loadBalance: 1, overlap: 1, supply: 1, contention: 1 });
    const told = flattened(efficiencyTree(run(recording))).find(({ node }) => node.factor === 'gil');
    expect(told?.node.sentence).toBe('each worker waited 500 ms for the GIL on average');
  });

  test('the GIL, where threads hand it to each other more often than they are looked at', () => {
    const turns = (lane: number, first: number): SampleSpec[] =>
      Array.from({ length: 100 }, (_, i) => ({
        lane,
        time: (i + 1) * 10 * MS,
        cpu: 5 * MS,
        state: i % 2 === first ? 0 : GIL_WAIT,
        stack: ['w'],
      }));
    const its = efficiencyOf(recordingOf(lanes, [...turns(1, 0), ...turns(2, 1)]));
    expect(its.gil).toBeCloseTo(0.5, 6);
    expect(its.supply).toBeCloseTo(1, 6);
    expect(its.communication).toBeCloseTo(0.5, 6);
  });

  test('overlap, where workers take turns', () => {
    const its = efficiencyOf(
      recordingOf(lanes, [...busyIn(1, 1000, [[0, 500]]), ...busyIn(2, 1000, [[500, 1000]])]),
    );
    expect(its.overlap).toBeCloseTo(0.5, 6);
    expect(its).toMatchObject({ loadBalance: 1, gil: 1, contention: 1 });
    expect(its.supply).toBeCloseTo(1, 6);
  });

  test('supply, where no worker has anything to do', () => {
    const its = efficiencyOf(
      recordingOf(lanes, [...busyIn(1, 1000, [[200, 800]]), ...busyIn(2, 1000, [[200, 800]])]),
    );
    expect(its.supply).toBeCloseTo(0.6, 6);
    expect(its).toMatchObject({ loadBalance: 1, gil: 1, contention: 1 });
    expect(its.overlap).toBeCloseTo(1, 6);
  });
});

describe('who is a worker, and beside whom', () => {
  const at = (ms: number) => START + ms * MS;

  test('rounds of workers that were joined in between are held against each other, not against other rounds', () => {
    const lanes = [
      {},
      { start: nanos(at(0)), end: nanos(at(400)) },
      { start: nanos(at(0)), end: nanos(at(400)) },
      { start: nanos(at(500)), end: nanos(at(900)) },
      { start: nanos(at(500)), end: nanos(at(900)) },
    ];
    const recording = recordingOf(lanes, [
      ...busyIn(1, 400, [[0, 400]]),
      ...busyIn(2, 400, [[0, 400]]),
      ...busyIn(3, 900, [[500, 900]]),
      ...busyIn(4, 900, [[500, 900]]),
    ]);
    const { efficiency, global } = run(recording);
    expect(efficiency).toMatchObject({ workers: 2, loadBalance: 1, figures: { teams: 2 } });
    expect(efficiency?.parallel).toBeCloseTo(1, 6);
    expect((global?.serial ?? 0) / MS).toBeCloseTo(200, 3);
  });

  test('a worker that took the place of another is no further worker', () => {
    const lanes = [{}, {}, { end: nanos(at(500)) }, { start: nanos(at(500)) }];
    const its = efficiencyOf(
      recordingOf(lanes, [
        ...busyIn(1, 1000, [[0, 1000]]),
        ...busyIn(2, 500, [[0, 500]]),
        ...busyIn(3, 1000, [[500, 1000]]),
      ]),
    );
    expect(its).toMatchObject({ workers: 2, loadBalance: 1, parallel: 1 });
  });

  test('a worker that was started late is held against the whole time', () => {
    const lanes = [{}, {}, { start: nanos(at(500)) }];
    const its = efficiencyOf(
      recordingOf(lanes, [...busyIn(1, 1000, [[0, 1000]]), ...busyIn(2, 1000, [[500, 1000]])]),
    );
    expect(its.parallel).toBeCloseTo(0.75, 6);
    expect(its.loadBalance).toBeCloseTo(0.75, 6);
  });

  const processes = (...rows: readonly (readonly [process: number, parent: number])[]) => {
    const table = new TableBuilder(SCHEMAS.processes);
    for (const [process, parent] of rows)
      table.push({ process, parent, start: START, end: -1, name: '', command: '', runtime: '' });
    return table.finish();
  };
  const withProcesses = (
    recording: Recording,
    ...rows: readonly (readonly [number, number])[]
  ): Recording => ({
    ...recording,
    tables: { ...recording.tables, processes: processes(...rows) },
  });
  const task = (pool: number, lane: number, from: number, start: number, end: number) => ({
    pool,
    lane,
    from,
    function: 'solve',
    submit: start * MS,
    dequeue: start * MS,
    start: start * MS,
    end: end * MS,
    returned: end * MS,
  });

  test('workers of a pool that were never given anything count, and are told of', () => {
    const recording = withProcesses(
      recordingOf(
        [{}, {}, {}, {}, {}],
        [1, 2]
          .flatMap((lane) => busyIn(lane, 1000, [[0, 1000]]))
          .concat(busyIn(3, 1000, [[0, 10]]), busyIn(4, 1000, [])),
        {},
        { pools: [{ size: 4, end: 1000 * MS }], tasks: [task(0, 1, 0, 0, 1000), task(0, 2, 0, 0, 1000)] },
      ),
      [100, 0],
      [101, 100],
      [102, 100],
      [103, 100],
      [104, 100],
    );
    const { efficiency } = run(recording);
    expect(efficiency).toMatchObject({ workers: 4, figures: { teams: 1, idle: 2 } });
    expect(efficiency?.loadBalance).toBeCloseTo(2010 / 4 / 1000, 6);
    const words = flattened(efficiencyTree(run(recording))).map(({ node }) => node.sentence);
    expect(words.join('\n')).toContain('2 of 4 had hardly any');
  });

  test('workers that only wait for pools of their own are not held against those', () => {
    const recording = withProcesses(
      recordingOf(
        [{}, {}, {}, {}, {}, {}, {}],
        [1, 2]
          .flatMap((lane) => busyIn(lane, 1000, [[0, 20]]))
          .concat([3, 4, 5, 6].flatMap((lane) => busyIn(lane, 1000, [[0, 1000]]))),
        {},
        {
          pools: [{ process: 100 }, { process: 101 }, { process: 102 }],
          tasks: [
            task(0, 1, 0, 0, 1000),
            task(0, 2, 0, 0, 1000),
            task(1, 3, 1, 0, 1000),
            task(1, 4, 1, 0, 1000),
            task(2, 5, 2, 0, 1000),
            task(2, 6, 2, 0, 1000),
          ],
        },
      ),
      [101, 100],
      [102, 100],
      [103, 101],
      [104, 101],
      [105, 102],
      [106, 102],
    );
    expect(efficiencyOf(recording)).toMatchObject({ workers: 4, parallel: 1, figures: { teams: 2 } });
  });

  test('pools that share their workers are one team, and each is a region of its own', () => {
    const recording = recordingOf(
      [{}, {}, {}],
      [
        ...busyIn(1, 1000, [
          [0, 300],
          [500, 900],
        ]),
        ...busyIn(2, 1000, [
          [0, 300],
          [500, 700],
        ]),
      ],
      {},
      {
        pools: [
          { stack: ['first'], end: 400 * MS },
          { stack: ['second'], start: 500 * MS, end: 900 * MS },
        ],
        tasks: [
          task(0, 1, 0, 0, 300),
          task(0, 2, 0, 0, 300),
          task(1, 1, 0, 500, 900),
          task(1, 2, 0, 500, 700),
        ],
      },
    );
    const trace = new Trace(recording);
    expect(trace.efficiency.teams).toHaveLength(1);
    const regions = trace.efficiency.regions();
    const told = regions.map(({ kind, time, efficiency: its }) => [
      kind,
      time / MS,
      its && Math.round(its.parallel * 100) / 100,
    ]);
    expect(told).toEqual([
      ['pool', 400, 0.75],
      ['tasks', 300, 1],
      ['pool', 400, 0.75],
      ['tasks', 400, 0.75],
    ]);
  });
});

describe('parts of a run', () => {
  const recording = recordingOf(
    [{}, {}, {}],
    [
      ...busyIn(0, 1000, [
        [0, 200],
        [800, 1000],
      ]),
      ...busyIn(1, 1000, [[200, 800]]),
      ...busyIn(2, 1000, [[200, 500]]),
    ],
    {},
    { spans: [{ lane: 0, kind: 'range', name: 'train', start: 200 * MS, end: 600 * MS }] },
  );
  const trace = new Trace(recording);

  test('the serial part is the time in which no worker ran, and bounds what more workers give', () => {
    const { efficiency } = summarize(trace);
    expect(efficiency.serialShare).toBeCloseTo(0.4, 6);
    expect(efficiency.amdahlBound).toBeCloseTo(2.5, 5);
    expect(efficiency.coresUsed).toBeCloseTo(1.3, 6);
    expect(efficiency.cores).toBe(2);
    expect(efficiency.tree.map(({ factor, depth }) => `${depth} ${factor}`)).toEqual([
      '0 cores',
      '0 parallelPart',
      '0 parallel',
      '1 loadBalance',
      '1 communication',
      '2 overlap',
      '2 supply',
      '1 contention',
    ]);
    expect(efficiency.tree[1]?.sentence).toBe(
      'no worker ran for 400 ms of 1.00 s: more workers give 2.50x at most',
    );
    expect(efficiency.tree[3]?.sentence).toBe('the busiest worker had 600 ms of work, the average 450 ms');
  });

  test('a selection has the factors of its time, samples that lie partly in it count for that part', () => {
    const {
      efficiency: its,
      time,
      global,
    } = trace.efficiency.selection({
      from: START + 395 * MS,
      to: START + 595 * MS,
      lanes: null,
    });
    expect(time).toBe(200 * MS);
    expect(its?.loadBalance).toBeCloseTo((200 + 105) / 2 / 200, 6);
    expect(global?.serial).toBeCloseTo(0, 6);
  });

  test('chosen lanes are the workers, whatever they are for', () => {
    const lanes = Uint8Array.of(1, 1, 0);
    const its = trace.efficiency.selection({ from: START, to: START + 1000 * MS, lanes }).efficiency;
    expect(its).toMatchObject({ workers: 2 });
    expect(its?.parallel).toBeCloseTo(0.5, 6);
    expect(its?.loadBalance).toBeCloseTo(500 / 600, 6);
    expect(its?.overlap).toBeCloseTo(0.6, 6);
  });

  test('a named range is a region, and its lanes are told of', () => {
    const [region] = summarize(trace).efficiency.regions;
    expect(region).toMatchObject({
      kind: 'range',
      title: 'train',
      seconds: 0.4,
      rounds: 1,
      workers: 2,
      file: '',
    });
    expect(region?.parallel).toBeCloseTo(700 / 800, 6);
    expect(region?.lanes.map(({ id, usefulSeconds }) => [id, usefulSeconds])).toEqual([
      [0, 0],
      [1, 0.4],
      [2, 0.3],
    ]);
  });
});

describe('whatever a recording holds', () => {
  test('factors lie between 0 and 1 and multiply', () => {
    fc.assert(
      fc.property(anyRecording, fc.nat(1e9), fc.nat(1e9), (recording, a, b) => {
        const { efficiency } = new Trace(recording);
        const lanes = new Uint8Array(recording.tables.lanes.length).fill(1);
        const [from, to] = [START + Math.min(a, b), START + Math.max(a, b)];
        for (const region of [
          efficiency.run(),
          efficiency.selection({ from, to, lanes: null }),
          efficiency.selection({ from, to, lanes }),
        ])
          if (region.efficiency) expectProducts(region.efficiency);
      }),
    );
  });

  test('nothing, or times that cannot be, are no reason to fail', () => {
    expect(summarize(recordingOf([], [])).efficiency).toMatchObject({
      parallel: null,
      workers: 0,
      regions: [],
    });
    const hostile = recordingOf(
      [
        {},
        { start: nanos(Number.NaN), end: -1 },
        { end: -1 },
        { start: nanos(START + 5), end: nanos(START - 5) },
      ],
      [
        { lane: 1, time: 10, cpu: 4e9, stack: ['w'] },
        { lane: 2, time: 500 * MS, cpu: 4e9, ready: 4e9, stack: ['w'] },
        { lane: 2, time: 400 * MS, cpu: 1, state: 99, stack: ['w'] },
        { lane: 3, time: 2000 * MS, cpu: 1e9, stack: ['w'] },
      ],
      { clock: { ...META.clock, end: META.clock.start } },
      {
        pools: [{ start: Number.NaN, end: -20 }],
        tasks: [
          { pool: 0, lane: 2, from: 2, submit: Number.NaN, start: -5, end: -9 },
          { pool: 7, lane: 99, from: 50, start: 5, end: 9 },
        ],
        spans: [{ lane: 1, kind: 'range', name: 'odd', start: 50, end: -50 }],
      },
    );
    const { efficiency } = summarize(hostile);
    for (const { value } of [efficiency, ...efficiency.regions].flatMap(({ tree }) => tree)) {
      if (value === null) continue;
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1);
    }
  });
});
