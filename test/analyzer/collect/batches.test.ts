import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { closeRows } from '../../../analyzer/collect/cpython/closeRows.ts';
import { SampleBatch } from '../../../analyzer/collect/cpython/threadLane.ts';
import { Numbering, RecordingCounts } from '../../../analyzer/collect/numbering.ts';
import { emptyTables, Interner, type Tables } from '../../../analyzer/model/index.ts';
import { recordingOf } from '../../harness/recordings.ts';

test('closing a batch sorts rows by lane, keeps their order, and loses no nanosecond of CPU', () => {
  const row = fc.record({ lane: fc.nat(5), cpu: fc.double({ min: 0, max: 1e7, noNaN: true }) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 2000 }), (rows) => {
      const batch = new SampleBatch();
      rows.forEach(({ lane, cpu }, i) => {
        const at = batch.add();
        batch.cpu[at] = cpu;
        const columns = batch.rows.columns;
        columns.lane[at] = lane;
        columns.time[at] = i;
        columns.count[at] = 1;
      });
      const closed = closeRows(batch);
      expect(closed.length).toBe(rows.length);
      for (let i = 1; i < closed.length; i++) {
        const [before, lane] = [closed.lane[i - 1] as number, closed.lane[i] as number];
        expect(lane).toBeGreaterThanOrEqual(before);
        if (lane === before) expect(closed.time[i]).toBeGreaterThan(closed.time[i - 1] as number);
      }
      for (let lane = 0; lane <= 5; lane++) {
        const asked = rows.filter((each) => each.lane === lane).reduce((sum, each) => sum + each.cpu, 0);
        let got = 0;
        for (let i = 0; i < closed.length; i++) if (closed.lane[i] === lane) got += closed.cpu[i] as number;
        expect(Math.abs(got - asked)).toBeLessThan(1);
      }
    }),
    { numRuns: 50 },
  );
});

/** A batch as a collector delivers it, from a recording of few words. */
function batchOf(tables: Tables) {
  const { strings, frames, stacks, processes, lanes, samples, counters } = tables;
  return { interned: { strings, frames, stacks }, processes, lanes, samples, counters };
}

test('what two collectors deliver is numbered apart, in the order of delivery', () => {
  const counts = new RecordingCounts();
  const [first, second] = [new Numbering(counts), new Numbering(counts)];
  const make = (name: string) =>
    batchOf(recordingOf([{ name }], [{ lane: 0, time: 5, stack: [name, 'leaf'] }]).tables);
  const a = first.apply(make('a'));
  const b = second.apply(make('b'));
  expect([...a.lanes.id, ...b.lanes.id]).toEqual([0, 1]);
  expect([...b.samples.lane]).toEqual([1]);
  const strings = [...a.strings.value, ...b.strings.value];
  const leaf = (batch: typeof a) => {
    const stack = (batch.samples.stack[0] as number) - (batch === b ? a.stacks.length : 0);
    const frame = (batch.stacks.frame[stack] as number) - (batch === b ? a.frames.length : 0);
    return strings[batch.frames.name[frame] as number];
  };
  expect([leaf(a), leaf(b)]).toEqual(['leaf', 'leaf']);
  expect(b.stacks.parent[1]).toBe(a.stacks.length);
});

test('a lane that is delivered again keeps its number', () => {
  const numbering = new Numbering(new RecordingCounts());
  const make = () => batchOf(recordingOf([{}, {}], []).tables);
  expect([...numbering.apply(make()).lanes.id]).toEqual([0, 1]);
  expect([...numbering.apply(make()).lanes.id]).toEqual([0, 1]);
});

test('a collector that refers to what it has not delivered is a bug that is named', () => {
  const numbering = new Numbering(new RecordingCounts());
  const { samples } = recordingOf([{}], [{ lane: 0, time: 1 }]).tables;
  const batch = batchOf({ ...emptyTables(), samples });
  expect(() => numbering.apply(batch)).toThrow('refers to row 0');
});

test('an interner gives equal things one number, and hands out each row once', () => {
  const interner = new Interner();
  const frame = interner.frame('f', 'f.py', 3, 1, 'python');
  expect(interner.frame('f', 'f.py', 3, 1, 'python')).toBe(frame);
  expect(interner.frame('f', 'f.py', 4, 1, 'python')).not.toBe(frame);
  const stack = interner.stack(-1, frame);
  expect(interner.stack(stack, frame)).not.toBe(stack);
  expect(interner.stack(-1, frame)).toBe(stack);
  expect(interner.drain().stacks.length).toBe(2);
  expect(interner.drain().stacks.length).toBe(0);
});
