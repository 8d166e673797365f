import fc from 'fast-check';
import {
  DIRECTIONS,
  type Direction,
  type Interner,
  NOT_LOOKED,
  type Row,
  SCHEMAS,
  type StackId,
  TableBuilder,
  WITHOUT_DEVICE,
} from '../../analyzer/model/index.ts';

/** Functions from the outermost in; each lies in the file of its name, at line 1, and executes line 2. */
export type Stack = readonly string[];
/** A pool, by default of processes; times are Nanos from the start of the recording, absent where not seen. */
export type PoolSpec = Partial<Omit<Row<typeof SCHEMAS.pools>, 'id' | 'stack'>> & { readonly stack?: Stack };
/** A task, by default the only one of its call and of one item; absent times were not seen, absent lanes are unknown. */
export type TaskSpec = Partial<Omit<Row<typeof SCHEMAS.tasks>, 'function' | 'stack' | 'exception'>> & {
  readonly function?: string;
  readonly stack?: Stack;
  readonly exception?: string;
};
export type LockWaitSpec = Omit<Row<typeof SCHEMAS.lockWaits>, 'stack' | 'holder' | 'holderStack'> & {
  readonly stack?: Stack;
  readonly holder?: number;
  readonly holderStack?: Stack;
};
export type TransferSpec = Pick<Row<typeof SCHEMAS.transfers>, 'bytes' | 'start' | 'end'> & {
  readonly direction: Direction;
  readonly toStart?: number;
  readonly toEnd?: number;
};
export interface PoolTables {
  readonly pools?: readonly PoolSpec[];
  readonly tasks?: readonly TaskSpec[];
  readonly lockWaits?: readonly LockWaitSpec[];
  readonly transfers?: readonly TransferSpec[];
}

export function stackOf(interner: Interner, stack: Stack = []): number {
  let id: StackId | -1 = -1;
  for (const name of stack) id = interner.stack(id, interner.frame(name, `${name}.py`, 2, 1, 'python'));
  return id;
}

/** The tables of pools and what belongs to them, of a recording that starts at `origin`. */
export function poolTablesOf(interner: Interner, origin: number, specs: PoolTables) {
  const { pools, tasks, lockWaits, transfers } = specs;
  const timeOf = (time: number | undefined): number => (time === undefined ? -1 : origin + time);
  const poolRows = new TableBuilder(SCHEMAS.pools);
  for (const { start = 0, ready, stop, end, stack, ...rest } of pools ?? []) {
    poolRows.push({
      id: poolRows.length,
      kind: 'multiprocessing.Pool',
      process: 100,
      size: 2,
      startMethod: 'fork',
      submitted: 0,
      completed: 0,
      ...rest,
      start: timeOf(start),
      ready: timeOf(ready),
      stop: timeOf(stop),
      end: timeOf(end),
      stack: stackOf(interner, stack),
    });
  }
  const taskRows = new TableBuilder(SCHEMAS.tasks);
  for (const { function: called, stack, submit, dequeue, start, end, returned, ...rest } of tasks ?? []) {
    const { exception, ...plain } = rest;
    taskRows.push({
      pool: 0,
      job: taskRows.length,
      lane: -1,
      from: -1,
      items: 1,
      weight: 1,
      bytesOut: 0,
      bytesBack: 0,
      packOut: -1,
      unpackOut: -1,
      packBack: -1,
      unpackBack: -1,
      repeats: NOT_LOOKED,
      ...plain,
      function: called === undefined ? -1 : interner.frame(called, `${called}.py`, 1, 1, 'python'),
      stack: stackOf(interner, stack),
      submit: timeOf(submit),
      dequeue: timeOf(dequeue),
      start: timeOf(start),
      end: timeOf(end),
      returned: timeOf(returned),
      exception: exception === undefined ? -1 : interner.string(exception),
    });
  }
  const waitRows = new TableBuilder(SCHEMAS.lockWaits);
  for (const { start, end, stack, holder = -1, holderStack, ...rest } of lockWaits ?? []) {
    waitRows.push({
      ...rest,
      holder,
      start: timeOf(start),
      end: timeOf(end),
      stack: stackOf(interner, stack),
      holderStack: stackOf(interner, holderStack),
    });
  }
  const transferRows = new TableBuilder(SCHEMAS.transfers);
  for (const { direction, bytes, start, end, toStart, toEnd } of transfers ?? []) {
    transferRows.push({
      lane: 0,
      direction: DIRECTIONS.indexOf(direction),
      bytes,
      start: timeOf(start),
      end: timeOf(end),
      stack: -1,
      toLane: -1,
      estimated: 0,
      ...WITHOUT_DEVICE,
      toStart: timeOf(toStart),
      toEnd: timeOf(toEnd),
      weight: 1,
    });
  }
  return {
    pools: poolRows.finish(),
    tasks: taskRows.finish(),
    lockWaits: waitRows.finish(),
    transfers: transferRows.finish(),
  };
}

/**
 * Any task as an agent may see it: its times follow each other from a first instant, some of them (and its lanes, bytes,
 * pickling times) unknown. On lanes 0 to 2 and pools 0 and 1.
 */
export const anyTask: fc.Arbitrary<TaskSpec> = fc
  .record({
    function: fc.option(fc.constantFrom('f', 'g', '</script><img src=x>'), { nil: undefined }),
    exception: fc.option(fc.constantFrom('ValueError', 'KeyError'), { nil: undefined }),
    rest: fc.record({
      pool: fc.nat(1),
      lane: fc.integer({ min: -1, max: 2 }),
      from: fc.integer({ min: -1, max: 1 }),
      items: fc.integer({ min: 1, max: 50 }),
      weight: fc.integer({ min: 1, max: 9 }),
      bytesOut: fc.integer({ min: -1, max: 1e6 }),
      bytesBack: fc.integer({ min: -1, max: 1e6 }),
      packOut: fc.integer({ min: -1, max: 1e6 }),
      unpackOut: fc.integer({ min: -1, max: 1e6 }),
      repeats: fc.oneof(fc.nat(100), fc.constant(NOT_LOOKED)),
    }),
    begin: fc.nat(5e8),
    steps: fc.array(fc.nat(1e8), { minLength: 4, maxLength: 4 }),
    seen: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    packBack: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ function: called, exception, rest, begin, steps, seen, packBack }) => {
    const times: number[] = [begin];
    for (const step of steps) times.push((times.at(-1) as number) + step);
    const names = ['submit', 'dequeue', 'start', 'end', 'returned'] as const;
    const known = Object.fromEntries(names.flatMap((name, at) => (seen[at] ? [[name, times[at]]] : [])));
    return {
      ...rest,
      ...known,
      // A result is pickled between the end of its task and its return.
      packBack: Math.floor(packBack * (steps[3] as number)),
      ...(called === undefined ? {} : { function: called }),
      ...(exception === undefined ? {} : { exception }),
    };
  });
