import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import {
  type LockReader,
  LockWatch,
  type WatchedThread,
} from '../../../../analyzer/collect/cpython/lockWatch.ts';
import type { Lock } from '../../../../analyzer/collect/cpython/runtime/runtime.ts';
import { lockWaitsSchema, RUNNING, rowOf, WAITING } from '../../../../analyzer/model/index.ts';

const FUTEX = process.arch === 'arm64' ? 98 : 202;
const SEMAPHORE = 0x7000;

/** A process whose threads all want one lock, and what was asked about it. */
class Scene {
  readonly watch = new LockWatch(() => [this.process]);
  readonly threads = new Map<number, WatchedThread>();
  readonly asked = { waitedFor: 0, holds: 0 };
  lock: Lock | null = { address: 0x9000, semaphore: SEMAPHORE, kind: 'lock' };
  holder = 0;
  owner = 0;
  private last = 0;
  readonly reader: LockReader = {
    waitedFor: () => {
      this.asked.waitedFor++;
      return this.lock;
    },
    holds: (tid) => {
      this.asked.holds++;
      return tid === this.holder;
    },
    ownerOf: () => this.owner,
  };
  readonly process = { pid: 0, runtime: this.reader, threads: this.threads };

  /** Adds a thread whose number, lane and stack all are `number`. */
  add(number: number, waits: boolean): WatchedThread {
    const thread: WatchedThread = {
      lane: number,
      thread: number,
      threadState: 1,
      state: waits ? WAITING : RUNNING,
      stack: number,
      syscall: waits ? FUTEX : -1,
      argument: waits ? SEMAPHORE : 0,
      awaited: 'unknown',
      lockRow: 0,
    };
    this.threads.set(number, thread);
    return thread;
  }

  tick(now: number): void {
    for (const thread of this.threads.values()) this.watch.note(thread, this.last);
    this.watch.settle(this.process, now);
    this.last = now;
  }

  rows() {
    const table = this.watch.drain();
    return Array.from({ length: table.length }, (_, row) => rowOf(lockWaitsSchema, table, row));
  }
}

test('observations of a wait are one row until its holder, its stack or the holder’s stack changes', () => {
  const scene = new Scene();
  const waiter = scene.add(1, true);
  const holder = scene.add(2, false);
  scene.holder = 2;
  scene.tick(10);
  scene.tick(20);
  holder.stack = 3;
  scene.tick(30);
  scene.holder = 0;
  scene.tick(40);
  waiter.stack = 5;
  scene.tick(50);
  const row = { lane: 1, lock: 0, stack: 1 };
  expect(scene.rows()).toEqual([
    { ...row, start: 0, end: 20, holder: 2, holderStack: 2 },
    { ...row, start: 20, end: 30, holder: 2, holderStack: 3 },
    { ...row, start: 30, end: 40, holder: -1, holderStack: -1 },
    { ...row, start: 40, end: 50, holder: -1, holderStack: -1, stack: 5 },
  ]);
  expect([scene.watch.observations, scene.watch.withoutHolder]).toEqual([5, 2]);
});

test('a wait that was interrupted is two rows, and rows do not reach into the next batch', () => {
  const scene = new Scene();
  const waiter = scene.add(1, true);
  scene.tick(10);
  waiter.state = RUNNING;
  scene.tick(20);
  waiter.state = WAITING;
  scene.tick(30);
  expect(scene.rows().map(({ start, end }) => [start, end])).toEqual([
    [0, 10],
    [20, 30],
  ]);
  scene.tick(40);
  expect(scene.rows().map(({ start, end }) => [start, end])).toEqual([[30, 40]]);
});

test('a lock that came to the address of another has another number', () => {
  const scene = new Scene();
  const waiter = scene.add(1, true);
  scene.tick(10);
  waiter.awaited = 'unknown';
  scene.lock = { address: 0xa000, semaphore: SEMAPHORE, kind: 'lock' };
  scene.tick(20);
  expect(scene.rows().map(({ lock }) => lock)).toEqual([0, 1]);
});

test('a thread that sleeps for something else is asked about once, and one that does not sleep never', () => {
  const scene = new Scene();
  scene.lock = null;
  scene.add(1, true);
  scene.add(2, false);
  for (let now = 10; now <= 100; now += 10) scene.tick(now);
  expect(scene.asked).toEqual({ waitedFor: 1, holds: 0 });
  expect(scene.rows()).toEqual([]);
});

test('64 threads that wait for one lock ask once a tick who holds it, and the last holder first', () => {
  const scene = new Scene();
  for (let i = 0; i < 64; i++) scene.add(100 + i, true);
  for (let i = 1; i <= 10; i++) scene.add(i, false);
  scene.holder = 10;
  scene.tick(10);
  expect(scene.asked).toEqual({ waitedFor: 64, holds: 10 });
  scene.tick(20);
  expect(scene.asked).toEqual({ waitedFor: 64, holds: 11 });
  expect(scene.rows().map(({ holder }) => holder)).toEqual(new Array(64).fill(10));
});

test('a search among many threads is cut short, goes on in the next tick, and finds every holder', () => {
  const scene = new Scene();
  scene.add(1, true);
  for (let i = 2; i < 300; i++) scene.add(i, false);
  scene.holder = 299;
  let before = 0;
  for (let now = 10; now <= 60; now += 10) {
    scene.tick(now);
    expect(scene.asked.holds - before).toBeLessThanOrEqual(64);
    before = scene.asked.holds;
  }
  expect(scene.rows().map(({ holder }) => holder)).toEqual([-1, 299]);
});

test('many new waits are told one tick after the other', () => {
  const scene = new Scene();
  for (let i = 0; i < 100; i++) scene.add(i, true);
  scene.tick(10);
  expect(scene.asked.waitedFor).toBe(64);
  scene.tick(20);
  expect(scene.asked.waitedFor).toBe(100);
});

test('an RLock that its own waiter has got by now has no holder yet, for that waiter', () => {
  const scene = new Scene();
  scene.add(1, true);
  scene.add(2, true);
  scene.owner = 1;
  scene.tick(10);
  expect(scene.rows().map(({ lane, holder }) => [lane, holder])).toEqual([
    [1, -1],
    [2, 1],
  ]);
});

test('a lock between processes is one lock, and its holder is found in another process', () => {
  // What is mapped from a file has the same place in two processes; here both are this one.
  const mapped = Number(`0x${/^[0-9a-f]+(?=-.*\/)/m.exec(readFileSync('/proc/self/maps', 'utf8'))?.[0]}`);
  const scenes = [new Scene(), new Scene(), new Scene()] as const;
  const [waits, holds, waitsToo] = scenes;
  const watch = new LockWatch(() => scenes.map((scene) => ({ ...scene.process, pid: process.pid })));
  for (const [i, scene] of scenes.entries()) {
    scene.lock = { address: 0x9000 + i, semaphore: mapped, kind: 'SemLock' };
    scene.add(1 + i, scene !== holds);
  }
  holds.owner = 2;
  for (const scene of [waits, waitsToo]) {
    for (const thread of scene.threads.values()) watch.note(thread, 0);
    watch.settle({ ...scene.process, pid: process.pid }, 10);
  }
  const { length, ...rows } = watch.drain();
  expect(length).toBe(2);
  expect([...rows.lane]).toEqual([1, 3]);
  expect([...rows.holder]).toEqual([2, 2]);
  expect([...rows.lock]).toEqual([0, 0]);
  // Asked about once a tick, in none of the ways that a lock of threads needs.
  expect(scenes.map((scene) => scene.asked.holds)).toEqual([0, 0, 0]);
});

test('what was noted of a process without an interpreter is dropped', () => {
  const scene = new Scene();
  const thread = scene.add(1, true);
  scene.watch.note(thread, 0);
  scene.watch.settle({ ...scene.process, runtime: null }, 10);
  scene.watch.settle(scene.process, 20);
  expect(scene.rows()).toEqual([]);
});
