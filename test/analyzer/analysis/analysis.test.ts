import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accumulate, callTree, functionTotals } from '../../../analyzer/analysis/callTree.ts';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import { laneTotals } from '../../../analyzer/analysis/laneTotals.ts';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { EVERYTHING, type Metric, rowStarts, selfWeights } from '../../../analyzer/analysis/weights.ts';
import {
  GIL_WAIT,
  HOLDS_GIL,
  type Recording,
  SCHEMAS,
  TableBuilder,
  WAITING,
} from '../../../analyzer/model/index.ts';
import { anyRecording, META, recordingOf } from '../../harness/recordings.ts';

const METRICS: readonly Metric[] = ['cpu', 'wall', 'gil-wait', 'gil-held', 'samples'];
const sum = (values: Iterable<number>) => [...values].reduce((total, each) => total + each, 0);

function parts({ tables }: Recording) {
  const functions = functionsOf(tables);
  const tree = callTree(tables, functions);
  return { functions, tree, starts: rowStarts(tables) };
}

describe('of any recording', () => {
  test('a child never exceeds its parent, and self times add up to the root', () => {
    fc.assert(
      fc.property(anyRecording, fc.constantFrom(...METRICS), (recording, metric) => {
        const { tree, starts } = parts(recording);
        const self = selfWeights(recording.tables, starts, tree, metric);
        const total = self.slice();
        accumulate(tree, total);
        expect(total[0]).toBeCloseTo(sum(self), 3);
        for (let node = 1; node < tree.count; node++) {
          expect(tree.parent[node]).toBeLessThan(node);
          expect(total[node]).toBeLessThanOrEqual((total[tree.parent[node] as number] as number) + 1e-3);
        }
      }),
    );
  });

  test('no function exceeds the whole, however it recurs', () => {
    fc.assert(
      fc.property(anyRecording, (recording) => {
        const { tree, functions, starts } = parts(recording);
        const self = selfWeights(recording.tables, starts, tree, 'wall');
        const totals = functionTotals(tree, functions, self);
        for (let id = 0; id < functions.count; id++) {
          expect(totals.total[id]).toBeLessThanOrEqual(sum(self) + 1e-3);
          expect(totals.self[id]).toBeLessThanOrEqual((totals.total[id] as number) + 1e-3);
        }
      }),
    );
  });

  test('two halves of an interval weigh as much as the whole', () => {
    fc.assert(
      fc.property(
        anyRecording,
        fc.nat(1e9),
        fc.constantFrom<Metric>('cpu', 'wall'),
        (recording, cut, metric) => {
          const { tree, starts } = parts(recording);
          const at = META.clock.start + cut;
          const whole = sum(selfWeights(recording.tables, starts, tree, metric));
          const before = sum(selfWeights(recording.tables, starts, tree, metric, { ...EVERYTHING, to: at }));
          const after = sum(selfWeights(recording.tables, starts, tree, metric, { ...EVERYTHING, from: at }));
          expect(before + after).toBeCloseTo(whole, 0);
        },
      ),
    );
  });

  test('the states of a lane add up to the time it was sampled', () => {
    fc.assert(
      fc.property(anyRecording, (recording) => {
        const totals = laneTotals(recording.tables, rowStarts(recording.tables));
        const { samples, lanes } = recording.tables;
        for (let lane = 0; lane < lanes.length; lane++) {
          let last = lanes.start[lane] as number;
          for (let i = 0; i < samples.length; i++)
            if (samples.lane[i] === lane) last = samples.time[i] as number;
          const states = [totals.running, totals.ready, totals.waiting, totals.gil].map(
            (each) => each[lane] as number,
          );
          expect(sum(states)).toBeCloseTo(last - (lanes.start[lane] as number), 0);
        }
      }),
    );
  });
});

test('a row stands for the time since the row before it on its lane', () => {
  const recording = recordingOf(
    [{}, {}],
    [
      { lane: 0, time: 10 },
      { lane: 1, time: 12 },
      { lane: 0, time: 30 },
    ],
  );
  expect([...rowStarts(recording.tables)]).toEqual([0, 0, 10].map((time) => META.clock.start + time));
});

test('each metric counts what it says', () => {
  const recording = recordingOf(
    [{}],
    [
      { lane: 0, time: 100, cpu: 60, stack: ['a'], flags: HOLDS_GIL, count: 2 },
      { lane: 0, time: 300, cpu: 10, stack: ['a', 'b'], state: GIL_WAIT },
      { lane: 0, time: 400, stack: ['a'], state: WAITING },
    ],
  );
  const { tree, starts } = parts(recording);
  const weights = METRICS.map((metric) => [...selfWeights(recording.tables, starts, tree, metric)]);
  expect(weights).toEqual([
    [0, 60, 10],
    [0, 200, 200],
    [0, 0, 190],
    [0, 100, 0],
    [0, 3, 1],
  ]);
});

test('a pool’s handler threads, a resource tracker and a fork server are helpers; its workers are not', () => {
  const second = 1e9;
  const recording = recordingOf(
    [{}, {}, { process: 100 }, {}, {}, { process: 105, thread: 105 }],
    [
      { lane: 1, time: second, cpu: second, stack: ['_bootstrap', 'worker', 'solve'] },
      {
        lane: 2,
        time: second,
        cpu: second / 2,
        stack: ['Thread._bootstrap', 'Thread.run', 'Pool._handle_results'],
      },
      { lane: 3, time: second, cpu: second / 2, stack: ['<module>', 'main'] },
      { lane: 4, time: second, cpu: second / 10, stack: ['<module>', 'main'] },
      { lane: 5, time: second, cpu: second, stack: ['<module>', 'main', '_bootstrap', 'worker'] },
    ],
  );
  const processes = new TableBuilder(SCHEMAS.processes);
  const forkServer = 'python3 -c from multiprocessing.forkserver import main; main(...)';
  const commands = {
    103: 'python3 -c from multiprocessing.resource_tracker import main;main(5)',
    104: forkServer,
    105: forkServer,
  };
  for (const [process, command] of Object.entries(commands)) {
    processes.push({
      process: Number(process),
      parent: 100,
      start: 0,
      end: 0,
      name: '',
      command,
      runtime: '',
    });
  }
  const files = recording.tables.strings.value.map((text) =>
    text === '_bootstrap.py' ? '/lib/multiprocessing/process.py' : text,
  );
  const tables = {
    ...recording.tables,
    processes: processes.finish(),
    strings: { length: files.length, value: files },
  };
  const roles = summarize({ meta: recording.meta, tables }).lanes.map((lane) => lane.role);
  expect(roles).toEqual(['main', 'worker', 'helper', 'helper', 'helper', 'worker']);
});

test('a shell that a program calls is a helper; a process a task is a worker', () => {
  const lanes = [
    {},
    ...[1, 2, 3].map((n) => ({ end: META.clock.start + n * 1e8 })),
    { end: META.clock.start + 1e7 },
  ];
  const samples = [1, 2, 3].map((lane) => ({ lane, time: lane * 1e8, cpu: 5e7, stack: ['task'] }));
  const recording = recordingOf(lanes, [
    ...samples,
    { lane: 4, time: 1e7, cpu: 1e6, stack: ['[native: sh]'] },
  ]);
  expect(summarize(recording).lanes.map((lane) => lane.role)).toEqual([
    'main',
    'worker',
    'worker',
    'worker',
    'helper',
  ]);
});
