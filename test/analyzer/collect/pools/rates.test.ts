import { expect } from '@jest/globals';
import { AGENTS, runPlain, testOn } from '../python-agent/interpreters.ts';
import { logsOf, runWithPools, tasksOf } from './programs.ts';

const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, each) => sum + each, 0);

/** Runs the agent's own code, with times that are given to it. */
const RATE = `
import sys
sys.path.insert(0, ${JSON.stringify(AGENTS)})
from perfscope_rate import Rate
def run(period, count, rate=None):
    rate = rate or Rate()
    weights = [rate.weight(1_000_000_000 + i * period) for i in range(count)]
    assert sum(weights) + rate.left == count, (sum(weights), rate.left)
    return sum(weight > 0 for weight in weights), rate
slow, _ = run(period=25_000, count=40_000)
fast, rate = run(period=1_000, count=1_000_000)
rate.left = 0
calm, _ = run(period=1_000_000, count=200_000, rate=rate)
print(slow, fast, calm)
`;

testOn(
  '3.11',
  'below 50000 a second everything is recorded, above as many, and soon everything again',
  async (python) => {
    const [slow, fast, calm] = (await runPlain(python, RATE)).stdout.split(' ').map(Number);
    expect(slow).toBe(40_000);
    // A million in one second.
    expect(fast).toBeGreaterThan(25_000);
    expect(fast).toBeLessThan(120_000);
    expect(calm).toBeGreaterThan(150_000);
  },
);

for (const version of ['3.8', '3.11', '3.13'])
  testOn(
    version,
    `${version}: however many tasks a second there are, their number is exact`,
    async (python) => {
      const { tables, records } = await runWithPools(
        python,
        `
from multiprocessing.pool import ThreadPool
with ThreadPool(1) as pool: print(sum(pool.map(abs, range(200001), chunksize=1)) > 0)
`,
      );
      expect(total(tables.tasks.weight)).toBe(200_001);
      expect([...tables.pools.completed]).toEqual([200_001]);
      expect([...tables.pools.submitted]).toEqual([200_001]);
      const bytes = [...logsOf(records).values()].reduce((sum, log) => sum + log.length, 0);
      expect(bytes).toBeLessThan(32e6);
    },
  );

testOn(
  '3.11',
  'however many messages a second there are, their number and bytes are exact',
  async (python) => {
    const { tables } = await runWithPools(
      python,
      `
import multiprocessing
queue = multiprocessing.SimpleQueue()
for i in range(60000):
    queue.put(i & 127)
    queue.get()
print(1)
`,
    );
    const { weight, bytes } = tables.transfers;
    expect(total(weight)).toBe(60_000);
    // A pickled small number is five bytes.
    expect(Array.from(bytes).every((each) => each === 5)).toBe(true);
  },
);

testOn(
  '3.11',
  'the numbers of processes that are killed in the middle are those of what they did',
  async (python) => {
    const { tables, stdout } = await runWithPools(
      python,
      `
import multiprocessing, os, signal, time
def work(x):
    time.sleep(0.001)
    return x
if __name__ == "__main__":
    pool = multiprocessing.Pool(2)
    results = [pool.apply_async(work, (x,)) for x in range(400)]
    for result in results[:100]: result.get()
    done = sum(result.ready() for result in results)
    for process in pool._pool: os.kill(process.pid, signal.SIGKILL)
    print(done, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
`,
    );
    const done = Number(stdout);
    const tasks = tasksOf(tables);
    const back = tasks.filter((task) => task.returned > 0);
    expect(back.length).toBeGreaterThanOrEqual(done);
    expect(back.every((task) => task.end > task.start && task.start > 0)).toBe(true);
    expect([...tables.pools.submitted]).toEqual([400]);
  },
);
