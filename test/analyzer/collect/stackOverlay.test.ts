import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { insideSchema, type NumberedBatch } from '../../../analyzer/collect/collector.ts';
import { IDLE, StackOverlay } from '../../../analyzer/collect/stackOverlay.ts';
import {
  emptyTable,
  emptyTables,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  type Row,
  RUNNING,
  SCHEMAS,
  TableBuilder,
  WAITING,
  WAITS,
} from '../../../analyzer/model/index.ts';

const POLL = WAITS.indexOf('poll');
/** Stacks of the tests, in this order: the placeholder from outside, and three from inside. */
const OUTSIDE = 0;
const PARSE = 1;
const SOLVE = 2;
const NOTHING = 3;

type Sample = Row<typeof SCHEMAS.samples>;
const sample = (time: number, more: Partial<Sample> = {}): Sample => ({
  lane: 0,
  time,
  cpu: 0,
  ready: 0,
  stack: OUTSIDE,
  count: 1,
  state: RUNNING,
  wait: 0,
  flags: 0,
  ...more,
});
type Inside = readonly [start: number, end: number, stack: number];

function batch(samples: readonly Sample[], inside: readonly Inside[] = []): NumberedBatch {
  const rows = new TableBuilder(SCHEMAS.samples);
  for (const row of samples) rows.push(row);
  const stacks = new TableBuilder(insideSchema);
  for (const [start, end, stack] of inside) stacks.push({ lane: 0, start, end, stack });
  return { ...emptyTables(), samples: rows.finish(), inside: stacks.finish() };
}

/** The first batch of a run: a process of Node with a thread from time 0 on. */
function beginning(command = 'node app.js'): NumberedBatch {
  const interner = new Interner();
  for (const [name, file] of [
    ['[native: node]', ''],
    ['parse', 'app.js'],
    ['solve', 'app.js'],
    [IDLE, ''],
  ] as const)
    interner.stack(-1, interner.frame(name, file, 0, 0, file === '' ? 'native' : 'javascript'));
  const lanes = new TableBuilder(SCHEMAS.lanes);
  const [kind, role] = [LANE_KINDS.indexOf('thread'), LANE_ROLES.indexOf('main')];
  lanes.push({ id: 0, kind, role, process: 7, thread: 7, name: 'node', start: 0, end: -1, cpu: -1 });
  const processes = new TableBuilder(SCHEMAS.processes);
  processes.push({ process: 7, parent: 0, start: 0, end: -1, name: 'node', command, runtime: '' });
  return {
    ...emptyTables(),
    ...interner.drain(),
    lanes: lanes.finish(),
    processes: processes.finish(),
    inside: emptyTable(insideSchema),
  };
}

function overlay(command?: string): StackOverlay {
  const made = new StackOverlay((each) => each.startsWith('node'));
  made.apply(beginning(command));
  return made;
}

const seen = ({ samples }: { samples: NumberedBatch['samples'] }) =>
  Array.from(samples.time, (time, i) => [time, samples.stack[i], samples.cpu[i], samples.state[i]]);

describe('rows from outside get the stacks from inside', () => {
  test('they wait for them, and are cut where they change', () => {
    const rows = overlay();
    expect(seen(rows.apply(batch([sample(100, { cpu: 90 })])))).toEqual([]);
    const told = batch(
      [],
      [
        [0, 40, PARSE],
        [40, 60, NOTHING],
        [60, 100, SOLVE],
      ],
    );
    expect(seen(rows.apply(told))).toEqual([
      [40, PARSE, 45, RUNNING],
      [60, NOTHING, 0, WAITING],
      [100, SOLVE, 45, RUNNING],
    ]);
  });

  test('time of which nobody tells keeps what is known from outside', () => {
    const rows = overlay();
    rows.apply(batch([sample(100, { cpu: 100 })]));
    expect(seen(rows.apply(batch([], [[20, 50, PARSE]])))).toEqual([]);
    expect(seen(rows.apply(batch([], [[90, 120, SOLVE]])))).toEqual([
      [20, OUTSIDE, 20, RUNNING],
      [50, PARSE, 30, RUNNING],
      [90, OUTSIDE, 40, RUNNING],
      [100, SOLVE, 10, RUNNING],
    ]);
  });

  test('a thread that waits within JavaScript waits there', () => {
    const rows = overlay();
    const lock = WAITS.indexOf('lock');
    const waiting = sample(1000, { state: WAITING, wait: lock, count: 100 });
    const { samples } = rows.apply(batch([waiting], [[0, 1000, SOLVE]]));
    expect([samples.state[0], samples.wait[0], samples.stack[0]]).toEqual([WAITING, lock, SOLVE]);
  });

  test('an idle program whose thread was found running polls', () => {
    const { samples } = overlay().apply(batch([sample(100, { cpu: 5 })], [[0, 100, NOTHING]]));
    expect([samples.cpu[0], samples.state[0], samples.wait[0]]).toEqual([5, WAITING, POLL]);
  });

  test('what is told twice counts once', () => {
    const rows = overlay();
    const told: Inside[] = [
      [0, 60, PARSE],
      [40, 100, SOLVE],
    ];
    expect(seen(rows.apply(batch([sample(100, { cpu: 100 })], told)))).toEqual([
      [60, PARSE, 60, RUNNING],
      [100, SOLVE, 40, RUNNING],
    ]);
  });

  test('rows of a program that tells nothing go on after a second, and those of others at once', () => {
    const rows = overlay();
    expect(seen(rows.apply(batch([sample(100)])))).toEqual([]);
    expect(seen(rows.apply(batch([sample(2e9)])))).toHaveLength(2);
    expect(seen(overlay('python3 app.py').apply(batch([sample(100)])))).toHaveLength(1);
  });

  test('rows of a thread in native code wait for its slice, and those of one that has ended but two seconds', () => {
    const rows = overlay();
    rows.apply(batch([sample(100)], [[0, 50, PARSE]]));
    const others = (time: number) => batch([sample(time, { lane: 1 })]);
    expect(seen(rows.apply(others(9e9)))).toEqual([[9e9, OUTSIDE, 0, RUNNING]]);
    const lanes = new TableBuilder(SCHEMAS.lanes);
    const [kind, role] = [LANE_KINDS.indexOf('thread'), LANE_ROLES.indexOf('main')];
    lanes.push({ id: 0, kind, role, process: 7, thread: 7, name: 'node', start: 0, end: 9e9, cpu: -1 });
    rows.apply({ ...others(10e9), lanes: lanes.finish() });
    expect(seen(rows.apply(others(12e9)))).toEqual([
      [12e9, OUTSIDE, 0, RUNNING],
      [50, PARSE, 0, RUNNING],
      [100, OUTSIDE, 0, RUNNING],
    ]);
  });

  test('nothing is kept at the end', () => {
    const rows = overlay();
    rows.apply(batch([sample(100, { cpu: 70 })], [[0, 50, PARSE]]));
    expect(seen(rows.finish())).toEqual([
      [50, PARSE, 35, RUNNING],
      [100, OUTSIDE, 35, RUNNING],
    ]);
  });
});

test('whatever is told, in whatever pieces: sums, order and ends of rows stay', () => {
  const steps = fc.array(
    fc.record({
      rows: fc.array(
        fc.record({ length: fc.integer({ min: 1, max: 300 }), cpu: fc.nat(300), count: fc.nat(40) }),
        {
          maxLength: 4,
        },
      ),
      inside: fc.array(
        fc.record({
          start: fc.nat(2000),
          length: fc.nat(400),
          stack: fc.constantFrom(PARSE, SOLVE, NOTHING, -1),
        }),
        { maxLength: 6 },
      ),
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(steps, (given) => {
      const rows = overlay();
      let time = 0;
      const put: Sample[] = [];
      const out: ReturnType<typeof seen> = [];
      let counts = 0;
      const take = (result: { samples: NumberedBatch['samples'] }) => {
        out.push(...seen(result));
        counts += result.samples.count.reduce((sum, each) => sum + each, 0);
      };
      for (const { rows: lengths, inside } of given) {
        const samples = lengths.map(({ length, cpu, count }) => {
          time += length;
          return sample(time, { cpu, count });
        });
        put.push(...samples);
        take(
          rows.apply(
            batch(
              samples,
              inside.map(({ start, length, stack }) => [start, start + length, stack]),
            ),
          ),
        );
      }
      take(rows.finish());
      const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
      expect(sum(out.map(([, , cpu]) => cpu as number))).toBe(sum(put.map(({ cpu }) => cpu)));
      expect(counts).toBe(sum(put.map(({ count }) => count)));
      const times = out.map(([at]) => at as number);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      expect(put.every(({ time: end }) => times.includes(end))).toBe(true);
    }),
  );
});
