import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { poolWorks } from '../../../../analyzer/analysis/replay/poolWork.ts';
import { outcomeOf, type Replay, replayOf } from '../../../../analyzer/analysis/replay/replay.ts';
import { roundsOf } from '../../../../analyzer/analysis/replay/rounds.ts';
import { dispatchCost } from '../../../../analyzer/analysis/replay/variant.ts';
import { bestChunk, granted, usefulWishes } from '../../../../analyzer/analysis/replay/whatIf.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { nanos } from '../../../../analyzer/model/index.ts';
import { pooled } from '../../../harness/pooled.ts';
import { anyTask, type TaskSpec } from '../../../harness/pools.ts';
import { META, recordingOf } from '../../../harness/recordings.ts';

const MS = 1e6;
const LANES = [{}, {}, {}];

function traceOf(tasks: readonly TaskSpec[], wall = 1000, pools = [{}]): Trace {
  const clock = { ...META.clock, end: nanos(META.clock.start + wall * MS) };
  return new Trace(recordingOf(LANES, [], { clock }, { pools, tasks }));
}

const replayed = (tasks: readonly TaskSpec[], wall?: number) => replayOf(traceOf(tasks, wall), 0) as Replay;

test('the replay of a pool as it was takes as long as the pool did', () => {
  const { recorded, replayed: again } = replayed(
    pooled([
      [50, 30, 20],
      [40, 45, 25],
    ]),
  );
  expect(recorded / MS).toBe(110);
  expect(again / recorded).toBeCloseTo(1, 1);
});

test('a pool that was waited for between calls has a round for each, and futures under way have one', () => {
  const rounds = (tasks: TaskSpec[]) => roundsOf(traceOf(tasks).tables).map(({ rows }) => rows.length);
  expect(rounds([...pooled([[10], [10]], { job: 1 }), ...pooled([[10], [10]], { job: 2 }, 15)])).toEqual([
    2, 2,
  ]);
  expect(rounds([...pooled([[10], [10]], { job: 1 }), ...pooled([[10], [10]], { job: 2 }, 5)])).toEqual([4]);
});

test('the longest tasks first end sooner where the last one was the longest', () => {
  const one = replayed(
    pooled([
      [10, 20, 90],
      [15, 25],
    ]),
  );
  const { least, most, limit } = outcomeOf(one, { order: 'longest' });
  expect(least / MS).toBeLessThan(90);
  expect(most / MS).toBeGreaterThan(90);
  expect(most / MS).toBeLessThan(105);
  expect(limit).toBe('longest task');
});

test('smaller chunks of what is known as a whole give an interval that grows with what is not known', () => {
  const one = replayed(pooled([[160], [40]], { items: 20 }));
  const finer = outcomeOf(one, { chunk: 1 });
  expect(finer.replayed / MS).toBeCloseTo(100, -1);
  const asWas = outcomeOf(one, {});
  expect(finer.most / finer.least).toBeGreaterThan(asWas.most / asWas.least);
});

test('what handing out costs goes away with larger chunks, and no more than that', () => {
  // 2000 tasks of 20 us, one every 120 us on each of two workers.
  const tasks = pooled([new Array(1000).fill(0.12), new Array(1000).fill(0.12)]).map((task) => ({
    ...task,
    end: (task.start as number) + 20e3,
  }));
  const one = replayed(tasks);
  expect(one.replayed / one.recorded).toBeCloseTo(1, 1);
  const chunked = outcomeOf(one, { chunk: 100 });
  expect(chunked.replayed / MS).toBeGreaterThan(20);
  expect(chunked.replayed / MS).toBeLessThan(32);
  expect(bestChunk(one)?.chunk).toBeGreaterThanOrEqual(20);
});

test('serialising that the submitter does stays with larger chunks and goes without it', () => {
  const one = replayed(
    pooled(
      [
        [10, 10, 10],
        [10, 10, 10],
      ],
      { packOut: 9 * MS, bytesOut: 4e6 },
    ),
  );
  expect(outcomeOf(one, { chunk: 2 }).replayed / MS).toBeGreaterThan(54);
  expect(outcomeOf(one, { byReference: true }).replayed / MS).toBeLessThan(40);
});

test('a wake-up costs more than a busy queue, and nothing between them jumps', () => {
  const cost = { busy: 10e3, woken: 230e3, at: 20e3 };
  const costs = Array.from({ length: 60 }, (_, at) => dispatchCost(cost, 20e3 * 1.2 ** at));
  expect(costs[0]).toBe(10e3);
  expect(costs.at(-1)).toBeGreaterThan(225e3);
  for (const [at, value] of costs.entries()) expect(value / (costs[at - 1] ?? value)).toBeLessThan(1.3);
});

test('threads that computed one at a time gain nothing from more of them', () => {
  const samples = [1, 2].flatMap((lane) => [
    { lane, time: 100 * MS, cpu: 50 * MS, state: 3, stack: ['solve'] },
  ]);
  const recording = recordingOf(
    LANES,
    samples,
    {},
    {
      pools: [{ startMethod: 'thread' }],
      tasks: pooled([
        [50, 50],
        [50, 50],
      ]),
    },
  );
  const one = replayOf(new Trace(recording), 0) as Replay;
  expect(one.work.isSerial).toBe(true);
  expect(outcomeOf(one, { workers: 8 }).replayed / one.replayed).toBeCloseTo(1, 1);
});

test('any tasks are replayed without an error, and every interval is one', () => {
  fc.assert(
    fc.property(fc.array(anyTask, { maxLength: 30 }), (tasks) => {
      const trace = traceOf(tasks, 1000, [{}, {}]);
      for (const { pool } of poolWorks(trace)) {
        const one = replayOf(trace, pool) as Replay;
        for (const wish of [
          ...usefulWishes(trace, one),
          { chunk: 3, workers: 5, order: 'longest' as const },
        ]) {
          const { gain, run } = granted(trace, one, wish);
          expect(gain.lo).toBeLessThanOrEqual(gain.hi);
          expect(run.lo).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('of very many tasks some rounds stand for all, with the result of all', () => {
  const tasksOf = (rounds: number) =>
    Array.from({ length: rounds }, (_, job) =>
      pooled([new Array(1400).fill(0.12), new Array(1400).fill(0.12)], { job }, job * 200).map((task) => ({
        ...task,
        end: (task.start as number) + 20e3,
      })),
    ).flat();
  const [few, many] = [replayed(tasksOf(1), 1e4), replayed(tasksOf(45), 1e4)];
  expect(many.work.rounds).toHaveLength(45);
  expect(many.replayed / many.recorded).toBeCloseTo(few.replayed / few.recorded, 2);
  const saved = ({ recorded }: Replay, { least, most }: ReturnType<typeof outcomeOf>) => [
    least / recorded,
    most / recorded,
  ];
  const [ofMany, ofFew] = [
    saved(many, outcomeOf(many, { chunk: 20 })),
    saved(few, outcomeOf(few, { chunk: 20 })),
  ];
  expect(ofMany[0]).toBeCloseTo(ofFew[0] as number, 2);
  expect(ofMany[1]).toBeCloseTo(ofFew[1] as number, 2);
});
