/**
 * What Python's marshal writes (docs.python.org/3/library/marshal.html, Python/marshal.c), of every version from 2.7 on, without code: a
 * marshalled function is refused and never made. Texts and bytes are texts here, tuples, lists and sets are arrays.
 */
export type Marshalled =
  | null
  | boolean
  | number
  | string
  | readonly Marshalled[]
  | ReadonlyMap<Marshalled, Marshalled>;

const DECODER = new TextDecoder();
const REFERENCE = 0x80;
const DEEPEST = 100;
/** What ends a dictionary. */
const END = Symbol('end');
type Item = Marshalled | typeof END;

/** Throws an Error with a phrase where the bytes are damaged or hold what is not data. */
export function unmarshal(bytes: Uint8Array): Marshalled {
  const value = new Reader(bytes).value(0);
  if (value === END) throw new Error('it ends too early');
  return value;
}

class Reader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private position = 0;
  private readonly references: Marshalled[] = [];
  /** Python 2 counts its interned texts apart. */
  private readonly interned: string[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): Item {
    if (depth > DEEPEST) throw new Error('it is nested too deeply');
    const byte = this.byte();
    const type = String.fromCharCode(byte & ~REFERENCE);
    if ((byte & REFERENCE) === 0 || type === 'r') return this.content(type, depth);
    // Numbered before what it holds.
    const reference = this.references.push(null) - 1;
    const value = this.content(type, depth);
    if (value !== END) this.references[reference] = value;
    return value;
  }

  private content(type: string, depth: number): Item {
    switch (type) {
      case '0':
        return END;
      case 'N':
      case '.':
      case 'S':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'i':
        return this.i32();
      case 'I':
        return this.u32() + this.i32() * 2 ** 32;
      case 'l':
        return this.long();
      case 'f':
        return Number(this.text(this.byte()));
      case 'g':
        return this.view.getFloat64(this.take(8), true);
      case 't': {
        const text = this.text(this.size());
        this.interned.push(text);
        return text;
      }
      case 's':
      case 'u':
      case 'a':
      case 'A':
        return this.text(this.size());
      case 'z':
      case 'Z':
        return this.text(this.byte());
      case 'R':
        return this.known(this.interned);
      case 'r':
        return this.known(this.references);
      case ')':
        return this.items(this.byte(), depth);
      case '(':
      case '[':
      case '<':
      case '>':
        return this.items(this.size(), depth);
      case '{':
        return this.dictionary(depth);
      default:
        throw new Error(`it holds something that is not data (${JSON.stringify(type)})`);
    }
  }

  private items(count: number, depth: number): Marshalled[] {
    // Each item has a byte at least.
    if (count > this.bytes.length - this.position) throw new Error('it is cut off');
    const items: Marshalled[] = [];
    for (let i = 0; i < count; i++) {
      const item = this.value(depth + 1);
      if (item === END) throw new Error('a list ends too early');
      items.push(item);
    }
    return items;
  }

  private dictionary(depth: number): Map<Marshalled, Marshalled> {
    const entries = new Map<Marshalled, Marshalled>();
    for (let key = this.value(depth + 1); key !== END; key = this.value(depth + 1)) {
      const value = this.value(depth + 1);
      if (value === END) throw new Error('a dictionary ends too early');
      entries.set(key, value);
    }
    return entries;
  }

  private known<T>(list: readonly T[]): T {
    const value = list[this.u32()];
    if (value === undefined) throw new Error('it refers to what is not there');
    return value;
  }

  /** Digits of 15 bits; loses what a double cannot hold. */
  private long(): number {
    const digits = this.i32();
    const count = Math.abs(digits);
    if (2 * count > this.bytes.length - this.position) throw new Error('it is cut off');
    let value = 0;
    for (let i = 0; i < count; i++) value += this.view.getUint16(this.take(2), true) * 2 ** (15 * i);
    return digits < 0 ? -value : value;
  }

  private text(length: number): string {
    const at = this.take(length);
    return DECODER.decode(this.bytes.subarray(at, at + length));
  }

  private size(): number {
    const size = this.i32();
    if (size < 0) throw new Error('a length is negative');
    return size;
  }

  private i32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  private u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  private byte(): number {
    return this.view.getUint8(this.take(1));
  }

  private take(length: number): number {
    const at = this.position;
    if (at + length > this.bytes.length) throw new Error('it is cut off');
    this.position = at + length;
    return at;
  }
}
