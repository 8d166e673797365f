import { expect } from '@jest/globals';
import { LANE_ROLES } from '../../../../analyzer/model/index.ts';
import { type AgentRun, cpuByFunction, lanesById, runWithAgent, testOn } from './interpreters.ts';

const pool = (method: string): string => `
import multiprocessing, os, time

def work(number):
    end = time.process_time() + 0.1
    while time.process_time() < end: sum(range(500))
    return os.getpid()

def main():
    with multiprocessing.get_context("${method}").Pool(2) as pool:
        pids = set(pool.map(work, range(6), chunksize=1))
        pool.close()
        pool.join()
    print(*sorted(pids))

if __name__ == "__main__": main()
`;

function workers(run: AgentRun): { pids: number[]; names: string[]; parents: number[] } {
  const { processes } = run.batch;
  const pids = run.stdout.trim().split(' ').map(Number);
  const names: string[] = [];
  const parents: number[] = [];
  for (const pid of pids) {
    const rows = [...processes.process.keys()].filter((row) => processes.process[row] === pid);
    const last = rows.at(-1) ?? -1;
    names.push(processes.name[last] ?? 'not recorded');
    parents.push(processes.parent[last] ?? -1);
  }
  return { pids, names, parents };
}

for (const [name, methods] of [
  ['3.6', ['fork', 'spawn']],
  ['3.7', ['fork', 'spawn', 'forkserver']],
  ['3.11', ['fork', 'spawn', 'forkserver']],
  ['3.13', ['fork', 'spawn', 'forkserver']],
  ['pypy3', ['fork', 'spawn']],
] as const) {
  for (const method of methods) {
    testOn(
      name,
      `a ${method} pool of ${name} leaves one file a process, with all the work in it`,
      async (python) => {
        const run = await runWithAgent(python, pool(method));
        expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
        const { pids, names, parents } = workers(run);
        // The main process and its workers; other start methods have service processes of their own.
        if (method === 'fork') expect(run.files.length).toBe(3);
        expect(run.files.length).toBeGreaterThanOrEqual(pids.length + 1);
        for (const worker of names) expect(worker).toMatch(/PoolWorker-\d+$/);
        for (const parent of parents) expect(parent).toBeGreaterThan(0);
        expect(run.health.figures.processesCutShort).toBe(0);
        const used = cpuByFunction(run.batch, ['work']).get('work') ?? 0;
        expect(used).toBeGreaterThan(0.8 * 0.6e9);
        expect(used).toBeLessThan(1.3 * 0.6e9);
        const roles = new Map<string, string | undefined>();
        for (const lane of lanesById(run.batch).values()) {
          if (!pids.includes(lane.process)) roles.set(lane.name, LANE_ROLES[lane.role]);
        }
        for (const handler of ['_handle_workers', '_handle_tasks', '_handle_results']) {
          const lane = [...roles].find(([text]) => text.includes(handler));
          if (!lane) throw new Error(`no lane of ${handler}: ${[...roles.keys()]}`);
          expect(lane[1]).toBe('helper');
        }
      },
    );
  }
}

testOn('3.11', 'a worker that is killed loses at most what was not written yet', async (python) => {
  const run = await runWithAgent(
    python,
    `
import multiprocessing, os, signal, time
def work():
    end = time.process_time() + 0.6
    while time.process_time() < end: sum(range(500))
    os.kill(os.getpid(), signal.SIGKILL)
if __name__ == "__main__":
    process = multiprocessing.Process(target=work)
    process.start()
    process.join()
    print(process.exitcode)`,
  );
  expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toEqual({
    code: 0,
    stdout: '-9\n',
    stderr: '',
  });
  expect(run.health.figures).toMatchObject({ processes: 2, processesCutShort: 1 });
  expect(run.health.warnings.join()).toContain('left without a last word');
  expect(cpuByFunction(run.batch, ['work']).get('work')).toBeGreaterThan(0.25e9);
});

testOn('3.12', 'a process executor and a fork without multiprocessing are recorded too', async (python) => {
  const run = await runWithAgent(
    python,
    `
import concurrent.futures, os, time
def work(number):
    end = time.process_time() + 0.1
    while time.process_time() < end: sum(range(500))
    return os.getpid()
if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(2) as executor:
        pids = set(executor.map(work, range(4)))
    child = os.fork()
    if child == 0:
        work(0)
        raise SystemExit(0)
    os.waitpid(child, 0)
    print(*sorted(pids), child)`,
    // With helper threads about, 3.12 warns of the fork, with or without the agent.
    { args: ['-W', 'ignore'] },
  );
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
  const recorded = new Set(run.batch.processes.process);
  for (const pid of workers(run).pids) expect(recorded).toContain(pid);
});
