import { expect, test } from '@jest/globals';
import { parseDebugOffsets } from '../../../../../analyzer/collect/cpython/runtime/layouts/debugOffsets.ts';
import { NO_FRAMES, PythonRuntime, STALE } from '../../../../../analyzer/collect/cpython/runtime/runtime.ts';
import { debugOffsets, ImageMemory, TABLE_3_14, TABLE_3_15 } from './images.ts';
import { Stacks } from './pythons.ts';

/*
 * No machine of ours has 3.14 or 3.15 yet. These images are built by hand from what is known of their memory:
 *
 *     f3 (chunk A) -> f2 (chunk B) -> mark on the C stack -> f1 (chunk B) -> mark on the C stack -> nothing, or the base
 */
const RUNTIME = 0x10000000;
const INTERPRETER = 0x10100000;
const FIRST = 0x10200000;
const SECOND = 0x10201000;
const CHUNK_A = 0x10300000;
const CHUNK_B = 0x10310000;
const OBJECTS = 0x10400000;
const C_STACK = 0x7ffe00000000;

const CODE = OBJECTS + 0x1000;
const CODE_TYPE = OBJECTS;
const GENERATOR = OBJECTS + 0x3000;
const NONE = OBJECTS + 0x4000;
const F3 = CHUNK_A + 24;
const F2 = CHUNK_B + 32 + 0x100;
const F1 = CHUNK_B + 32;
const ENTRY_2 = C_STACK + 0x100;
const ENTRY_1 = C_STACK + 0x800;
const TID = 4242;

class Image extends ImageMemory {
  readonly minor: number;
  readonly threadId: number;
  readonly stacks = new Stacks();

  constructor(minor: 14 | 15) {
    super();
    this.minor = minor;
    const table = minor === 14 ? TABLE_3_14 : TABLE_3_15;
    const at = (field: string) => table[field] ?? 0;
    this.threadId = at('thread_state.native_thread_id');
    for (const [base, length] of [
      [RUNTIME, 4096],
      [INTERPRETER, 16384],
      [FIRST, 4096],
      [SECOND, 4096],
      [CHUNK_A, 16384],
      [CHUNK_B, 16384],
      [OBJECTS, 65536],
      [C_STACK, 4096],
    ] as const)
      this.map(base, length);
    this.put(RUNTIME, debugOffsets(minor, minor === 14 ? 0x030e00f0 : 0x030f00f0, table));
    this.word(RUNTIME + at('runtime_state.interpreters_head'), INTERPRETER);
    this.word(INTERPRETER + at('interpreter_state.threads_head'), FIRST);

    const base = FIRST + at('thread_state.size');
    for (const [state, next, tid] of [
      [FIRST, SECOND, TID],
      [SECOND, 0, TID + 1],
    ] as const) {
      this.word(state + 8, next);
      this.word(state + 16, INTERPRETER);
      this.word(state + this.threadId, tid);
    }
    this.word(FIRST + 72, F3);
    if (minor === 15) this.word(FIRST + 80, base);
    const chunk = at('thread_state.datastack_chunk');
    this.word(FIRST + chunk, CHUNK_A);
    this.word(FIRST + chunk + 8, CHUNK_A + 24 + 120);
    this.word(FIRST + chunk + 16, CHUNK_A + 16384);
    this.word(CHUNK_A, CHUNK_B);
    this.word(CHUNK_A + 8, 16384);
    this.word(CHUNK_B + 8, 16384);

    this.objects();
    this.frame(F3, CODE + 1, F2, 0, 5);
    this.frame(F2, CODE, ENTRY_2, 0, 3);
    this.frame(ENTRY_2, NONE + 1, F1, 3, 0);
    this.frame(F1, CODE, ENTRY_1, 0, 0);
    this.frame(ENTRY_1, NONE + 1, minor === 15 ? base : 0, 3, 0);
    if (minor === 15) this.frame(base, NONE + 1, 0, 3, 0);
  }

  frame(address: number, executable: number, previous: number, owner: number, unit: number): void {
    this.word(address, executable);
    this.word(address + 8, previous);
    this.word(address + 56, CODE + 208 + 2 * unit);
    this.byte(address + 74, owner);
  }

  private objects(): void {
    const encode = (text: string) => new TextEncoder().encode(text);
    this.put(OBJECTS + 0x800, encode('code\0'));
    this.word(CODE_TYPE + 24, OBJECTS + 0x800);
    const name = OBJECTS + 0x2000;
    const file = OBJECTS + 0x2100;
    const lines = OBJECTS + 0x2200;
    for (const [address, text, state] of [
      [name, 'work', 0x64],
      [file, 'a.py', 0xe4],
    ] as const) {
      this.word(address + 16, text.length);
      this.half(address + 32, state);
      this.put(address + 40, encode(text));
    }
    this.word(lines + 16, 6);
    this.put(lines + 32, Uint8Array.of(0xe9, 0, 0xe9, 2, 0xe9, 4));
    this.word(CODE + 8, CODE_TYPE);
    this.word(CODE + 16, 6);
    this.half(CODE + 68, 10);
    this.word(CODE + 112, file);
    this.word(CODE + 128, name);
    this.word(CODE + 136, lines);
  }

  attach(): PythonRuntime {
    const offsets = parseDebugOffsets(
      this.bytes(RUNTIME, this.minor === 14 ? 760 : 888) ?? new Uint8Array(0),
    );
    if (offsets.kind !== 'layout') throw new Error(offsets.kind);
    return new PythonRuntime(
      process.pid,
      this,
      offsets.layout,
      { runtime: RUNTIME, version: offsets.version },
      this.stacks.interner,
    );
  }

  /** Lines of the first thread's stack, outermost first, and whether it was torn. */
  look(): { readonly lines: number[]; readonly torn: boolean } {
    const runtime = this.attach();
    const states = runtime.threads([TID, TID + 1]);
    const stack = runtime.walk(states.get(TID) ?? 0, TID);
    return { lines: this.stacks.places(stack).map(({ line }) => line), torn: runtime.torn };
  }
}

for (const minor of [14, 15] as const) {
  const title = `3.${minor}`;

  test(`${title}: frames in two chunks and marks on the C stack are one stack`, () => {
    const image = new Image(minor);
    const runtime = image.attach();
    expect(runtime.version).toBe(`3.${minor}.0`);
    const states = runtime.threads([TID, TID + 1]);
    expect([...states]).toEqual([
      [TID, FIRST],
      [TID + 1, SECOND],
    ]);
    const stack = runtime.walk(FIRST, TID);
    expect(image.stacks.places(stack)).toEqual([
      { name: 'work', file: 'a.py', line: 10 },
      { name: 'work', file: 'a.py', line: 11 },
      { name: 'work', file: 'a.py', line: 13 },
    ]);
    expect(runtime.torn).toBe(false);
  });

  test(`${title}: a thread without Python code has no frames`, () => {
    const image = new Image(minor);
    const runtime = image.attach();
    runtime.threads([TID, TID + 1]);
    expect(runtime.walk(SECOND, TID + 1)).toBe(NO_FRAMES);
    if (minor === 15) {
      image.word(SECOND + 72, SECOND + 888);
      image.word(SECOND + 80, SECOND + 888);
      image.frame(SECOND + 888, NONE + 1, 0, 3, 0);
      expect(runtime.walk(SECOND, TID + 1)).toBe(NO_FRAMES);
      expect(runtime.torn).toBe(false);
    }
  });

  test(`${title}: the frame of a generator is read inside its object`, () => {
    const image = new Image(minor);
    image.frame(GENERATOR + 72, CODE + 1, F2, 1, 2);
    image.word(F3 + 8, GENERATOR + 72);
    expect(image.look()).toEqual({ lines: [10, 11, 11, 13], torn: false });
  });

  test(`${title}: a frame of owner 4 is passed over`, () => {
    const image = new Image(minor);
    image.byte(ENTRY_2 + 74, 4);
    expect(image.look()).toEqual({ lines: [10, 11, 13], torn: false });
  });

  test(`${title}: a text in Latin-1, UCS-2 or UCS-4 is read`, () => {
    for (const [state, width, text] of [
      [0x24, 1, 'für'],
      [0x28, 2, '函数'],
      [0x30, 4, '\u{1f600}'],
    ] as const) {
      const image = new Image(minor);
      const name = OBJECTS + 0x2000;
      const characters = [...text].map((character) => character.codePointAt(0) ?? 0);
      image.word(name + 16, characters.length);
      image.half(name + 32, state);
      for (const [i, character] of characters.entries())
        for (let byte = 0; byte < width; byte++)
          image.byte(name + 56 + i * width + byte, (character >>> (8 * byte)) & 255);
      const runtime = image.attach();
      runtime.threads([TID]);
      expect(image.stacks.places(runtime.walk(FIRST, TID))[0]?.name).toBe(text);
    }
  });

  const damages: readonly (readonly [title: string, damage: (image: Image) => void])[] = [
    ['an owner that does not exist', (image) => image.byte(F2 + 74, 7)],
    ['an empty reference for the code', (image) => image.word(F2, 1)],
    ['a frame that is its own caller', (image) => image.word(F2 + 8, F2)],
    ['links that run in a circle', (image) => image.word(ENTRY_1 + 8, F2)],
    ['marks that run in a circle', (image) => image.word(ENTRY_2 + 8, ENTRY_2)],
    ['a link to nowhere', (image) => image.word(F2 + 8, 0x20000000)],
    ['an instruction before the code', (image) => image.word(F2 + 56, CODE + 100)],
    ['an instruction behind the code', (image) => image.word(F2 + 56, CODE + 208 + 12)],
    ['code that is something else', (image) => image.word(CODE + 8, NONE)],
  ];
  for (const [what, damage] of damages)
    test(`${title}: ${what} is noticed`, () => {
      const image = new Image(minor);
      damage(image);
      expect(image.look().torn).toBe(true);
    });

  test(`${title}: frames are found when nothing is right about the chunk`, () => {
    for (const top of [0, CHUNK_A - 8, 2 ** 47]) {
      const image = new Image(minor);
      image.word(CHUNK_A + 8, 8);
      image.word(FIRST + (minor === 14 ? 240 : 264), top);
      expect(image.look()).toEqual({ lines: [10, 11, 13], torn: false });
    }
    const image = new Image(minor);
    image.unmap(CHUNK_B);
    expect(image.look().torn).toBe(true);
  });

  test(`${title}: a state that became another thread's is stale`, () => {
    const image = new Image(minor);
    const runtime = image.attach();
    runtime.threads([TID]);
    image.word(FIRST + image.threadId, TID + 7);
    expect(runtime.walk(FIRST, TID)).toBe(STALE);
  });
}

test('3.15: a walk that ends before the base is incomplete', () => {
  const image = new Image(15);
  image.word(ENTRY_2 + 8, 0);
  expect(image.look().torn).toBe(true);
});
