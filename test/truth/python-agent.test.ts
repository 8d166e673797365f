import { expect } from '@jest/globals';
import { LANE_ROLES, WAITING, WAITS } from '../../analyzer/model/index.ts';
import {
  type AgentRun,
  cpuByFunction,
  lanesById,
  runWithAgent,
  testOn,
} from '../analyzer/collect/python-agent/interpreters.ts';

// Each turn's parts are timed by the CPU clock and not counted, so that the split holds on PyPy too, where the compiler
// makes equal loops unequal. A turn is no multiple of a sampling period: looks would fall on the same place of every turn.
/** Turns after which a share of 70 % has a standard error of 1.4 points at 100 Hz: 5 points are then never chance. */
const TURNS = 350;
const split = (turns: number) => `
import time

def burn(seconds):
    end = time.process_time() + seconds
    total = 0
    while time.process_time() < end:
        for i in range(500):
            total += i
    return total

def heavy():
    burn(0.02359)

def middle():
    burn(0.00674)

def light():
    burn(0.00337)

for turn in range(${Math.round(turns)}):
    heavy()
    middle()
    light()
`;

function expectSplit(run: AgentRun): void {
  expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  const cpu = cpuByFunction(run.batch, ['heavy', 'middle', 'light']);
  const total = [...cpu.values()].reduce((sum, value) => sum + value, 0);
  const share = (name: string) => (100 * (cpu.get(name) ?? 0)) / total;
  expect(Math.abs(share('heavy') - 70)).toBeLessThan(5);
  expect(Math.abs(share('middle') - 20)).toBeLessThan(5);
  expect(Math.abs(share('light') - 10)).toBeLessThan(5);
}

for (const [name, hz] of [
  ['3.6', 100],
  ['3.7', 200],
  ['3.8', 100],
  ['3.9', 100],
  ['3.10', 100],
  ['3.11', 100],
  ['3.12', 100],
  ['3.13', 200],
  ['pypy3', 100],
] as const) {
  testOn(name, `a 70/20/10 program is read within 5 points on ${name} at ${hz} Hz`, async (python) => {
    const run = await runWithAgent(python, split(TURNS), { hz });
    expectSplit(run);
    expect(run.health.status).toBe('ok');
    expect(run.health.warnings).toEqual([]);
  });
}

testOn('3.13', 'the text that faulthandler writes gives the same split', async (python) => {
  // What a free-threaded 3.14 uses; there is none here, so an ordinary build is told to.
  // It reaches half the rate, so it takes more turns.
  const run = await runWithAgent(python, split(1.4 * TURNS), {
    env: { PERFSCOPE_AGENT_STACKS: 'stopped-world' },
  });
  expectSplit(run);
});

testOn(
  '3.11',
  'the CPU of all samples is the CPU of the lanes, and a lane is covered from start to end',
  async (python) => {
    const { batch } = await runWithAgent(python, split(60));
    const { samples } = batch;
    for (const [id, lane] of lanesById(batch)) {
      let cpu = 0;
      let last = lane.start;
      for (let i = 0; i < samples.length; i++) {
        if (samples.lane[i] !== id) continue;
        expect(samples.time[i]).toBeGreaterThan(last);
        last = samples.time[i] as number;
        cpu += samples.cpu[i] as number;
      }
      expect(Math.abs(cpu - lane.cpu)).toBeLessThan(samples.length);
      expect(last).toBe(lane.end);
    }
  },
);

const THREADS = `
import threading, time

def spin():
    end = time.thread_time() + 0.3 if hasattr(time, 'thread_time') else time.process_time() + 0.3
    clock = getattr(time, 'thread_time', time.process_time)
    while clock() < end:
        sum(range(1000))

def sleep():
    # Longer than the second in which the agent asks for no waits.
    time.sleep(1.8)

lock = threading.Lock()
lock.acquire()
def locked():
    lock.acquire()

threads = [
    threading.Thread(target=spin),
    threading.Thread(target=sleep, name='sleeper'),
    threading.Thread(target=locked, name='locked'),
]
for thread in threads: thread.start()
threads[1].join()
lock.release()
for thread in threads: thread.join()
`;

for (const name of ['3.6', '3.7', '3.11', '3.13', 'pypy3']) {
  testOn(name, `threads of ${name} have their names, their CPU, and what they wait for`, async (python) => {
    const { batch, health } = await runWithAgent(python, THREADS);
    expect(health.warnings).toEqual([]);
    const lanes = [...lanesById(batch)];
    const named = (what: string) => {
      const found = lanes.find(([, lane]) => lane.name.includes(what));
      if (!found) throw new Error(`no lane is called ${what}: ${lanes.map(([, lane]) => lane.name)}`);
      return found;
    };
    expect(named('MainThread')[1].role).toBe(LANE_ROLES.indexOf('main'));
    expect(named('(spin)')[1].cpu).toBeGreaterThan(0.25e9);
    expect(named('sleeper')[1].cpu).toBeLessThan(0.1e9);
    const waits = (id: number) => {
      const seen = new Set<string>();
      for (let i = 0; i < batch.samples.length; i++) {
        if (batch.samples.lane[i] === id && batch.samples.state[i] === WAITING) {
          seen.add(WAITS[batch.samples.wait[i] as number] as string);
        }
      }
      return seen;
    };
    expect(waits(named('locked')[0])).toContain('lock');
    // time.sleep is select() up to 3.10 and on PyPy, where it looks like a wait for descriptors.
    const sleeps = waits(named('sleeper')[0]);
    expect(sleeps.has('sleep') || sleeps.has('poll')).toBe(true);
  });
}

testOn('3.11', 'a frame says its function, file, line and first line', async (python) => {
  const { batch } = await runWithAgent(python, split(60));
  const { frames, strings } = batch.interned;
  const seen: unknown[] = [];
  for (let i = 0; i < frames.length; i++) {
    const name = strings.value[frames.name[i] as number] as string;
    const file = strings.value[frames.file[i] as number] as string;
    if (name === 'heavy') seen.push([file.endsWith('/program.py'), frames.line[i], frames.functionLine[i]]);
  }
  expect(seen).toEqual([[true, 13, 12]]);
});

testOn(
  '3.11',
  'a method has its qualified name, and a runaway recursion keeps its innermost frames',
  async (python) => {
    const { batch } = await runWithAgent(
      python,
      `
import sys, time
sys.setrecursionlimit(10000)
class Solver:
    def dive(self, depth):
        if depth: return self.dive(depth - 1)
        end = time.process_time() + 0.2
        while time.process_time() < end: sum(range(1000))
Solver().dive(3000)
`,
    );
    const names = new Set(batch.interned.strings.value);
    expect(names).toContain('Solver.dive');
    expect(names).toContain('[outer frames left out]');
    const depth: number[] = [];
    for (let i = 0; i < batch.interned.stacks.length; i++) {
      depth.push((depth[batch.interned.stacks.parent[i] as number] ?? 0) + 1);
    }
    expect(Math.max(...depth)).toBe(1001);
  },
);
