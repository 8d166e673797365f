/** Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding): what little of it pprof needs. */
export const VARINT = 0;
const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/** A field of a message. A number is a bigint where a double cannot hold it; other fixed sizes are passed over by pprof and 0 here. */
export interface Field {
  readonly number: number;
  readonly type: number;
  readonly value: number | bigint;
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** The fields of a message, in their order. Throws an Error with a phrase where it is cut off or none. */
export function* fieldsOf(message: Uint8Array): Generator<Field, void, undefined> {
  const at = { position: 0 };
  while (at.position < message.length) {
    const tag = Number(varint(message, at));
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (type === VARINT) yield { number, type, value: varint(message, at), bytes: NOTHING };
    else {
      const length =
        type === FIXED64 ? 8 : type === FIXED32 ? 4 : type === BYTES ? Number(varint(message, at)) : -1;
      if (length < 0 || at.position + length > message.length) throw new Error('a field is cut off');
      const bytes = message.subarray(at.position, at.position + length);
      at.position += length;
      yield { number, type, value: 0, bytes };
    }
  }
}

/** The numbers of a repeated field, packed or one by one. */
export function numbersOf({ type, value, bytes }: Field): (number | bigint)[] {
  if (type === VARINT) return [value];
  const numbers: (number | bigint)[] = [];
  for (const at = { position: 0 }; at.position < bytes.length; ) numbers.push(varint(bytes, at));
  return numbers;
}

/** An int64: what is more than 2^63 is negative. Loses what a double cannot hold. */
export const signed = (value: number | bigint): number =>
  typeof value === 'number' ? value : Number(BigInt.asIntN(64, value));

function varint(bytes: Uint8Array, at: { position: number }): number | bigint {
  let value = 0;
  let large: bigint | null = null;
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = bytes[at.position++];
    if (byte === undefined) throw new Error('a number is cut off');
    if (shift < 49) value += (byte & 127) * 2 ** shift;
    else if ((byte & 127) > 0 || large !== null)
      large = (large ?? BigInt(value)) | (BigInt(byte & 127) << BigInt(shift));
    if (byte < 128) return large === null ? value : BigInt.asUintN(64, large);
  }
  throw new Error('a number has too many digits');
}

/** Writes a message. */
export class MessageWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** A number from 0 to 2^53. Zero is what an absent field means. */
  number(field: number, value: number): this {
    if (value > 0) {
      this.varint(field * 8 + VARINT);
      this.varint(value);
    }
    return this;
  }

  packed(field: number, values: readonly number[]): this {
    const inner = new MessageWriter();
    for (const value of values) inner.varint(value);
    return this.message(field, inner.finish());
  }

  message(field: number, bytes: Uint8Array): this {
    this.varint(field * 8 + BYTES);
    this.varint(bytes.length);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  private varint(value: number): void {
    this.reserve(10);
    let rest = Math.max(0, Math.floor(value));
    while (rest > 127) {
      this.bytes[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length++] = rest;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + more));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
