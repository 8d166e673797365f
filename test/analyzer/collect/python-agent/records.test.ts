import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Batch } from '../../../../analyzer/collect/collector.ts';
import { agentHealth, type FileHealth } from '../../../../analyzer/collect/python-agent/health.ts';
import { AgentRecords } from '../../../../analyzer/collect/python-agent/records.ts';
import { AgentRows } from '../../../../analyzer/collect/python-agent/rows.ts';
import { READY, RUNNING, WAITING, WAITS } from '../../../../analyzer/model/index.ts';
import { lanesById, runWithAgent, testOn } from './interpreters.ts';

const ROOT = 40;

function decode(bytes: Uint8Array, pieces: readonly number[] = []): { batch: Batch; health: FileHealth } {
  const rows = new AgentRows();
  const records = new AgentRecords(rows, ROOT);
  let from = 0;
  for (const piece of pieces) {
    records.push(bytes.subarray(from, from + piece));
    from += piece;
  }
  records.push(bytes.subarray(from));
  records.end();
  return { batch: rows.drain(), health: records.health() };
}

const decodeText = (...lines: string[]) => decode(new TextEncoder().encode(`${lines.join('\n')}\n`));

const ms = (milliseconds: number): number => milliseconds * 1e6;
const HEAD = [
  'perfscope-python-agent 1',
  `P\t${ROOT}\t7\t${ms(1000)}\t100\tCPython 3.7.16\tpython3 app.py`,
  `L\t0\t${ROOT}\t${ms(1000)}\t${ms(20)}\town\t1\t`,
  'F\t0\t12\tmain\t/src/app.py',
  'K\t1\t-1\t0\t14',
  'F\t2\t3\tspin\t/src/app.py',
  'K\t3\t1\t2\t4',
];

function sampleRows(batch: Batch): Record<string, number>[] {
  const { samples } = batch;
  return Array.from({ length: samples.length }, (_, row) => ({
    lane: samples.lane[row] as number,
    time: ((samples.time[row] as number) - ms(1000)) / 1e6,
    cpu: (samples.cpu[row] as number) / 1e6,
    ready: (samples.ready[row] as number) / 1e6,
    stack: samples.stack[row] as number,
    count: samples.count[row] as number,
    state: samples.state[row] as number,
    wait: samples.wait[row] as number,
  }));
}

const row = (time: number, cpu: number, stack: number, count: number, more: object = {}) => ({
  lane: 0,
  time,
  cpu,
  ready: 0,
  stack,
  count,
  state: RUNNING,
  wait: 0,
  ...more,
});

test('neighbours with the same stack and state become one row, with the CPU of the counter', () => {
  const { batch } = decodeText(
    ...HEAD,
    `T\t${ms(1010)}\t0\t0,3,${ms(29)}`,
    `T\t${ms(1020)}\t0\t0,3,${ms(39)}`,
    `T\t${ms(1030)}\t0\t0,1,${ms(49)}`,
    `C\t${ms(1035)}\t0\t0,1,${ms(54)}`,
  );
  expect(sampleRows(batch)).toEqual([row(20, 19, 1, 2), row(35, 15, 0, 2)]);
  expect(lanesById(batch).get(0)).toMatchObject({
    name: 'MainThread',
    start: ms(1000),
    end: ms(1035),
    cpu: ms(34),
  });
});

test('a thread that is not mentioned stood still, and waits for what was found once', () => {
  const { batch } = decodeText(
    ...HEAD,
    `T\t${ms(1010)}\t0\t0,3,${ms(30)}`,
    `T\t${ms(1020)}\t0\t`,
    'W\t0\t202',
    `T\t${ms(1030)}\t0\t`,
    `T\t${ms(1040)}\t0\t0,1,${ms(39)}`,
  );
  const wait = WAITS.indexOf('lock');
  expect(sampleRows(batch)).toEqual([
    row(10, 10, 1, 1),
    row(30, 0, 1, 2, { state: WAITING, wait }),
    row(40, 9, 0, 1),
  ]);
});

test('a thread that could run and got no CPU is ready', () => {
  const { batch } = decodeText(
    ...HEAD,
    `T\t${ms(1010)}\t0\t0,3,${ms(30)}`,
    'W\t0\tr',
    `T\t${ms(1020)}\t0\t0,3,${ms(30)}`,
  );
  expect(sampleRows(batch)[1]).toEqual(row(20, 0, 1, 1, { state: READY, ready: 10 }));
});

test('a row is at most 250 ms long, and one that holds more CPU than 32 bits is split', () => {
  const ticks = Array.from({ length: 60 }, (_, i) => `T\t${ms(1010 + 10 * i)}\t0\t0,3,${ms(30 + 10 * i)}`);
  expect(sampleRows(decodeText(...HEAD, ...ticks).batch).map(({ time }) => time)).toEqual([250, 500, 600]);
  const long = sampleRows(decodeText(...HEAD, `T\t${ms(11000)}\t900\t0,3,${ms(9980)}`).batch);
  expect(long.map(({ time }) => Math.round(time ?? 0))).toEqual([3333, 6667, 10000]);
  expect(long.reduce((sum, { cpu = 0 }) => sum + cpu, 0)).toBeCloseTo(9960);
});

test('a parent is named, but not that of the command itself', () => {
  const child = decodeText(
    HEAD[0] as string,
    `P\t41\t${ROOT}\t${ms(1)}\t100\tCPython 3.7.16\tpython3 app.py`,
  );
  expect(child.batch.processes.parent[0]).toBe(ROOT);
  expect(decodeText(...HEAD).batch.processes.parent[0]).toBe(0);
});

test('names with tabs, line ends and backslashes come back as they were', () => {
  const { batch } = decodeText(...HEAD, 'F\t9\t1\ta\\tb\\nc\\\\n\td\\re', 'K\t10\t-1\t9\t1');
  expect(batch.interned.strings.value).toContain('a\tb\nc\\n');
  expect(batch.interned.strings.value).toContain('d\re');
});

test('a damaged line costs itself, and a counter that jumps is not believed', () => {
  const { batch, health } = decodeText(
    ...HEAD,
    `T\t${ms(1010)}\t0\t0,3,${ms(30)}`,
    'K\t77\t76\t0\t1',
    'nonsense',
    `T\t${ms(1005)}\t0\t0,3,${ms(30)}`,
    `T\t9${ms(1020)}\t0\t0,3,${ms(40)}`,
    `T\t${ms(1020)}\t0\t0,3,9${ms(40)}`,
    `T\t${ms(1030)}\t0\t0,77,${ms(50)}\t5,1,1`,
  );
  expect(health.damaged).toBe(6);
  expect(sampleRows(batch).map(({ cpu, stack }) => [cpu, stack])).toEqual([
    [10, 1],
    [0, 1],
    [0, -1],
  ]);
  expect(agentHealth([health], 100).status).toBe('partial');
});

test('health says what was reached, what was lost and why', () => {
  const { health } = decodeText(
    ...HEAD,
    `T\t${ms(1500)}\t3\t0,3,${ms(30)}`,
    `T\t${ms(2000)}\t5\t0,3,${ms(30)}`,
    `A\t${ms(7)}`,
    `X\t${ms(2000)}\tOSError: no space`,
  );
  expect(agentHealth([health], 100)).toMatchObject({
    status: 'partial',
    requestedHz: 100,
    achievedHz: 2,
    samples: 2,
    missed: 5,
    figures: { processes: 1, agentCpuMs: 7 },
    warnings: ['the agent gave up in 1 process: OSError: no space'],
  });
  expect(agentHealth([], 100)).toMatchObject({ status: 'unavailable', achievedHz: null });
});

testOn('3.8', 'a real file, cut or damaged anywhere, gives a part and never an error', async (python) => {
  const { files } = await runWithAgent(
    python,
    `
import threading, time
def burn(depth):
    if depth: return burn(depth - 1)
    sum(range(20000))
threads = [threading.Thread(target=lambda: [burn(i % 7) for i in range(150)]) for i in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
time.sleep(0.05)`,
  );
  const file = new Uint8Array(files[0] as Buffer);
  const whole = decode(file);
  expect(whole.health).toMatchObject({ damaged: 0, complete: true, problem: '' });

  const damage = fc.record({
    cut: fc.nat(file.length),
    flips: fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(7)), { maxLength: 40 }),
    pieces: fc.array(fc.nat(4096), { maxLength: 8 }),
  });
  fc.assert(
    fc.property(damage, ({ cut, flips, pieces }) => {
      const bytes = file.slice(0, cut);
      for (const [at, bit] of flips) if (at < cut) bytes[at] = (bytes[at] as number) ^ (1 << bit);
      const { batch, health } = decode(bytes, pieces);
      expectSound(batch);
      expect(batch.samples.length).toBeLessThanOrEqual(20 * file.length);
      if (flips.length === 0) expect(health.damaged).toBe(0);
    }),
    { numRuns: 300 },
  );
  // In pieces of any size it is the same.
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 200 }), (pieces) => {
      expect(decode(file, pieces)).toEqual(whole);
    }),
    { numRuns: 30 },
  );
});

test('lines of any fields never throw and never give rows that refer to nothing', () => {
  const number = fc.oneof(fc.integer({ min: -2, max: 9 }).map(String), fc.double().map(String), fc.string());
  const line = fc
    .tuple(fc.constantFrom('P', 'L', 'F', 'K', 'T', 'W', 'E', 'N', 'A', 'C', 'X', 'M', ''), fc.array(number))
    .map(([kind, fields]) => [kind, ...fields].join('\t'));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expectSound(decodeText(...HEAD, ...lines).batch);
    }),
    { numRuns: 500 },
  );
});

test('bytes without a line end do not pile up', () => {
  const { health } = decode(new Uint8Array(8 << 20).fill(65), Array<number>(127).fill(1 << 16));
  expect(health.damaged).toBe(1);
});

function expectSound(batch: Batch): void {
  const { samples, lanes, interned } = batch;
  const starts = new Map<number, number>();
  for (let i = 0; i < lanes.length; i++) starts.set(lanes.id[i] as number, lanes.start[i] as number);
  for (let i = 0; i < interned.stacks.length; i++) {
    expect((interned.stacks.parent[i] as number) < i).toBe(true);
    expect((interned.stacks.frame[i] as number) < interned.frames.length).toBe(true);
  }
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const last = starts.get(lane);
    if (last === undefined) throw new Error(`row ${i} is on lane ${lane}, which does not exist`);
    expect((samples.time[i] as number) >= last).toBe(true);
    starts.set(lane, samples.time[i] as number);
    expect((samples.stack[i] as number) < interned.stacks.length).toBe(true);
  }
}
