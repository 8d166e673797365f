import { readFileSync, statSync } from 'node:fs';
import { mappedFiles } from './locate.ts';
import { type Memory, STACK_AT } from './memory.ts';
import type { ThreadState } from './threadState.ts';

/** How much of the C library's record of a thread is searched for the thread's number. */
const RECORD_BYTES = 1024;

/** Where that number lies, by the file of the C library. */
const offsets = new Map<string, number>();

/**
 * Finds which kernel thread a `PyThreadState` belongs to.
 *
 * From 3.11 CPython notes the number itself; in a forked child the note may still be the parent's. Before that there is
 * only the `pthread_t`, the address of the C library's record of the thread, which holds the number at an offset that no
 * header gives. It is found once a library: the one place where every record holds the number of a thread of the process.
 */
export class ThreadIds {
  private readonly pid: number;
  private readonly memory: Memory;
  private readonly namespace: Namespace;
  private library: string | undefined;

  constructor(pid: number, memory: Memory) {
    this.pid = pid;
    this.memory = memory;
    this.namespace = new Namespace(pid);
  }

  /** The kernel's number of each state, by its place in `states`; 0 where it cannot be told. `isComplete`:
   * there are no other states. `tids`: the threads there are. */
  match(states: readonly ThreadState[], isComplete: boolean, tids: readonly number[]): number[] {
    const inside = this.namespace.map(tids);
    const result: number[] = states.map((state) => inside.get(state.nativeThreadId) ?? 0);
    if (result.includes(0)) {
      const unknown = states.filter((_, i) => result[i] === 0);
      const found = this.fromRecords(unknown, inside);
      for (const [i, state] of states.entries())
        if (result[i] === 0) result[i] = found.get(state.threadId) ?? 0;
    }
    if (
      isComplete &&
      result.every((tid) => tid === 0) &&
      new Set(states.map((state) => state.threadId)).size === 1
    )
      return states.map(() => this.onlyThread([...inside.values()]));
    return result;
  }

  /** The thread of the only state there is. A child that has just forked has a state for the thread that forked. */
  private onlyThread(tids: readonly number[]): number {
    return tids.length === 1 ? (tids[0] as number) : tids.includes(this.pid) ? this.pid : 0;
  }

  private fromRecords(
    states: readonly ThreadState[],
    tids: ReadonlyMap<number, number>,
  ): Map<number, number> {
    this.library ??= libraryKey(this.pid);
    const records = [...new Set(states.map((state) => state.threadId))];
    const cached = offsets.get(this.library);
    const found = new Map<number, number>();
    if (cached !== undefined)
      for (const record of records) {
        const tid = this.memory.read(record + cached, 4, STACK_AT)
          ? tids.get(this.memory.u32[STACK_AT >> 2] as number)
          : undefined;
        if (tid !== undefined) found.set(record, tid);
      }
    if (cached !== undefined || found.size === records.length) return found;
    const offset = this.searchOffset(records, tids);
    if (offset === undefined) return found;
    offsets.set(this.library, offset);
    return this.fromRecords(states, tids);
  }

  /** The offset at which the most records hold different threads' numbers; undefined when more than one is as good. */
  private searchOffset(records: readonly number[], tids: ReadonlyMap<number, number>): number | undefined {
    const { memory } = this;
    const held = Array.from({ length: RECORD_BYTES / 4 }, () => new Set<number>());
    for (const record of records) {
      const words = memory.readSome(record, RECORD_BYTES, STACK_AT) >> 2;
      for (let word = 0; word < words; word++) {
        const value = memory.u32[(STACK_AT >> 2) + word] as number;
        if (tids.has(value)) held[word]?.add(value);
      }
    }
    const most = Math.max(...held.map((values) => values.size));
    const best = held.flatMap((values, word) => (most > 0 && values.size === most ? [word * 4] : []));
    return best.length === 1 ? best[0] : undefined;
  }
}

function libraryKey(pid: number): string {
  try {
    const files = mappedFiles(readFileSync(`/proc/${pid}/maps`, 'utf8'));
    const library = files.find((file) => /\/(?:libc[.-]|ld-musl|libpthread)[^/]*$/.test(file.path));
    const stat = statSync(library === undefined ? `/proc/${pid}/exe` : `/proc/${pid}/root${library.path}`);
    return `${stat.dev}:${stat.ino}:${stat.mtimeMs}`;
  } catch {
    return `process ${pid}`;
  }
}

/** A process in a container counts its threads from 1; we see other numbers. */
class Namespace {
  private readonly pid: number;
  private readonly nested: boolean;
  private readonly insideByTid = new Map<number, number>();

  constructor(pid: number) {
    this.pid = pid;
    this.nested = namespacedIds(`/proc/${pid}/status`).length > 1;
  }

  /** Number inside the namespace to our number. */
  map(tids: readonly number[]): Map<number, number> {
    if (!this.nested) return new Map(tids.map((tid) => [tid, tid]));
    const result = new Map<number, number>();
    for (const tid of tids) {
      let inside = this.insideByTid.get(tid);
      if (inside === undefined) {
        inside = namespacedIds(`/proc/${this.pid}/task/${tid}/status`).at(-1);
        if (inside === undefined) continue;
        this.insideByTid.set(tid, inside);
      }
      result.set(inside, tid);
    }
    return result;
  }
}

function namespacedIds(path: string): number[] {
  try {
    const match = /^NSpid:\s+(.+)$/m.exec(readFileSync(path, 'utf8'));
    return match?.[1]?.split(/\s+/).map(Number) ?? [];
  } catch {
    return [];
  }
}
