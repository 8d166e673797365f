import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { recordedStack, type SessionBatch } from '../../../../analyzer/collect/collector.ts';
import { NearestStacks } from '../../../../analyzer/collect/gpu/nearestStack.ts';
import { TORN } from '../../../../analyzer/model/index.ts';
import { recordingOf, type SampleSpec } from '../../../harness/recordings.ts';

const [PROCESS, THREAD] = [100, 100];
const MS = 1e6;
type Look = Omit<SampleSpec, 'lane'>;

/** Nearest stacks of one thread; times are Nanos from `start`. */
function nearestOf(looks: readonly Look[]) {
  const { tables, meta } = recordingOf(
    [{}],
    looks.map((look) => ({ lane: 0, ...look })),
  );
  const nearest = new NearestStacks();
  nearest.notice(tables as SessionBatch);
  const start = meta.clock.start as number;
  const nameOf = (stack: number): string => {
    const frame = tables.stacks.frame[recordedStack(stack)] as number;
    return tables.strings.value[tables.frames.name[frame] as number] as string;
  };
  return {
    knows: (end: number, thread = THREAD) => nearest.knows(PROCESS, thread, start + end),
    find: (from: number, to: number, thread = THREAD) => {
      const { stack, certainty } = nearest.find(PROCESS, thread, start + from, start + to);
      return { name: stack === -1 ? null : nameOf(stack), certainty };
    },
  };
}

const looks: readonly Look[] = [
  { time: 1 * MS, stack: ['load'] },
  { time: 2 * MS, stack: ['launch'] },
  { time: 3 * MS, stack: ['load'] },
  { time: 9 * MS, stack: ['wait'], count: 6 },
];

test('a look while the call lasted is as good as sure', () => {
  const { find } = nearestOf(looks);
  expect(find(1.5 * MS, 2.1 * MS)).toEqual({ name: 'launch', certainty: 97 });
  // Its stack may have been read when the call was over.
  expect(find(1.9 * MS, 2.1 * MS)).toEqual({ name: 'launch', certainty: 60 });
});

test('of looks that are only known on average one lay within a call when two did on average', () => {
  const { find } = nearestOf(looks);
  expect(find(4 * MS, 6 * MS)).toEqual({ name: 'wait', certainty: 97 });
  expect(find(4 * MS, 5.5 * MS).certainty).toBeLessThan(97);
});

test('between two looks the nearer is taken, and said to be seldom right', () => {
  const { find } = nearestOf(looks);
  expect(find(2.1 * MS, 2.2 * MS).name).toBe('launch');
  expect(find(2.7 * MS, 2.8 * MS).name).toBe('load');
  expect(find(2.1 * MS, 2.2 * MS).certainty).toBeLessThan(50);
});

test('the farther the look the less certain, until nothing is said', () => {
  const { find } = nearestOf([{ time: 1 * MS, stack: ['launch'] }]);
  const certainties = [2, 10, 30].map((time) => find(time * MS, time * MS).certainty);
  expect(certainties).toEqual([...certainties].sort((a, b) => b - a));
  expect(new Set(certainties).size).toBe(3);
  expect(find(3000 * MS, 3000 * MS)).toEqual({ name: null, certainty: 0 });
});

test('what is not known is not guessed', () => {
  expect(nearestOf(looks).find(MS, 2 * MS, 7)).toEqual({ name: null, certainty: 0 });
  expect(nearestOf([]).find(MS, 2 * MS)).toEqual({ name: null, certainty: 0 });
  expect(nearestOf([{ time: MS }]).find(MS, 2 * MS)).toEqual({ name: null, certainty: 0 });
  const torn = nearestOf([{ time: MS, stack: ['launch'], flags: TORN }]);
  expect(torn.find(MS, 2 * MS)).toEqual({ name: null, certainty: 0 });
});

test('a call is ready to be asked for once its thread was looked at behind it', () => {
  const { knows } = nearestOf(looks);
  expect(knows(8 * MS)).toBe(true);
  expect(knows(9 * MS)).toBe(false);
  expect(knows(MS, 7)).toBe(false);
});

test('any rows and any call give a stack of the thread and a percentage', () => {
  const look = fc.record({
    time: fc.nat(1e9),
    stack: fc.array(fc.constantFrom('a', 'b'), { maxLength: 1 }),
    count: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(look, { maxLength: 40 }), fc.nat(1e9), fc.nat(1e6), (rows, from, length) => {
      rows.sort((a, b) => a.time - b.time);
      const { name, certainty } = nearestOf(rows).find(from, from + length);
      expect(name === null).toBe(certainty === 0);
      expect(certainty).toBeGreaterThanOrEqual(0);
      expect(certainty).toBeLessThanOrEqual(97);
    }),
  );
});

test('a thread with more rows than are kept still knows the last ones', () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => ({ time: (i + 1) * MS, stack: [i % 2 ? 'a' : 'b'] }));
  const { find } = nearestOf(rows);
  expect(find(39_999.1 * MS, 40_000.1 * MS)).toEqual({ name: 'a', certainty: 97 });
  expect(find(1 * MS, 1 * MS)).toEqual({ name: null, certainty: 0 });
});

test("a thread that has an ended one's number is not forgotten with it", () => {
  const nearest = new NearestStacks();
  const { tables, meta } = recordingOf([{}], [{ lane: 0, time: MS, stack: ['launch'] }]);
  const lanesOf = (id: number, thread: number, end: number) =>
    ({
      ...tables.lanes,
      id: Uint32Array.of(id),
      thread: Uint32Array.of(thread),
      end: Float64Array.of(end),
    }) as const;
  nearest.notice({ ...tables, lanes: lanesOf(0, 1, 5) } as SessionBatch);
  nearest.notice({
    ...tables,
    lanes: lanesOf(1, 1, -1),
    samples: { ...tables.samples, lane: Uint32Array.of(1) },
  } as SessionBatch);
  for (let id = 2; id < 2000; id++)
    nearest.notice({
      ...tables,
      lanes: lanesOf(id, id, 5),
      samples: { ...tables.samples, length: 0 },
    } as SessionBatch);
  const start = meta.clock.start as number;
  expect(nearest.find(PROCESS, 1, start + MS, start + MS).certainty).toBeGreaterThan(0);
});

test('of threads that have ended only the last are remembered', () => {
  const nearest = new NearestStacks();
  const { tables, meta } = recordingOf([{}], [{ lane: 0, time: MS, stack: ['launch'] }]);
  const start = meta.clock.start as number;
  for (let id = 0; id < 2000; id++) {
    const lanes = { ...tables.lanes, id: Uint32Array.of(id), thread: Uint32Array.of(id + 1) };
    const samples = { ...tables.samples, lane: Uint32Array.of(id) };
    nearest.notice({ ...tables, lanes, samples } as SessionBatch);
  }
  const isKnown = (thread: number): boolean =>
    nearest.find(PROCESS, thread, start + MS, start + MS).certainty > 0;
  expect([isKnown(1), isKnown(2000)]).toEqual([false, true]);
});
