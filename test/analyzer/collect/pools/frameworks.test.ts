import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { PYTHON } from '../../../harness/perfscope.ts';
import { runWithPools, type TaskSeen, tasksOf } from './programs.ts';

/** Libraries that run pools of their own, as Debian ships them. */
function testWith(modules: readonly string[], sentence: string, body: () => Promise<void>): void {
  const code = `import importlib.util, sys; sys.exit(any(importlib.util.find_spec(name) is None for name in ${JSON.stringify(modules)}))`;
  const missing = spawnSync(PYTHON, ['-c', code]).status !== 0;
  if (missing) test.skip(`${sentence} (skipped: ${PYTHON} has no ${modules.join(' or no ')})`, () => {});
  else test(sentence, body, 60_000);
}

const sum = (tasks: readonly TaskSeen[], of: (task: TaskSeen) => number): number =>
  tasks.reduce((total, task) => total + of(task), 0);

testWith(
  ['joblib', 'numpy'],
  'joblib: every call of every backend, with its payload that repeats',
  async () => {
    const { tables, health, stdout, stderr } = await runWithPools(
      PYTHON,
      `
import numpy
from joblib import Parallel, delayed
def total(data, end): return float(data[:end].sum())
if __name__ == "__main__":
    data = numpy.arange(20000.0)
    for backend in ("loky", "multiprocessing", "threading"):
        print(len(Parallel(n_jobs=2, backend=backend)(delayed(total)(data, end) for end in range(30))))
`,
    );
    expect([stdout, stderr]).toEqual(['30\n30\n30\n', '']);
    expect(health).toMatchObject({ status: 'ok', warnings: [] });
    const tasks = tasksOf(tables);
    expect(new Set(tasks.map((task) => task.function))).toEqual(new Set(['total']));
    for (const backend of ['loky', 'multiprocessing', 'threading']) {
      const own = tasks.filter((task) => task.pool === `joblib.Parallel (${backend})`);
      // joblib joins calls that are short to batches.
      expect(sum(own, (task) => task.items)).toBe(30);
      expect(
        own.every((task) => task.start > 0 && task.end >= task.start && task.site === '<module>:8'),
      ).toBe(true);
      if (backend === 'threading') continue;
      expect(
        own.every((task) => task.bytesOut > 160_000 && task.bytesBack > 0 && task.returned > task.end),
      ).toBe(true);
      // The array is the same in each.
      const looked = own.filter((task) => task.repeats <= 100);
      expect(looked.filter((task) => task.repeats >= 90).length).toBeGreaterThan(looked.length / 2);
    }
  },
);

testWith(['torch'], 'a DataLoader: each batch of each epoch, on the worker that made it', async () => {
  const { tables, health, stdout } = await runWithPools(
    PYTHON,
    `
import time, torch
from torch.utils.data import DataLoader, Dataset
class Squares(Dataset):
    def __len__(self): return 30
    def __getitem__(self, i):
        time.sleep(0.002)
        return torch.full((10,), float(i))
if __name__ == "__main__":
    for persistent in (False, True):
        loader = DataLoader(Squares(), batch_size=4, num_workers=2, persistent_workers=persistent)
        print(sum(batch.sum().item() for epoch in range(2) for batch in loader))
`,
  );
  expect(stdout).toBe('8700.0\n8700.0\n');
  expect(health.warnings).toEqual([]);
  const tasks = tasksOf(tables);
  // Two epochs with workers of their own, and two with the same.
  expect(tables.pools.length).toBe(3);
  expect(tasks).toHaveLength(4 * 8);
  expect(sum(tasks, (task) => task.items)).toBe(4 * 30);
  expect(new Set(tasks.map((task) => task.pool))).toEqual(new Set(['torch DataLoader']));
  expect(new Set(tasks.map((task) => task.function))).toEqual(new Set(['Squares.__getitem__']));
  expect(new Set(tasks.map((task) => task.process)).size).toBe(6);
  // Two milliseconds an item.
  expect(tasks.every((task) => task.end - task.start >= 2e6 * task.items)).toBe(true);
});

testWith(
  ['dask', 'distributed'],
  'dask: threads, processes and a cluster, by the functions that were delayed',
  async () => {
    const { tables, health, stdout } = await runWithPools(
      PYTHON,
      `
from dask import delayed
from distributed import Client, LocalCluster
def double(x): return 2 * x
def total(values): return sum(values)
if __name__ == "__main__":
    graph = delayed(total)([delayed(double)(i) for i in range(12)])
    print(graph.compute(scheduler="threads", num_workers=2))
    print(graph.compute(scheduler="processes", num_workers=2))
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        print(client.submit(total, client.map(double, range(12))).result())
`,
    );
    expect(stdout).toBe('132\n132\n132\n');
    expect(health.warnings).toEqual([]);
    const of = (pool: string, name: string): number =>
      sum(
        tasksOf(tables).filter((task) => task.pool === pool && task.function === name && task.end > 0),
        (task) => task.items,
      );
    expect([of('ThreadPoolExecutor', 'double'), of('ThreadPoolExecutor', 'total')]).toEqual([12, 1]);
    expect([of('ProcessPoolExecutor', 'double'), of('ProcessPoolExecutor', 'total')]).toEqual([12, 1]);
    expect([of('distributed.Worker', 'double'), of('distributed.Worker', 'total')]).toEqual([12, 1]);
  },
);
