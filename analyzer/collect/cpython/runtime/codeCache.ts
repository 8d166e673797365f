import type { FrameId, Interner } from '../../../model/index.ts';
import { ABSENT, type Layout } from './layouts/layout.ts';
import { decodeLines } from './lineTable.ts';
import { CODE_AT, type Memory, OBJECT_AT } from './memory.ts';
import type { Objects } from './objects.ts';

/** Larger code than any compiler makes; a torn length must not make us allocate. */
const MAX_UNITS = 1 << 22;
const MAX_LINE_TABLE = 1 << 24;
/** A bound for a program that never stops to load code. */
const MAX_CODES = 1 << 17;
/** Walks of the process after which even a permanent code object is looked at again where a thread has not moved. */
const CHECKED_EVERY = 128;
/** Milliseconds for which a code object must be found unchanged, names and all, before it counts as permanent. */
const TRUSTED_AFTER = 1000;
const MAX_TRUSTED_AFTER = 64_000;

/** A code object as it was found at its address. */
export class Code {
  readonly address: number;
  readonly name: string;
  readonly file: string;
  readonly firstLine: number;
  readonly units: number;
  /** Bytes of a frame of it on the data stack, from 3.11. */
  readonly frameBytes: number;
  /** Line of each code unit. */
  readonly lines: Int32Array;
  /** The fields of the object that a successor at its address would not all share. */
  readonly identity: Float64Array;
  /** 1 for each code unit that leaves the frame: a frame that waits for a call is not there. */
  readonly returns: Uint8Array;
  /** Frame of each code unit, from -1 on; -1 until it is asked for. */
  readonly frames: Int32Array;
  /** A trampoline of CPython's own, such as the one below `__init__` in 3.13, which its tracebacks hide too. */
  readonly isHidden: boolean;
  /** Since when it has been found unchanged each time, in ms of the cache's clock. */
  since: number;
  /** The walk in which it was last checked. */
  checkedIn = -1;
  /** The era of the cache in which it became permanent; -1 when it did not. */
  trustedIn = -1;

  constructor(
    address: number,
    name: string,
    file: string,
    lines: Int32Array,
    returns: Uint8Array,
    identity: Float64Array,
    since: number,
  ) {
    this.since = since;
    this.address = address;
    this.name = name;
    this.file = file;
    this.firstLine = identity[FIRST_LINE] as number;
    this.units = lines.length;
    this.frameBytes = identity[FRAME_BYTES] as number;
    this.lines = lines;
    this.returns = returns;
    this.identity = identity;
    this.isHidden = this.firstLine === 0 && name === file;
    this.frames = new Int32Array(this.units + 1).fill(-1);
  }
}

const FILE_NAME = 0;
const NAME = 1;
const LINE_TABLE = 2;
const FIRST_LINE = 3;
/** Before 3.11 where the bytecode is, since then the number of its units. */
const BYTECODE = 4;
const VERSION = 5;
const FRAME_BYTES = 6;
const IDENTITY_FIELDS = 7;

/**
 * What a code object's address stands for: names and lines, read once.
 *
 * **Addresses are reused.** A function that is compiled, called and dropped in a loop (templates, notebooks, namedtuple)
 * lands at the address of the one before. Measured on such a loop, of 20,000 functions only 20 to 70 differed in the
 * address and every pointer of the object on 3.8 to 3.11; only the text tells them apart. From 3.12 a version number does.
 *
 * So an object is compared, text and all, in each sample that has it, until it has been there for a second; then it counts
 * as permanent and only its pointers are compared: when the thread has moved, and now and then when it has not (`Walker`).
 * Once a permanent one is found replaced, all start anew, and twice that time is asked for.
 */
export class CodeCache {
  private readonly codes = new Map<number, Code>();
  private readonly memory: Memory;
  private readonly layout: Layout;
  private readonly objects: Objects;
  private readonly interner: Interner;
  private readonly clock: () => number;
  private readonly headerBytes: number;
  private readonly frameHeaderBytes: number;
  private readonly identity = new Float64Array(IDENTITY_FIELDS);
  /** The address of the type `code`, once seen. */
  private codeType = 0;
  private walk = 0;
  /** Counts the code objects that were read: because they were new, or had replaced others. */
  loads = 0;
  /** Counts how often permanent code was found replaced. */
  private era = 0;
  private trustedAfter = TRUSTED_AFTER;

  /** `clock`: milliseconds of any clock that only goes forward. */
  constructor(memory: Memory, layout: Layout, objects: Objects, interner: Interner, clock: () => number) {
    this.clock = clock;
    this.memory = memory;
    this.layout = layout;
    this.objects = objects;
    this.interner = interner;
    this.frameHeaderBytes = layout.frames.kind === 'dataStack' ? layout.frames.size : 0;
    const { fileName, firstLine, name, lineTable, version, bytecode } = layout.code;
    // Until 3.10 the bytecode is a field like the others; then it is what follows the fields.
    const last = Math.max(fileName, firstLine, name, lineTable, version, layout.minor < 11 ? bytecode : 0);
    this.headerBytes = last + 8;
  }

  /** Call before each walk: an object is checked once a walk. */
  beginWalk(): void {
    this.walk++;
  }

  /** The code object at `address` as it is now; null when there is none. */
  current(address: number): Code | null {
    const code = this.codes.get(address);
    if (code !== undefined) {
      if (code.checkedIn === this.walk || code.isHidden) return code;
      if (this.isUnchanged(code)) return code;
      this.codes.delete(address);
      if (code.trustedIn === this.era) {
        this.era++;
        this.trustedAfter = Math.min(MAX_TRUSTED_AFTER, this.trustedAfter * 2);
      }
    }
    return this.load(address);
  }

  /** Whether this object, in a frame that has not changed since the last sample, may be taken to be there still. */
  isTrusted(code: Code): boolean {
    return code.trustedIn === this.era && this.walk - code.checkedIn < CHECKED_EVERY;
  }

  /** Bytes of a frame of the code object at `address`, on the data stack; 0 when there is none. */
  frameBytes(address: number): number {
    const code = this.codes.get(address) ?? this.load(address);
    return code === null ? 0 : code.frameBytes;
  }

  isAtReturn(address: number, unit: number): boolean {
    return this.codes.get(address)?.returns[unit] === 1;
  }

  /** The frame of the instruction at `unit` of `code`; -1 when the code has no such instruction. */
  frame(code: Code, unit: number): FrameId | -1 {
    if (unit < -1 || unit >= code.units) return -1;
    const known = code.frames[unit + 1] as FrameId | -1;
    if (known !== -1) return known;
    const line = unit < 0 ? code.firstLine : (code.lines[unit] as number);
    const frame = this.interner.frame(code.name, code.file, line, code.firstLine, 'python');
    code.frames[unit + 1] = frame;
    return frame;
  }

  private isUnchanged(code: Code): boolean {
    if (!this.readIdentity(code.address)) return false;
    const { identity } = this;
    for (let i = 0; i < IDENTITY_FIELDS; i++) if (identity[i] !== code.identity[i]) return false;
    if (code.trustedIn !== this.era) {
      if (!this.hasTexts(identity, code.name, code.file)) return false;
      const now = this.clock();
      if (code.trustedIn !== -1) {
        code.trustedIn = -1;
        code.since = now;
      }
      if (now - code.since >= this.trustedAfter) code.trustedIn = this.era;
    }
    code.checkedIn = this.walk;
    return true;
  }

  private hasTexts(identity: Float64Array, name: string, file: string): boolean {
    if (this.layout.code.version !== ABSENT) return true;
    return (
      this.objects.text(identity[NAME] as number) === name &&
      this.objects.text(identity[FILE_NAME] as number) === file
    );
  }

  private load(address: number): Code | null {
    if (!this.readIdentity(address)) return null;
    const identity = this.identity.slice();
    const name = this.objects.text(identity[NAME] as number);
    const file = this.objects.text(identity[FILE_NAME] as number);
    if (name === null || file === null) return null;
    const lines = this.readLines(identity);
    const returns = lines === null ? null : this.readReturns(address, lines.length);
    if (lines === null || returns === null) return null;
    // The texts were read after the object; had it been replaced in between they would be another's.
    if (!this.readIdentity(address) || this.identity.some((field, i) => field !== identity[i])) return null;
    if (!this.hasTexts(identity, name, file)) return null;
    this.loads++;
    const code = new Code(address, name, file, lines, returns, identity, this.clock());
    code.checkedIn = this.walk;
    if (this.codes.size >= MAX_CODES) this.codes.clear();
    this.codes.set(address, code);
    return code;
  }

  /** Reads what identifies the code object at `address` to `this.identity`; false when it is none. */
  private readIdentity(address: number): boolean {
    const { memory, identity } = this;
    const { code, object } = this.layout;
    if (!memory.read(address, this.headerBytes, CODE_AT)) return false;
    const type = memory.pointer(CODE_AT + object.type);
    if (type !== this.codeType && !this.isCodeType(type)) return false;
    identity[FILE_NAME] = memory.pointer(CODE_AT + code.fileName);
    identity[NAME] = memory.pointer(CODE_AT + code.name);
    identity[LINE_TABLE] = memory.pointer(CODE_AT + code.lineTable);
    identity[FIRST_LINE] = Math.max(0, memory.i32[(CODE_AT + code.firstLine) >> 2] as number);
    identity[VERSION] = code.version === ABSENT ? 0 : (memory.u32[(CODE_AT + code.version) >> 2] as number);
    identity[FRAME_BYTES] = this.frameHeaderBytes === 0 ? 0 : this.frameHeaderBytes + 8 * this.frameWords();
    identity[BYTECODE] = memory.pointer(CODE_AT + (this.layout.minor >= 11 ? object.size : code.bytecode));
    return true;
  }

  private frameWords(): number {
    const { localCount, stackSize } = this.layout.code;
    const { u32 } = this.memory;
    return (u32[(CODE_AT + localCount) >> 2] as number) + (u32[(CODE_AT + stackSize) >> 2] as number);
  }

  /** There is one type of code objects in a process; it is recognised by its name, once. */
  private isCodeType(type: number): boolean {
    const { memory } = this;
    if (this.codeType !== 0) return false;
    const name = memory.pointerAt(type + this.layout.type.name);
    if (!memory.read(name, 5, OBJECT_AT)) return false;
    const found = Buffer.from(memory.u8.buffer, OBJECT_AT, 5).toString('latin1') === 'code\0';
    if (found) this.codeType = type;
    return found;
  }

  /** The line of each unit of the code object with this identity; null when they cannot be read. */
  private readLines(identity: Float64Array): Int32Array | null {
    const { memory, layout } = this;
    const bytecode = identity[BYTECODE] as number;
    const units = layout.minor >= 11 ? bytecode : memory.pointerAt(bytecode + layout.object.size) / 2;
    const table = identity[LINE_TABLE] as number;
    const bytes = memory.pointerAt(table + layout.object.size);
    if (!(units > 0 && units <= MAX_UNITS && bytes <= MAX_LINE_TABLE)) return null;
    const content = memory.bytes(table + layout.bytes.data, bytes);
    if (content === null) return null;
    const firstLine = identity[FIRST_LINE] as number;
    const lines = decodeLines(layout.minor, content, firstLine, units);
    // An instruction without a line belongs to what came before: the profile of a line must add up to its function's.
    let line = firstLine;
    for (let unit = 0; unit < units; unit++) {
      const own = lines[unit] as number;
      if (own > 0) line = own;
      else lines[unit] = line;
    }
    return lines;
  }

  /** Only from 3.11: before, a frame says itself whether it has returned. */
  private readReturns(address: number, units: number): Uint8Array | null {
    const { bytecode, returns } = this.layout.code;
    const result = new Uint8Array(units);
    if (this.layout.minor < 11 || returns.length === 0) return result;
    const code = this.memory.bytes(address + bytecode, units * 2);
    if (code === null) return null;
    // Where the unit is an operand of the one before, this may take it for an opcode. In 3.11 and 3.12, which note the last
    // unit of a call, that would need 83 arguments or 5,000,000 functions.
    for (let unit = 0; unit < units; unit++) if (returns.includes(code[unit * 2] as number)) result[unit] = 1;
    return result;
  }
}
