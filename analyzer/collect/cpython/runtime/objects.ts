import type { Layout } from './layouts/layout.ts';
import { type Memory, OBJECT_AT } from './memory.ts';

/** Longer texts are cut: a name or a path is shorter, and a torn length must not make us read gigabytes. */
const MAX_CHARACTERS = 4096;
/** A dict of modules or threads is smaller; entries beyond are not seen. */
const MAX_ENTRIES = 65536;

const MANAGED_DICT = 1 << 4;
const INLINE_VALUES = 1 << 2;
const GENERAL_KEYS = 0;
const NO_ENTRIES: Entries = { keys: [], values: [] };

/** Addresses of the keys and values of a dict, in order; entries that were deleted are left out. */
export interface Entries {
  readonly keys: readonly number[];
  readonly values: readonly number[];
}

/** The keys that a dict or the instances of a class share. A deleted entry has the key or value 0. */
interface Keys {
  readonly keys: readonly number[];
  readonly values: readonly number[];
}

/**
 * Reads Python objects of a running process. It changes them while we read: every answer is a guess that may be torn,
 * null or 0 where it is known to be, and nothing here takes more than bounded time.
 */
export class Objects {
  private readonly memory: Memory;
  private readonly layout: Layout;
  /** The interned texts that were looked for, by their address: most look-ups then compare no characters. */
  private readonly internedKeys = new Map<string, number>();

  constructor(memory: Memory, layout: Layout) {
    this.memory = memory;
    this.layout = layout;
  }

  /** The `str` at `address`; null when it is none. */
  text(address: number): string | null {
    const { memory } = this;
    const { length: lengthAt, state: stateAt, asciiData, data } = this.layout.text;
    const at = OBJECT_AT;
    const got = memory.readSome(address, 128, at);
    if (got < data) return null;
    const length = Math.min(memory.pointer(at + lengthAt), MAX_CHARACTERS);
    const state = memory.u32[(at + stateAt) >> 2] as number;
    const kind = (state >>> 2) & 7;
    const compact = (state & 0x20) !== 0;
    const ascii = (state & 0x40) !== 0;
    if (kind !== 1 && kind !== 2 && kind !== 4) return null;
    const bytes = length * kind;
    const offset = ascii ? asciiData : data;
    if (compact && offset + bytes <= got)
      return decodeText(memory.u8.subarray(at + offset, at + offset + bytes), kind);
    // An instance of a subclass of str keeps a pointer to its characters.
    const start = compact ? address + offset : memory.pointer(at + data);
    const characters = bytes === 0 ? new Uint8Array(0) : memory.bytes(start, bytes);
    return characters === null ? null : decodeText(characters, kind);
  }

  /** The `int` at `address`, when it is positive and below 2^53; else null. */
  integer(address: number): number | null {
    const { memory } = this;
    const { digits, countShift } = this.layout.integer;
    if (!memory.read(address, digits + 8, OBJECT_AT)) return null;
    const count = (memory.u32[(OBJECT_AT + this.layout.object.size) >> 2] as number) >>> countShift;
    const low = memory.u32[(OBJECT_AT + digits) >> 2] as number;
    if (count === 1) return low;
    const high = memory.u32[((OBJECT_AT + digits) >> 2) + 1] as number;
    return count === 2 && high < 1 << 23 ? high * 2 ** 30 + low : null;
  }

  /** The entries of the `dict` at `address`. */
  entries(address: number): Entries {
    const { memory, layout } = this;
    const { keys: keysAt, values: valuesAt } = layout.dict;
    if (!memory.read(address, Math.max(keysAt, valuesAt) + 8, OBJECT_AT)) return NO_ENTRIES;
    const shared = memory.pointer(OBJECT_AT + keysAt);
    const values = memory.pointer(OBJECT_AT + valuesAt);
    const table = this.keysAt(shared);
    return live(values === 0 ? table : this.withValues(table, values + layout.dict.valuesData));
  }

  /** The value of `name` in the dict at `address`; 0 when there is none. */
  lookup(address: number, name: string): number {
    return this.find(this.entries(address), name);
  }

  /** The dict of the module object at `address`. */
  moduleDict(address: number): number {
    return this.memory.pointerAt(address + this.layout.object.size);
  }

  /** The instance attribute `name` of the object at `address`; 0 when there is none. */
  attribute(address: number, name: string): number {
    const { memory, layout } = this;
    const type = memory.pointerAt(address + layout.object.type);
    const flags = this.word(type + layout.type.flags);
    const { attributes } = layout;
    if (attributes.kind === 'dictPointer') {
      const offset = this.word(type + layout.type.dictOffset);
      return offset > 0 && offset < 4096 ? this.lookup(memory.pointerAt(address + offset), name) : 0;
    }
    if ((flags & MANAGED_DICT) === 0) return 0;
    const dict = memory.pointerAt(address - 24);
    switch (attributes.kind) {
      case 'valuesPointer': {
        const values = memory.pointerAt(address - 32);
        return values === 0 ? this.lookup(dict, name) : this.cachedValue(type, values, name);
      }
      case 'taggedValues':
        return dict % 2 === 0 ? this.lookup(dict, name) : this.cachedValue(type, dict + 1, name);
      case 'inlineValues': {
        const values = address + this.word(type + layout.type.basicSize);
        const valid =
          (flags & INLINE_VALUES) !== 0 &&
          memory.read(values, 8, OBJECT_AT) &&
          memory.u8[OBJECT_AT + attributes.valid] === 1;
        return valid
          ? this.cachedValue(type, values + layout.dict.valuesData, name)
          : this.lookup(dict, name);
      }
    }
  }

  /** The value of `name` among values that are kept without a dict, in the order of the keys of the type. */
  private cachedValue(type: number, values: number, name: string): number {
    const keys = this.keysAt(this.memory.pointerAt(type + this.layout.type.cachedKeys));
    return this.find(this.withValues(keys, values), name);
  }

  private find(entries: Entries, name: string): number {
    const interned = this.internedKeys.get(name);
    if (interned !== undefined) {
      const at = entries.keys.indexOf(interned);
      if (at >= 0) return entries.values[at] ?? 0;
    }
    for (let i = 0; i < entries.keys.length; i++) {
      const key = entries.keys[i] as number;
      if (this.text(key) !== name) continue;
      this.internedKeys.set(name, key);
      return entries.values[i] ?? 0;
    }
    return 0;
  }

  private withValues(table: Keys, values: number): Keys {
    const bytes = this.memory.bytes(values, table.keys.length * 8);
    if (bytes === null) return NO_ENTRIES;
    const view = new DataView(bytes.buffer);
    return { keys: table.keys, values: table.keys.map((_, i) => pointerIn(view, i * 8)) };
  }

  private keysAt(address: number): Keys {
    const { memory } = this;
    const { indexSize, entryCount, indices, keysKind } = this.layout.dict;
    if (!memory.read(address, indices, OBJECT_AT)) return NO_ENTRIES;
    const count = memory.pointer(OBJECT_AT + entryCount);
    if (!(count >= 0 && count <= MAX_ENTRIES)) return NO_ENTRIES;
    let indexBytes: number;
    let general = true;
    if (keysKind === 'sized') {
      const slots = memory.pointer(OBJECT_AT + indexSize);
      indexBytes = slots <= 0xff ? slots : slots <= 0xffff ? slots * 2 : slots * 4;
    } else {
      indexBytes = 2 ** (memory.u8[OBJECT_AT + indexSize] as number);
      general = memory.u8[OBJECT_AT + indexSize + 1] === GENERAL_KEYS;
    }
    // hash, key, value; the hash is left out when all keys are texts.
    const entryBytes = general ? 24 : 16;
    const entries = memory.bytes(address + indices + indexBytes, count * entryBytes);
    if (entries === null) return NO_ENTRIES;
    const view = new DataView(entries.buffer);
    const keys: number[] = [];
    const values: number[] = [];
    for (let at = entryBytes - 16; at < entries.length; at += entryBytes) {
      keys.push(pointerIn(view, at));
      values.push(pointerIn(view, at + 8));
    }
    return { keys, values };
  }

  private word(address: number): number {
    return this.memory.read(address, 4, OBJECT_AT) ? (this.memory.u32[OBJECT_AT >> 2] as number) : 0;
  }
}

const pointerIn = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

function live(table: Keys): Entries {
  if (!table.keys.includes(0) && !table.values.includes(0)) return table;
  const alive = table.keys.map((key, i) => key !== 0 && table.values[i] !== 0);
  return {
    keys: table.keys.filter((_, i) => alive[i]),
    values: table.values.filter((_, i) => alive[i]),
  };
}

function decodeText(bytes: Uint8Array, kind: 1 | 2 | 4): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (kind === 1) return buffer.toString('latin1');
  if (kind === 2) return buffer.toString('utf16le');
  let text = '';
  for (let at = 0; at + 4 <= buffer.length; at += 4) {
    const character = buffer.readUInt32LE(at);
    text += character <= 0x10ffff ? String.fromCodePoint(character) : '\ufffd';
  }
  return text;
}
