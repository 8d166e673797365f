/**
 * The log of one thread: what analyzer/agents/torch/operators.cpp writes. A header of 64 bytes, then records in units of 40
 * bytes, little-endian, whose first byte is their kind; a kind of 0 ends what there is so far. docs/collectors/torch.md has
 * the layout.
 */
export const HEADER_BYTES = 64;
export const UNIT_BYTES = 40;
const MAGIC = 'perfscope-torch 1\n';
const OPERATOR = 1;
const NAME = 2;
const NAME_HEAD = 8;
const LONGEST_NAME = 400;

/** Scopes in the order of their numbers; a range is what the program itself marked with `record_function`. */
export const SCOPES = ['forward', 'backward', 'script', 'range'] as const;
export type Scope = (typeof SCOPES)[number];

export interface LogHeader {
  readonly process: number;
  readonly thread: number;
  /** PyTorch's own number of the thread. */
  readonly torchThread: number;
  /** Operators that have no record. */
  readonly lost: number;
}

/** `start`, `end`: Nanos. `sequence`: -1 for none. `forwardThread`: number of PyTorch's, 0 for none. */
export interface OperatorRecord {
  readonly scope: Scope;
  readonly name: number;
  readonly start: number;
  readonly end: number;
  readonly sequence: number;
  readonly forwardThread: number;
}

/** Whoever takes what a log says. */
export interface RecordTaker {
  name(number: number, text: string): void;
  operator(record: OperatorRecord): void;
}

const decoder = new TextDecoder();

/** What the first bytes of a segment say; null when it is none. */
export function readHeader(bytes: Uint8Array): LogHeader | null {
  if (bytes.length < HEADER_BYTES || decoder.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  return {
    process: view.getUint32(32, true),
    thread: view.getUint32(36, true),
    torchThread: u64(view, 40),
    lost: u64(view, 48),
  };
}

export interface ReadResult {
  /** Bytes that whole records took. */
  readonly taken: number;
  /** Whether there is something that is no record: nothing behind it makes sense. */
  readonly damaged: boolean;
}

/** Hands over the records at the start of `bytes`, up to one that is still being written or is not all there. */
export function readRecords(bytes: Uint8Array, taker: RecordTaker): ReadResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + UNIT_BYTES <= bytes.length) {
    const kind = bytes[at];
    if (kind === OPERATOR) {
      const record = readOperator(view, at);
      if (record === null) return { taken: at, damaged: true };
      taker.operator(record);
      at += UNIT_BYTES;
    } else if (kind === NAME) {
      const length = view.getUint16(at + 2, true);
      if (length > LONGEST_NAME) return { taken: at, damaged: true };
      const size = Math.ceil((NAME_HEAD + length) / UNIT_BYTES) * UNIT_BYTES;
      if (at + size > bytes.length) break;
      const text = bytes.subarray(at + NAME_HEAD, at + NAME_HEAD + length);
      taker.name(view.getUint32(at + 4, true), decoder.decode(text));
      at += size;
    } else return { taken: at, damaged: kind !== 0 };
  }
  return { taken: at, damaged: false };
}

/** Null for what no clock can have said. */
function readOperator(view: DataView, at: number): OperatorRecord | null {
  const scope = SCOPES[view.getUint8(at + 1)];
  const start = u64(view, at + 8);
  const end = u64(view, at + 16);
  if (scope === undefined || end < start || end >= 2 ** 53) return null;
  return {
    scope,
    name: view.getUint32(at + 4, true),
    start,
    end,
    sequence: Math.max(-1, i64(view, at + 24)),
    forwardThread: u64(view, at + 32),
  };
}

const u64 = (view: DataView, at: number): number =>
  view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);

const i64 = (view: DataView, at: number): number =>
  view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
