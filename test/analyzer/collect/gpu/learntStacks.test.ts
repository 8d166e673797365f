import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LearntStacks } from '../../../../analyzer/collect/gpu/learntStacks.ts';
import {
  emptyTable,
  kernelsSchema,
  stacksSchema,
  TableBuilder,
  transfersSchema,
} from '../../../../analyzer/model/index.ts';

/** 0 called 1, which called 2 and 3; the others have no callers. */
const STACKS = stacksOf([-1, 0, 1, 1, -1, -1, -1, -1, -1, -1]);

function stacksOf(parents: readonly number[]) {
  const rows = new TableBuilder(stacksSchema);
  for (const parent of parents) rows.push({ parent, frame: 0 });
  return rows.finish();
}

interface Launch {
  readonly name: number;
  readonly lane?: number;
  readonly stack?: number;
  readonly certainty?: number;
}

const EMPTY_KERNEL = Object.fromEntries(Object.keys(kernelsSchema).map((name) => [name, 0])) as Record<
  keyof typeof kernelsSchema,
  number
>;

function kernelsOf(launches: readonly Launch[]) {
  const rows = new TableBuilder(kernelsSchema);
  launches.forEach(({ name, lane = 1, stack = -1, certainty = 0 }, i) => {
    rows.push({ ...EMPTY_KERNEL, name, callLane: lane, callStart: 100 * i, stack, certainty });
  });
  return rows.finish();
}

/** `stack certainty` of each launch, once learnt. */
function learnt(launches: readonly Launch[]): string[] {
  const kernels = kernelsOf(launches);
  const stacks = new LearntStacks([kernels], [emptyTable(transfersSchema)], [STACKS]);
  const [amended] = [...stacks.kernels([kernels])];
  return launches.map((_, i) => `${amended?.stack[i]} ${amended?.certainty[i]}`);
}

const [DOT, COPY, NORM] = [1, 2, 3];
const seen = (name: number, stack: number): Launch => ({ name, stack, certainty: 97 });

test('what code was seen to launch a kernel launched it the other times too', () => {
  expect(learnt([seen(DOT, 7), { name: DOT }, { name: DOT, stack: 9, certainty: 20 }])).toEqual([
    '7 97',
    '7 47',
    '7 47',
  ]);
});

test('one look proves less than many', () => {
  const many = learnt([...new Array(9).fill(seen(DOT, 7)), { name: DOT }]);
  expect(many.at(-1)).toBe('7 87');
});

test('looks at brief calls, which may come too late, prove less, until they are many', () => {
  const brief = { name: DOT, stack: 7, certainty: 60 };
  expect(learnt([brief, { name: DOT }]).at(-1)).toBe('7 29');
  expect(learnt([...new Array(9).fill(brief), { name: DOT }]).at(-1)).toBe('7 87');
});

test('what was launched before and after tells places apart that launch the same', () => {
  const round = (isSeen: boolean): Launch[] => [
    { name: COPY },
    isSeen ? seen(DOT, 5) : { name: DOT },
    { name: NORM },
    isSeen ? seen(DOT, 6) : { name: DOT },
  ];
  const stacks = learnt([...new Array(8).fill(round(true)).flat(), ...round(false), { name: COPY }]);
  const [, first, , second] = stacks.slice(-5);
  expect([first?.split(' ')[0], second?.split(' ')[0]]).toEqual(['5', '6']);
});

test('threads do not mix, and launches of nobody known are left alone', () => {
  const stacks = learnt([seen(DOT, 7), { name: DOT, lane: -1 }, { name: NORM }]);
  expect(stacks).toEqual(['7 97', '-1 0', '-1 0']);
});

test('copies are told apart by their bytes', () => {
  const empty = Object.fromEntries(Object.keys(transfersSchema).map((name) => [name, 0])) as Record<
    keyof typeof transfersSchema,
    number
  >;
  const rows = new TableBuilder(transfersSchema);
  for (const [bytes, stack, certainty] of [
    [8, 3, 97],
    [8, -1, 0],
    [16, -1, 0],
  ] as const)
    rows.push({ ...empty, bytes, callStart: rows.length, stack, certainty });
  const transfers = rows.finish();
  const stacks = new LearntStacks([kernelsOf([seen(DOT, 7)])], [transfers], [STACKS]);
  expect([...stacks.transfers([transfers])][0]?.stack).toEqual(new Int32Array([3, 3, -1]));
});

test('what was never seen gets the callers that its neighbours have in common', () => {
  const round = [seen(DOT, 2), { name: NORM }, seen(COPY, 3)];
  expect(learnt([{ name: NORM }, ...round, { name: NORM }])).toEqual([
    '-1 0',
    '2 97',
    '1 87',
    '3 97',
    '-1 0',
  ]);
});

test('neighbours from one place tell nothing, and the next from elsewhere is asked', () => {
  const launches = [seen(DOT, 2), { name: NORM }, seen(DOT, 2), { name: NORM }, seen(DOT, 2)];
  expect(learnt(launches)[1]).toBe('-1 0');
  expect(learnt([...launches, seen(COPY, 3)])[1]).toBe('1 87');
});

test('neighbours of other threads, or without a caller in common, tell nothing', () => {
  expect(learnt([seen(DOT, 2), { name: NORM }, seen(COPY, 5)])[1]).toBe('-1 0');
  expect(learnt([seen(DOT, 2), { name: NORM }, { ...seen(COPY, 3), lane: 2 }])[1]).toBe('-1 0');
});

test('nothing is told that was never seen, nor with more than the looks prove', () => {
  const launch = fc.record({
    name: fc.nat(2),
    lane: fc.integer({ min: -1, max: 1 }),
    stack: fc.integer({ min: -1, max: 4 }),
    certainty: fc.constantFrom(0, 20, 60, 97),
  });
  fc.assert(
    fc.property(fc.array(launch, { maxLength: 40 }), (launches) => {
      // Callers in common besides.
      const known = new Set([0, 1, ...launches.map(({ stack }) => stack)]);
      learnt(launches).forEach((told, i) => {
        const [stack = 0, certainty = 0] = told.split(' ').map(Number);
        expect(known.has(stack)).toBe(true);
        expect(certainty).toBeGreaterThanOrEqual(launches[i]?.certainty ?? 0);
        expect(certainty).toBeLessThanOrEqual(97);
      });
    }),
  );
});
