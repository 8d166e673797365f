import type { Code } from './codeCache.ts';
import { protectedDepths } from './exceptionTable.ts';
import { ABSENT, type DataStackFrames, type HeapFrames, type Layout } from './layouts/layout.ts';
import { type Memory, OBJECT_AT, VALUES_AT, VALUES_BYTES } from './memory.ts';

/** SETUP_WITH of 3.8 to 3.10: it calls `__enter__` and then sets up the block. */
const SETUP_WITH = 143;
/** As CO_MAXBLOCKS: more blocks than a frame has room for are not its own. */
const MAX_BLOCKS = 20;
const MAX_TABLE_BYTES = 1 << 20;

/** What the code of a frame says of the values in it. */
interface Shape {
  /** Variables of the frame, in words: the stack begins after them. From 3.11; before, the frame says it. */
  readonly locals: number;
  /** From 3.11: values in force at each unit. */
  readonly depths: Uint16Array;
  /** To 3.10: 1 at the units that enter a `with` statement. Without one, no values are kept for its end. */
  readonly entries: Uint8Array;
  readonly hasBlocks: boolean;
}

const NO_SHAPE: Shape = {
  locals: 0,
  depths: new Uint16Array(0),
  entries: new Uint8Array(0),
  hasBlocks: false,
};

/**
 * The values in one frame: its variables, and the stack that its bytecode works on.
 *
 * While a frame executes CPython keeps the height of its stack in a register, and what was taken off it is not cleared.
 * So only the values **below the innermost handler** are known to be in use: an exception cuts the stack back to
 * them. That is where a `with` statement keeps what will end it, from the moment that it was entered.
 *
 * All of it comes from one copy of the frame: instruction, blocks and values belong together.
 */
export class FrameValues {
  /** Values from the start of the stack that are in use for sure. */
  live = 0;
  private readonly memory: Memory;
  private readonly layout: Layout;
  private readonly shapes = new WeakMap<Code, Shape>();
  /** In the scratch buffer: the first variable, the first value of the stack and the end of what was copied. */
  private localsAt = 0;
  private stackAt = 0;
  private endAt = 0;
  private unit = 0;

  constructor(memory: Memory, layout: Layout) {
    this.memory = memory;
    this.layout = layout;
  }

  /** Whether a frame at this instruction can keep anything for the end of a `with`; looks at the code alone. */
  mayHoldAnything(code: Code, unit: number): boolean {
    const shape = this.shapeOf(code);
    return this.layout.frames.kind === 'heap' ? shape.hasBlocks : (shape.depths[unit] ?? 0) > 0;
  }

  /** Reads the frame; false when it is not, or no more, one that executes `code`. */
  read(frame: number, code: Code): boolean {
    const copied = this.memory.readSome(frame, VALUES_BYTES, VALUES_AT);
    this.endAt = VALUES_AT + copied - (copied % 8);
    const { frames } = this.layout;
    return frames.kind === 'heap'
      ? this.parseHeap(frames, frame, code, copied)
      : this.parseDataStack(frames, code, copied);
  }

  /** The words of the frame from its first variable to the room for its stack; stale ones among them. */
  get size(): number {
    return Math.max(0, (this.endAt - this.localsAt) / 8);
  }

  at(index: number): number {
    return this.memory.pointer(this.localsAt + 8 * index);
  }

  /** Value `index` of the stack; 0 beyond what was copied. */
  onStack(index: number): number {
    const at = this.stackAt + 8 * index;
    return at + 8 <= this.endAt ? this.memory.pointer(at) : 0;
  }

  /**
   * Where on the stack the object lies whose `with` statement is being entered by the instruction that the frame is at:
   * the places from `from` to `to`, the first of a kind. Empty when the instruction is another.
   */
  entering(code: Code): { readonly from: number; readonly to: number } {
    const shape = this.shapeOf(code);
    if (this.layout.frames.kind === 'heap') {
      const isEntry = shape.entries[this.unit] === 1;
      // Iterators of `for` loops may lie between the last block and the object.
      return { from: this.live, to: isEntry ? (this.endAt - this.stackAt) / 8 : this.live };
    }
    const after = shape.depths[this.unit + 1] ?? 0;
    return after > this.live ? { from: after - 1, to: after } : { from: 0, to: 0 };
  }

  private parseDataStack(layout: DataStackFrames, code: Code, copied: number): boolean {
    const { memory } = this;
    if (copied < layout.size || memory.pointer(VALUES_AT + layout.code) !== code.address) return false;
    const shape = this.shapeOf(code);
    const instruction = memory.pointer(VALUES_AT + layout.instruction);
    this.unit = (instruction - code.address - this.layout.code.bytecode) / 2;
    this.localsAt = VALUES_AT + layout.size;
    this.stackAt = this.localsAt + 8 * shape.locals;
    this.endAt = Math.min(this.endAt, VALUES_AT + code.frameBytes);
    this.live = shape.depths[this.unit] ?? 0;
    return this.stackAt + 8 * this.live <= this.endAt;
  }

  private parseHeap(layout: HeapFrames, frame: number, code: Code, copied: number): boolean {
    const { memory } = this;
    if (copied < layout.locals || memory.pointer(VALUES_AT + layout.code) !== code.address) return false;
    if (memory.u8[VALUES_AT + layout.state] !== layout.executing) return false;
    const instruction = memory.i32[(VALUES_AT + layout.instruction) >> 2] as number;
    this.unit = layout.instructionBytes === 1 ? instruction >> 1 : instruction;
    const blocks = memory.i32[(VALUES_AT + layout.blockCount) >> 2] as number;
    const stackOffset = memory.pointer(VALUES_AT + layout.stack) - frame;
    if (!(blocks >= 0 && blocks <= MAX_BLOCKS && stackOffset >= layout.locals)) return false;
    this.localsAt = VALUES_AT + layout.locals;
    this.stackAt = VALUES_AT + stackOffset;
    // A frame's size counts the words after its fixed part, as that of a tuple does.
    const words = memory.pointer(VALUES_AT + this.layout.object.size);
    this.endAt = Math.min(this.endAt, this.localsAt + 8 * words);
    const last = VALUES_AT + layout.blocks + (blocks - 1) * layout.blockBytes + layout.blockLevel;
    this.live = blocks === 0 ? 0 : (memory.i32[last >> 2] as number);
    return this.live >= 0 && this.stackAt + 8 * this.live <= this.endAt;
  }

  private shapeOf(code: Code): Shape {
    let shape = this.shapes.get(code);
    if (shape === undefined) {
      const read = this.layout.frames.kind === 'heap' ? this.heapShape(code) : this.dataStackShape(code);
      // Code that could not be read now may be another time.
      if (read === null) return NO_SHAPE;
      this.shapes.set(code, read);
      shape = read;
    }
    return shape;
  }

  private dataStackShape(code: Code): Shape | null {
    const { memory, layout } = this;
    const { localCount, exceptionTable } = layout.code;
    if (exceptionTable === ABSENT || !memory.read(code.address + localCount, 4, OBJECT_AT)) return null;
    const locals = memory.u32[OBJECT_AT >> 2] as number;
    const table = this.content(memory.pointerAt(code.address + exceptionTable));
    return table === null ? null : { ...NO_SHAPE, locals, depths: protectedDepths(table, code.units) };
  }

  private heapShape(code: Code): Shape | null {
    const bytecode = this.content(this.memory.pointerAt(code.address + this.layout.code.bytecode));
    if (bytecode === null) return null;
    const entries = Uint8Array.from({ length: code.units }, (_, unit) =>
      bytecode[2 * unit] === SETUP_WITH ? 1 : 0,
    );
    return { ...NO_SHAPE, entries, hasBlocks: entries.includes(1) };
  }

  /** The bytes of the bytes object at `address`. */
  private content(address: number): Uint8Array | null {
    const { memory, layout } = this;
    if (!memory.read(address + layout.object.size, 8, OBJECT_AT)) return null;
    const length = memory.pointer(OBJECT_AT);
    return length <= MAX_TABLE_BYTES ? memory.bytes(address + layout.bytes.data, length) : null;
  }
}
