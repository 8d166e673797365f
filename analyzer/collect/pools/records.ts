/**
 * The records of a pools log: what analyzer/agents/python/perfscope_pools.py packs. Each is
 *
 *     length u16 | kind u8 | fields | 0x5a
 *
 * little-endian without padding; docs/collectors/pools.md lists the kinds. A log is a row of files of fixed size whose
 * unwritten rest is zero: a length of 0 ends what there is so far.
 */
export const HEADER_BYTES = 64;
const MAGIC = 'perfscope-pools 1\n';
/** In the header of a log's first file: 1 when it had to stop, and what was left out since the last task or message. */
const STATUS = 32;
const LEFT_TASKS = 40;
const LEFT_MESSAGES = 44;
const END = 0x5a;
const OVERHEAD = 4;

/** Kinds by number; the order is that of perfscope_pools.py. */
const KINDS = [
  '',
  'process',
  'text',
  'function',
  'stack',
  'pool',
  'poolState',
  'submit',
  'sent',
  'ran',
  'back',
  'task',
  'out',
  'in',
  'note',
  'child',
  'starts',
  'runs',
  'exits',
  'thread',
] as const;
export type RecordKind = Exclude<(typeof KINDS)[number], ''>;

/** Fields of each kind, in order: `I` u32, `i` i32, `q` i64 (nanoseconds), `Q` u64, `B` u8. */
const LAYOUTS = {
  process: { pid: 'I', parent: 'I', time: 'q', reserved: 'q', more: 'I' },
  function: { number: 'I', line: 'I', name: 'I', file: 'I' },
  stack: { number: 'I', parent: 'i', function: 'I', line: 'I' },
  pool: { number: 'I', name: 'I', method: 'I', size: 'I', thread: 'I', stack: 'i', time: 'q', key: 'Q' },
  poolState: { number: 'I', state: 'B', time: 'q', size: 'I' },
  submit: { pool: 'I', job: 'I', thread: 'I', time: 'q', stack: 'i', chunk: 'I', items: 'I', function: 'i' },
  sent: {
    pool: 'I',
    job: 'I',
    task: 'I',
    begin: 'q',
    end: 'q',
    bytes: 'Q',
    function: 'i',
    items: 'I',
    repeats: 'B',
    weight: 'I',
  },
  ran: {
    key: 'Q',
    parent: 'I',
    job: 'I',
    task: 'I',
    thread: 'I',
    taken: 'q',
    start: 'q',
    end: 'q',
    packed: 'q',
    bytes: 'Q',
    exception: 'i',
  },
  back: { pool: 'I', job: 'I', task: 'I', begin: 'q', end: 'q' },
  task: {
    pool: 'I',
    job: 'I',
    task: 'I',
    submitter: 'I',
    thread: 'I',
    submit: 'q',
    start: 'q',
    end: 'q',
    function: 'i',
    stack: 'i',
    items: 'I',
    exception: 'i',
    weight: 'I',
  },
  out: { thread: 'I', begin: 'q', end: 'q', bytes: 'Q', stack: 'i', channel: 'Q', weight: 'I' },
  in: { thread: 'I', begin: 'q', end: 'q', bytes: 'Q', stack: 'i', channel: 'Q', weight: 'I' },
  child: { name: 'I', parent: 'I', thread: 'I', time: 'q', stack: 'i', function: 'i' },
  starts: { name: 'I', parent: 'I', thread: 'I', time: 'q', stack: 'i', function: 'i' },
  runs: { name: 'I', parent: 'I', thread: 'I', time: 'q', stack: 'i', function: 'i' },
  exits: { name: 'I', parent: 'I', thread: 'I', time: 'q', stack: 'i', function: 'i' },
} as const satisfies Partial<Record<RecordKind, Record<string, keyof typeof WIDTHS>>>;

const WIDTHS = { I: 4, i: 4, q: 8, Q: 8, B: 1 };

type Layouts = typeof LAYOUTS;
export type FieldsOf<K extends keyof Layouts> = { -readonly [F in keyof Layouts[K]]: number };
/** A record as it is read. Texts, notes and threads have a number and a text, the others the fields of their kind. */
export type PoolRecord =
  | { [K in keyof Layouts]: { readonly kind: K } & Readonly<FieldsOf<K>> }[keyof Layouts]
  | { readonly kind: 'text' | 'note' | 'thread'; readonly number: number; readonly text: string };

const SIZES = new Map(
  Object.entries(LAYOUTS).map(([kind, fields]) => [
    kind,
    OVERHEAD + Object.values(fields).reduce((sum, code) => sum + WIDTHS[code], 0),
  ]),
);
const decoder = new TextDecoder();

export interface LogHeader {
  /** The log had to stop: a full disk, or more records than a run may have. */
  readonly stopped: boolean;
  readonly leftTasks: number;
  readonly leftMessages: number;
}

/** What the first bytes of a log file say; null when it is none. */
export function readHeader(bytes: Uint8Array): LogHeader | null {
  if (bytes.length < HEADER_BYTES || decoder.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  return {
    stopped: bytes[STATUS] === 1,
    leftTasks: view.getUint32(LEFT_TASKS, true),
    leftMessages: view.getUint32(LEFT_MESSAGES, true),
  };
}

export interface ReadResult {
  /** Bytes that whole records took. */
  readonly taken: number;
  /** Records of a kind or size that is not known: damage, or a newer agent. */
  readonly unknown: number;
}

/**
 * Reads whole records from the start of `bytes` and hands each to `take`. Stops at a length of 0, which is where the log ends
 * so far, and before a record that is still being written.
 */
export function readRecords(bytes: Uint8Array, take: (record: PoolRecord) => void): ReadResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let unknown = 0;
  while (at + OVERHEAD <= bytes.length) {
    const length = view.getUint16(at, true);
    if (length < OVERHEAD || at + length > bytes.length || bytes[at + length - 1] !== END) break;
    const record = readRecord(view, at, length);
    if (record) take(record);
    else unknown++;
    at += length;
  }
  return { taken: at, unknown };
}

function readRecord(view: DataView, start: number, length: number): PoolRecord | null {
  const kind = KINDS[view.getUint8(start + 2)];
  if (!kind) return null;
  let at = start + 3;
  if (kind === 'text' || kind === 'note' || kind === 'thread') {
    if (length < 8) return null;
    const text = new Uint8Array(view.buffer, view.byteOffset + at + 4, length - 8);
    return { kind, number: view.getUint32(at, true), text: decoder.decode(text) };
  }
  if (SIZES.get(kind) !== length) return null;
  const record: Record<string, number | string> = { kind };
  const fields: Readonly<Record<string, keyof typeof WIDTHS>> = LAYOUTS[kind];
  for (const name in fields) {
    const code = fields[name] as keyof typeof WIDTHS;
    record[name] = readField(view, at, code);
    at += WIDTHS[code];
  }
  return record as unknown as PoolRecord;
}

function readField(view: DataView, at: number, code: keyof typeof WIDTHS): number {
  switch (code) {
    case 'B':
      return view.getUint8(at);
    case 'I':
      return view.getUint32(at, true);
    case 'i':
      return view.getInt32(at, true);
    case 'q':
      return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
    case 'Q':
      return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  }
}
