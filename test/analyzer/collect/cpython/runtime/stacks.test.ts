import { expect, test } from '@jest/globals';
import { DEEPER, MEMORY_GONE, STALE } from '../../../../../analyzer/collect/cpython/runtime/runtime.ts';
import { lineOf, type Place, PYTHONS, type Python, TARGETS, Target } from './pythons.ts';

const STACKS = `${TARGETS}/stacks.py`;

/** `main:12`, with the qualified name from 3.11 on, as the interpreter keeps it. */
function at(python: Python, qualified: string, marker: string): string {
  const name = python.minor >= 11 ? qualified : qualified.slice(qualified.lastIndexOf('.') + 1);
  return `${name}:${lineOf('stacks.py', marker)}`;
}

const shown = (places: readonly Place[]): string[] => places.map(({ name, line }) => `${name}:${line}`);

async function held(python: Python, ...args: string[]): Promise<{ target: Target; stack: Place[] }> {
  const target = await Target.start([python.path, STACKS, ...args]);
  try {
    return { target, stack: await target.lookUntil('hold', lineOf('stacks.py', 'hold')) };
  } catch (error) {
    await target.end();
    throw error;
  }
}

test('there is an interpreter to test with', () => {
  expect(PYTHONS).not.toHaveLength(0);
});

for (const python of PYTHONS) {
  const title = `CPython ${python.version}`;
  const place = (name: string, marker: string) => at(python, name, marker);

  test(`${title}: nested functions are read with the lines they are at`, async () => {
    const { target, stack } = await held(python, 'outer');
    try {
      expect(target.runtime.version).toBe(python.version);
      expect(shown(stack).slice(1)).toEqual([
        place('outer', 'outer'),
        place('outer.<locals>.nested', 'nested'),
        place('hold', 'hold'),
      ]);
      expect(stack[0]?.name).toBe('<module>');
      expect(new Set(stack.map(({ file }) => file))).toEqual(new Set([STACKS]));
      expect(target.runtime.torn).toBe(false);
    } finally {
      await target.end();
    }
  });

  test(`${title}: methods are read, by their qualified names where the interpreter has them`, async () => {
    const { target, stack } = await held(python, 'methods');
    try {
      expect(shown(stack).slice(1)).toEqual([
        place('Solver.solve', 'solve'),
        place('Solver.step', 'step'),
        place('hold', 'hold'),
      ]);
    } finally {
      await target.end();
    }
  });

  test(`${title}: generators are read where they run, in the middle of the stack`, async () => {
    const { target, stack } = await held(python, 'consume');
    try {
      expect(shown(stack).slice(1)).toEqual([
        place('consume', 'consume'),
        place('delegate', 'delegate'),
        place('produce', 'produce'),
        place('hold', 'hold'),
      ]);
    } finally {
      await target.end();
    }
  });

  test(`${title}: coroutines are read below the event loop that runs them`, async () => {
    const { target, stack } = await held(python, 'coroutine');
    try {
      const lines = shown(stack);
      expect(lines[1]).toBe(place('coroutine', 'coroutine'));
      expect(lines.slice(-3)).toEqual([
        place('coroutine.<locals>.serve', 'serve'),
        place('coroutine.<locals>.fetch', 'fetch'),
        place('hold', 'hold'),
      ]);
      expect(lines.length).toBeGreaterThan(6);
    } finally {
      await target.end();
    }
  });

  test(`${title}: a function that C code calls is on top of the one that called the C code`, async () => {
    const { target, stack } = await held(python, 'through_c');
    try {
      expect(shown(stack).slice(1)).toEqual([
        place('through_c', 'through_c'),
        place('through_c.<locals>.<lambda>', 'through_c'),
        place('hold', 'hold'),
      ]);
    } finally {
      await target.end();
    }
  });

  test(`${title}: 900 calls deep, every frame is there`, async () => {
    const { target, stack } = await held(python, 'deep');
    try {
      const lines = shown(stack);
      expect(lines).toHaveLength(903);
      expect(new Set(lines.slice(1, 901))).toEqual(new Set([place('deep', 'deep')]));
      expect(lines.slice(901)).toEqual([place('deep', 'bottom'), place('hold', 'hold')]);
    } finally {
      await target.end();
    }
  });

  test(`${title}: 5000 calls deep, the 4096 innermost frames are there and the rest is marked`, async () => {
    const { target, stack } = await held(python, 'deeper');
    try {
      expect(stack[0]?.name).toBe(DEEPER);
      expect(stack).toHaveLength(1 + 4096);
      expect(shown(stack).slice(-2)).toEqual([place('deep', 'bottom'), place('hold', 'hold')]);
      expect(new Set(shown(stack).slice(1, -2))).toEqual(new Set([place('deep', 'deep')]));
      expect(target.runtime.stats.truncated).toBeGreaterThan(0);
    } finally {
      await target.end();
    }
  });

  for (const [choice, [name, file]] of [
    ['für', 'ü.py'],
    ['函数', '文件.py'],
    ['\u{20000}x', '\u{1f600}.py'],
  ].entries())
    test(`${title}: a function ${name} in ${file} keeps its characters`, async () => {
      const { target, stack } = await held(python, 'executed', String(choice));
      try {
        expect(stack.at(-2)).toEqual({ name, file, line: 4 });
      } finally {
        await target.end();
      }
    });

  test(`${title}: threads are matched with the system's, and have the names that the program gave them`, async () => {
    const { target } = await held(python, 'threads');
    try {
      const names = new Map(
        Object.entries(target.facts.names as Record<string, string>).map(([tid, name]) => [
          Number(tid),
          name,
        ]),
      );
      const stacks = target.look();
      expect([...stacks.keys()].sort()).toEqual([...names.keys()].sort());
      expect(target.runtime.threadNames(target.tids())).toEqual(names);
      const main = names.size > 0 ? target.pid : 0;
      expect(stacks.get(main)?.at(-1)?.name).toBe('hold');
      for (const [tid, stack] of stacks)
        if (tid !== main) expect(shown(stack)).toContain(place('threads.<locals>.wait', 'wait'));
    } finally {
      await target.end();
    }
  });

  test(`${title}: thread names are found however the interpreter keeps the attributes`, async () => {
    const { target } = await held(python, 'attributes');
    try {
      target.look();
      const names = Object.entries(target.facts.names as Record<string, string>);
      expect([...target.runtime.threadNames(target.tids())].sort()).toEqual(
        names.map(([tid, name]) => [Number(tid), name]).sort(),
      );
    } finally {
      await target.end();
    }
  });

  test(`${title}: a forked worker of multiprocessing is read under its own name`, async () => {
    const { target, stack } = await held(python, 'child_of_pool');
    try {
      expect(shown(stack)).toContain(place('in_child', 'in_child'));
      expect([...target.look().keys()]).toEqual([target.pid]);
      expect(target.runtime.processName()).toBe('crunch-7');
      expect(target.runtime.threadNames(target.tids()).get(target.pid)).toBe('MainThread');
    } finally {
      await target.end();
    }
  });

  test(`${title}: a child forked by a thread is read as that child's only thread`, async () => {
    const { target, stack } = await held(python, 'child_of_thread');
    try {
      expect(shown(stack)).toContain(place('child_of_thread.<locals>.fork', 'fork'));
      expect([...target.look().keys()]).toEqual([target.pid]);
    } finally {
      await target.end();
    }
  });

  test(`${title}: code in a subinterpreter is read on the thread that runs it`, async () => {
    const target = await Target.start([python.path, STACKS, 'subinterpreter']);
    try {
      const stack = await target.lookUntil('inside', 5);
      expect(shown(stack)).toEqual(['<module>:6', 'inside:5']);
    } finally {
      await target.end();
    }
  });

  test(`${title}: the holder of the GIL is the thread that runs`, async () => {
    const target = await Target.start([python.path, `${TARGETS}/churn.py`]);
    try {
      const states = target.runtime.threads(target.tids());
      let held = 0;
      for (let i = 0; i < 100_000 && held < 100; i++) {
        const gil = target.runtime.gil();
        if (!gil.locked) continue;
        held++;
        expect(gil.holder).toBe(states.get(target.pid));
        expect(target.runtime.isGilAddress(gil.start + 100)).toBe(true);
        expect(target.runtime.isGilAddress(gil.end)).toBe(false);
      }
      expect(held).toBe(100);
    } finally {
      await target.end();
    }
  });

  test(`${title}: a state that was never a thread's is stale, and an ended process is gone`, async () => {
    const { target } = await held(python, 'outer');
    const states = target.runtime.threads(target.tids());
    const state = states.get(target.pid) ?? 0;
    expect(target.runtime.walk(state + 8, target.pid)).toBe(STALE);
    expect(target.runtime.walk(state, target.pid + 1)).toBe(STALE);
    const exited = new Promise((done) => target.child.on('close', done));
    target.child.kill('SIGKILL');
    await exited;
    expect(target.runtime.walk(state, target.pid)).toBe(MEMORY_GONE);
    expect(target.runtime.threads([target.pid]).size).toBe(0);
  });

  test(`${title}: a process that becomes another program is gone`, async () => {
    const target = await Target.start([python.path, STACKS, 'becomes_another']);
    try {
      const state = target.runtime.threads(target.tids()).get(target.pid) ?? 0;
      expect(target.runtime.walk(state, target.pid)).toBeGreaterThanOrEqual(0);
      target.child.stdin?.write('\n');
      let result = 0;
      for (let tries = 0; tries < 20_000 && result !== MEMORY_GONE; tries++) {
        await new Promise((done) => setImmediate(done));
        result = target.runtime.walk(state, target.pid);
      }
      expect(result).toBe(MEMORY_GONE);
    } finally {
      await target.end();
    }
  });

  test(`${title}: threads that come and go by the thousand are stale or right, and never an error`, async () => {
    const target = await Target.start([python.path, STACKS, 'short_threads']);
    try {
      const leaves = new Set<string>();
      for (let round = 0; round < 500; round++) {
        const states = target.runtime.threads(target.tids());
        for (let i = 0; i < 5; i++)
          for (const [tid, state] of states) {
            const stack = target.runtime.walk(state, tid);
            expect(stack).not.toBe(MEMORY_GONE);
            if (stack < 0 || target.runtime.torn) continue;
            const places = target.stacks.places(stack);
            leaves.add(places.at(-1)?.name ?? '');
            if (tid === target.pid) expect(places[0]?.name).toBe('<module>');
          }
        target.runtime.threadNames([...states.keys()]);
      }
      expect(leaves.size).toBeGreaterThan(1);
    } finally {
      await target.end();
    }
  });
}
