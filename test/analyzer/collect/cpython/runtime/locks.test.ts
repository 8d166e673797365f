import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { locatePython } from '../../../../../analyzer/collect/cpython/runtime/locate.ts';
import { Memory, ProcessMemory } from '../../../../../analyzer/collect/cpython/runtime/memory.ts';
import { type Lock, PythonRuntime } from '../../../../../analyzer/collect/cpython/runtime/runtime.ts';
import { isFutex } from '../../../../../analyzer/collect/process/syscalls.ts';
import { Interner } from '../../../../../analyzer/model/index.ts';
import { PYTHONS, TARGETS, Target } from './pythons.ts';

/** The memory of a process in which one word in 64 reads as 0 or as nonsense, and one read in 16 fails or ends early. */
class TornMemory extends Memory {
  readonly whole: ProcessMemory;
  tears = false;
  private seed = 1;

  constructor(pid: number) {
    super();
    this.whole = new ProcessMemory(pid);
  }

  private next(limit: number): number {
    this.seed = (Math.imul(this.seed, 1664525) + 1013904223) >>> 0;
    return (this.seed >>> 8) % limit;
  }

  protected override copy(address: number, target: Uint8Array, at: number, length: number): number {
    const bytes = this.whole.bytes(address, length);
    if (bytes === null) return 0;
    if (this.tears) {
      const view = new DataView(bytes.buffer);
      for (let word = 0; word + 8 <= length; word += 8) {
        if (this.next(64) !== 0) continue;
        view.setUint32(word, this.next(2) * this.next(2 ** 24), true);
        view.setUint32(word + 4, 0, true);
      }
    }
    const count = this.tears && this.next(16) === 0 ? this.next(length) : length;
    target.set(bytes.subarray(0, count), at);
    return count;
  }
}

type Roles = { readonly holder: number; readonly waiter: number };

/** The address of the futex that a thread sleeps in; 0 when it does not. */
function futexOf(pid: number, tid: number): number {
  const [number, address] = readFileSync(`/proc/${pid}/task/${tid}/syscall`, 'utf8').split(' ');
  return isFutex(Number(number)) ? Number(address) : 0;
}

/** Reads all stacks until each of the waiting threads is seen asleep. */
async function settle(target: Target, waiters: readonly number[]): Promise<void> {
  for (let tries = 0; tries < 20_000; tries++) {
    if (waiters.every((tid) => futexOf(target.pid, tid) !== 0)) {
      target.look();
      return;
    }
    await new Promise((done) => setImmediate(done));
  }
  throw new Error('the threads did not come to wait');
}

/** Cases in which the holder is inside a `with`, or the lock says who holds it. */
const TOLD = [
  'inside',
  'among_others',
  'in_loops_and_handlers',
  'in_generator',
  'in_coroutine',
  'through_c',
  'by_condition',
  'deep',
];
const ROUNDS = 5;
const NOT_TOLD = [
  'bare',
  'left_behind',
  'left_behind_in_another',
  'sleeps_on_condition',
  'suspended',
  'method_is_kept',
];

describe.each(PYTHONS.filter(({ minor }) => minor <= 13))('CPython $version at $path', ({ path }) => {
  let target: Target;
  let cases: Record<string, Roles>;
  beforeAll(async () => {
    target = await Target.start([path, join(TARGETS, 'locks.py')]);
    cases = target.facts as Record<string, Roles>;
    await settle(
      target,
      Object.values(cases).map(({ waiter }) => waiter),
    );
  });
  afterAll(() => target.end());

  const rolesOf = (name: string): Roles => cases[name] ?? { holder: 0, waiter: 0 };
  const lockOf = (name: string): Lock | null => {
    const { waiter } = rolesOf(name);
    return target.runtime.waitedFor(waiter, futexOf(target.pid, waiter), undefined);
  };
  /** The cases whose threads are said to hold the lock. */
  const holdersOf = (lock: Lock | null): string[] =>
    Object.entries(cases).flatMap(([name, { holder, waiter }]) =>
      [holder, waiter].some((tid) => lock !== null && target.runtime.holds(tid, lock, false)) ? [name] : [],
    );

  test('the locks that threads wait for are found, each another', () => {
    const locks = [...TOLD, ...NOT_TOLD, 'reentrant'].map(lockOf);
    expect(locks).not.toContain(null);
    expect(new Set(locks.map((lock) => lock?.address)).size).toBe(TOLD.length + NOT_TOLD.length + 1);
  });

  test.each(TOLD)('a holder is told and no other thread with it: %s', (name) => {
    expect(holdersOf(lockOf(name))).toEqual([name]);
  });

  test.each(NOT_TOLD)('nobody is told where nothing shows who holds the lock: %s', (name) => {
    const lock = lockOf(name);
    expect(lock).not.toBeNull();
    expect(holdersOf(lock)).toEqual([]);
  });

  test('an RLock knows its holder', () => {
    const lock = lockOf('reentrant');
    expect(lock?.kind).toBe('RLock');
    expect(lock === null ? 0 : target.runtime.ownerOf(lock)).toBe(rolesOf('reentrant').holder);
  });

  test('a thread that waits on a condition waits for no lock', () => {
    const { holder } = rolesOf('sleeps_on_condition');
    const futex = futexOf(target.pid, holder);
    expect(futex).not.toBe(0);
    expect(target.runtime.waitedFor(holder, futex, undefined)).toBeNull();
  });

  test('reads that are torn or fail never make another thread the holder, and never throw', () => {
    const memory = new TornMemory(target.pid);
    const found = locatePython(target.pid, memory.whole);
    if (found.kind !== 'found') throw new Error(found.kind);
    const locks = TOLD.map((name) => ({ name, lock: lockOf(name) }));
    let told = 0;
    for (let round = 0; round < ROUNDS; round++) {
      memory.tears = false;
      const runtime = new PythonRuntime(target.pid, memory, target.runtime.layout, found, new Interner());
      for (const [tid, state] of runtime.threads(target.tids())) runtime.walk(state, tid);
      memory.tears = true;
      for (const { name, lock } of locks)
        for (const [other, { holder, waiter }] of Object.entries(cases)) {
          if (lock === null) continue;
          const holds = runtime.holds(holder, lock, round % 2 === 0);
          if (other === name && holds) told++;
          if (other !== name) expect(holds).toBe(false);
          expect(runtime.holds(waiter, lock, false)).toBe(false);
          const waited = runtime.waitedFor(waiter, futexOf(target.pid, waiter), undefined);
          if (waited !== null) expect(waited.semaphore).toBe(futexOf(target.pid, waiter));
        }
    }
    // The damage is neither total nor none.
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(ROUNDS * TOLD.length);
    memory.whole.close();
  });

  test('a lock that is not there any more is looked for anew, and an address that is no lock gives none', () => {
    const { waiter } = rolesOf('inside');
    const futex = futexOf(target.pid, waiter);
    const lock = lockOf('inside');
    const stale: Lock = { address: futex, semaphore: futex, kind: 'lock' };
    expect(target.runtime.waitedFor(waiter, futex, stale)).toEqual(lock);
    expect(target.runtime.waitedFor(waiter, futex + 64, undefined)).toBeNull();
    expect(target.runtime.holds(rolesOf('inside').holder, stale, true)).toBe(false);
    expect(target.runtime.ownerOf({ ...stale, kind: 'RLock' })).toBe(0);
  });
});
