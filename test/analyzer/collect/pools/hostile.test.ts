import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRecords } from '../../../../analyzer/collect/pools/records.ts';
import { interpreter, newFolder, testOn } from '../python-agent/interpreters.ts';
import { joined, logsOf, runWithPools, tasksOf } from './programs.ts';

const PYTHON = '3.11';
const SOURCE = `
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
def square(x): return x * x
def send(queue):
    for i in range(5): queue.put(b"x" * 100 * i)
if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool: pool.map(square, range(20), chunksize=1)
    with ThreadPoolExecutor(2) as pool: print(sum(pool.map(square, range(20))))
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=send, args=(queue,))
    process.start()
    for _ in range(5): queue.get()
    process.join()
`;

/** Logs as they are, changed by `change`, joined: it must give tables whose references are right, whatever it was. */
function joinedAfter(
  logs: ReadonlyMap<string, Buffer>,
  change: (name: string, log: Buffer) => Buffer | null,
) {
  const folder = newFolder();
  for (const [name, log] of logs) {
    const changed = change(name, log);
    if (changed) writeFileSync(join(folder, name), changed);
  }
  return joined(folder);
}

testOn(PYTHON, 'logs that are cut off give what was whole in them', async (python) => {
  const logs = logsOf((await runWithPools(python, SOURCE)).records);
  const whole = joinedAfter(logs, (_, log) => log).tables.tasks.length;
  expect(whole).toBe(20 + 20 + 1);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
      const { tables } = joinedAfter(logs, (_, log) => log.subarray(0, Math.floor(2500 * share)));
      expect(tables.tasks.length).toBeLessThanOrEqual(whole);
    }),
    { numRuns: 60 },
  );
});

testOn(
  PYTHON,
  'logs with changed bytes, of strangers, never throw, hang or lie about what they refer to',
  async (python) => {
    const logs = logsOf((await runWithPools(python, SOURCE)).records);
    const change = fc.record({
      at: fc.integer({ min: 0, max: 4000 }),
      value: fc.integer({ min: 0, max: 255 }),
      every: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        let file = 0;
        joinedAfter(logs, (_, log) => {
          const changed = Buffer.from(log.subarray(0, 8192));
          file++;
          for (const { at, value, every } of changes)
            if (file % every === 0) changed[at % changed.length] = value;
          return changed;
        });
      }),
      { numRuns: 150 },
    );
  },
);

testOn(
  PYTHON,
  'a worker’s log without its parent’s is no task, and a parent’s without its workers’ says when they came back',
  async (python) => {
    const logs = logsOf((await runWithPools(python, SOURCE)).records);
    const parent = [...logs].find(([, log]) => log.includes('multiprocessing.Pool'))?.[0];
    const workers = joinedAfter(logs, (name, log) => (name === parent ? null : log));
    expect(tasksOf(workers.tables).filter((task) => task.pool === 'multiprocessing.Pool')).toEqual([]);
    expect(workers.health.dropped).toBe(20);
    const alone = tasksOf(joinedAfter(logs, (name, log) => (name === parent ? log : null)).tables);
    const tasks = alone.filter((task) => task.pool === 'multiprocessing.Pool');
    expect(tasks).toHaveLength(20);
    expect(tasks.every(({ end, returned, bytesOut }) => end === -1 && returned > 0 && bytesOut > 0)).toBe(
      true,
    );
  },
);

testOn(PYTHON, 'files that are no logs, links and folders are passed over', async (python) => {
  const { records } = await runWithPools(python, SOURCE);
  const before = joined(records).tables.tasks.length;
  writeFileSync(join(records, '1-1.0.pools'), Buffer.alloc(70_000, 7));
  writeFileSync(join(records, '2-2.0.pools'), '');
  writeFileSync(join(records, 'x.pools'), 'perfscope-pools 1\n');
  symlinkSync('/etc/passwd', join(records, '3-3.0.pools'));
  mkdirSync(join(records, '4-4.0.pools'));
  expect(joined(records).tables.tasks.length).toBe(before);
});

test('any bytes are records or not, in time and memory that they have', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
      let records = 0;
      const { taken } = readRecords(bytes, () => records++);
      expect(taken).toBeLessThanOrEqual(bytes.length);
      expect(records * 4).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 300 },
  );
});

testOn(PYTHON, 'a log that became shorter while it was read is read to where it ends', async (python) => {
  const { records } = await runWithPools(python, SOURCE);
  for (const name of logsOf(records).keys()) truncateSync(join(records, name), 100);
  expect(joined(records).tables.tasks.length).toBe(0);
});

test('the interpreter of these tests is here', () => {
  if (process.env.PERFSCOPE_NO_SKIPS === '1') expect(interpreter(PYTHON)).not.toBeNull();
});
