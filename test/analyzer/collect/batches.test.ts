import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Batch,
  emptyBatch,
  mentionsSchema,
  recordedStack,
} from '../../../analyzer/collect/collector.ts';
import { closeRows } from '../../../analyzer/collect/cpython/closeRows.ts';
import { SampleBatch } from '../../../analyzer/collect/cpython/threadLane.ts';
import { Numbering, RecordingCounts } from '../../../analyzer/collect/numbering.ts';
import {
  emptyTables,
  Interner,
  type Row,
  SCHEMAS,
  TableBuilder,
  type Tables,
} from '../../../analyzer/model/index.ts';
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
function batchOf({ strings, frames, stacks, ...rest }: Tables): Batch {
  return { ...emptyBatch({ strings, frames, stacks }), ...rest };
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

test('work of a device refers to the device, to the stack of another collector by its row in the recording, or to none', () => {
  const counts = new RecordingCounts();
  new Numbering(counts).apply(batchOf(recordingOf([{}], [{ lane: 0, time: 5, stack: ['a', 'b'] }]).tables));
  const kernels = new TableBuilder(SCHEMAS.kernels);
  const row = Object.fromEntries(Object.keys(SCHEMAS.kernels).map((name) => [name, 0]));
  for (const stack of [recordedStack(1), -1])
    kernels.push({ ...(row as Row<typeof SCHEMAS.kernels>), callLane: -1, stack });
  const devices = new TableBuilder(SCHEMAS.devices);
  const unknown = { ordinal: 0, process: 0, memoryBytes: 0, computeUnits: 0, sharesMemory: 0, uuid: '' };
  const numberings = [new Numbering(counts), new Numbering(counts)];
  const interner = new Interner();
  interner.string('gemm');
  const interned = interner.drain();
  devices.push({ id: 0, kind: 'cuda', name: 'a GPU', ...unknown });
  const applied = numberings.map((numbering) =>
    numbering.apply({
      ...batchOf(recordingOf([{}], []).tables),
      interned: { ...interned, strings: { ...interned.strings } },
      devices: devices.finish(),
      kernels: kernels.finish(),
    }),
  );
  expect(applied.map((each) => [...each.kernels.stack])).toEqual([
    [1, -1],
    [1, -1],
  ]);
  expect(applied.map((each) => each.kernels.device[0])).toEqual([0, 1]);
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

/** A collector that saw something on a thread that another one follows. */
function mentionOf(process: number, thread: number, time: number): Batch {
  const mentions = new TableBuilder(mentionsSchema);
  mentions.push({ lane: 0, process, thread, time, name: 'Worker-1', runtime: '' });
  const spans = new TableBuilder(SCHEMAS.spans);
  spans.push({ lane: 0, kind: 0, name: 0, start: time, end: time + 1, stack: -1 });
  const interner = new Interner();
  interner.string('solve');
  return { ...emptyBatch(interner.drain()), mentions: mentions.finish(), spans: spans.finish() };
}

const followed = (start: number, end: number): Batch =>
  batchOf(recordingOf([{ name: 'ForkPoolWorker-1', process: 7, thread: 8, start, end }], []).tables);

test('what two collectors say of one thread is on one lane, whoever speaks first', () => {
  for (const mentionFirst of [true, false]) {
    const counts = new RecordingCounts();
    const [sampler, pools] = [new Numbering(counts), new Numbering(counts)];
    const mention = () => pools.apply(mentionOf(7, 8, 200));
    const early = mentionFirst ? mention() : null;
    const lanes = sampler.apply(followed(100, -1)).lanes;
    const { spans, lanes: more } = early ?? mention();
    expect(lanes.id[0]).toBe(0);
    expect(spans.lane[0]).toBe(0);
    // The lane that a mention made is written, so that it is there even when nobody follows the thread.
    expect(more.length).toBe(mentionFirst ? 1 : 0);
    expect(counts.lanes).toBe(1);
  }
});

test('a thread that got the id of one that has ended has a lane of its own', () => {
  const counts = new RecordingCounts();
  const [sampler, pools] = [new Numbering(counts), new Numbering(counts)];
  sampler.apply(followed(100, 1e9));
  const { spans, lanes } = pools.apply(mentionOf(7, 8, 9e9));
  expect(spans.lane[0]).toBe(1);
  expect([lanes.length, lanes.name[0], lanes.start[0]]).toEqual([1, 'Worker-1', 9e9]);
});

test('a thread that its collector has no name for is called what those call it that mention it', () => {
  const nameAfter = (own: string): string | undefined => {
    const counts = new RecordingCounts();
    const [sampler, pools] = [new Numbering(counts), new Numbering(counts)];
    const lane = (end: number) =>
      sampler.apply(batchOf(recordingOf([{ name: own, process: 7, thread: 8, start: 100, end }], []).tables));
    lane(-1);
    pools.apply(mentionOf(7, 8, 200));
    return lane(300).lanes.name[0];
  };
  expect(['python3.13', '', 'MainThread'].map(nameAfter)).toEqual(['Worker-1', 'Worker-1', 'MainThread']);
});
