import { expect, test } from '@jest/globals';
import { parseDebugOffsets } from '../../../../../analyzer/collect/cpython/runtime/layouts/debugOffsets.ts';
import { HEADER_LAYOUTS } from '../../../../../analyzer/collect/cpython/runtime/layouts/headers.ts';
import type { Layout } from '../../../../../analyzer/collect/cpython/runtime/layouts/layout.ts';
import { Memory } from '../../../../../analyzer/collect/cpython/runtime/memory.ts';
import { PythonRuntime } from '../../../../../analyzer/collect/cpython/runtime/runtime.ts';
import { Interner } from '../../../../../analyzer/model/index.ts';
import { debugOffsets, TABLE_3_14, TABLE_3_15 } from './images.ts';

/** Every read gives something else: pointers into the same nonsense, small numbers, noise, or nothing at all. */
class NonsenseMemory extends Memory {
  reads = 0;
  private state: number;

  constructor(seed: number) {
    super();
    this.state = seed * 2654435761 + 1;
  }

  private next(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state >>> 8;
  }

  protected override copy(_address: number, target: Uint8Array, at: number, length: number): number {
    this.reads++;
    const count = this.next() % 8 === 0 ? this.next() % (length + 1) : length;
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    for (let i = 0; i + 8 <= count; i += 8) {
      const kind = this.next() % 4;
      const value = kind === 0 ? this.next() % 8 : 0x100000 + (this.next() % 64) * 0x1000;
      view.setUint32(at + i, kind === 3 ? this.next() * 256 : value, true);
      view.setUint32(at + i + 4, kind === 3 ? this.next() : 0, true);
    }
    return count;
  }
}

function selfDescribed(minor: number, version: number, table: typeof TABLE_3_14): Layout {
  const offsets = parseDebugOffsets(debugOffsets(minor, version, table));
  if (offsets.kind !== 'layout') throw new Error(offsets.kind);
  return offsets.layout;
}

const layouts = [
  ...HEADER_LAYOUTS.values(),
  selfDescribed(14, 0x030e00f0, TABLE_3_14),
  selfDescribed(15, 0x030f00f0, TABLE_3_15),
];

for (const layout of layouts)
  test(`3.${layout.minor}: memory that makes no sense is read without an error and to an end`, () => {
    for (let seed = 0; seed < 40; seed++) {
      const memory = new NonsenseMemory(seed);
      const runtime = new PythonRuntime(
        process.pid,
        memory,
        layout,
        { runtime: 0x100000, version: 0 },
        new Interner(),
      );
      const tids = Array.from({ length: 64 }, (_, i) => 0x100000 + i * 0x1000);
      for (let round = 0; round < 3; round++) {
        for (const [tid, state] of runtime.threads(tids)) runtime.walk(state, tid);
        for (const tid of tids) {
          const lock = {
            address: tid,
            semaphore: tid,
            kind: (['lock', 'RLock', 'SemLock'] as const)[round] ?? 'lock',
          };
          runtime.waitedFor(tid, tid, lock);
          runtime.holds(tid, lock, round === 1);
          runtime.ownerOf(lock);
        }
        runtime.gil();
      }
      runtime.threadNames(tids);
      expect(runtime.version).toMatch(/^3\.\d+/);
      runtime.processName();
      expect(memory.reads).toBeLessThan(5_000_000);
    }
  });
