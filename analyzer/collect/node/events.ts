/**
 * What threads write down of themselves besides their stacks, as objects: see analyzer/agents/node/log.cjs. Times are Nanos. `port` is a
 * thread's own number of one end of a channel; `index` counts the messages that were sent, or received, at it.
 */
export interface Sent {
  readonly kind: 'sent';
  readonly begin: number;
  readonly end: number;
  readonly port: number;
  readonly index: number;
  readonly bytes: number;
  /** The bytes are not what a serialiser would give to the byte. */
  readonly isEstimated: boolean;
  readonly site: number;
  /** What its pool calls the task that it is about, -1 for none. */
  readonly ref: number;
  /** Texts: `file LF function` of a request, and the error that a task ended with; -1 for none. */
  readonly name: number;
  readonly error: number;
  /** Bytes of its transfer list, which are not copied. */
  readonly moved: number;
}

export interface Received {
  readonly kind: 'received';
  readonly time: number;
  /** Nanos that it took to take it from the port; 0 where it came as an event, since nobody can tell then. */
  readonly duration: number;
  readonly port: number;
  readonly index: number;
}

export type NodeEvent =
  | Sent
  | Received
  | {
      /** A task was given to a pool, and sent later on as the message `index` of a port. */
      readonly kind: 'submitted';
      readonly time: number;
      readonly port: number;
      readonly index: number;
      readonly site: number;
    }
  | { readonly kind: 'wait'; readonly begin: number; readonly duration: number }
  | { readonly kind: 'gc'; readonly begin: number; readonly duration: number; readonly type: number }
  | {
      readonly kind: 'loop';
      readonly time: number;
      /** Share of the time since the last such event that the loop was busy; -1 when unknown. */
      readonly utilisation: number;
      /** Nanos that it was late at most. */
      readonly delay: number;
      /** Whether it has turned since. */
      readonly hasTurned: boolean;
    }
  | { readonly kind: 'end'; readonly time: number }
  /** From `time` on the thread tells of each collection, or does not. */
  | { readonly kind: 'told'; readonly time: number; readonly isTold: boolean }
  /** The listeners of a message that came as an event have returned. */
  | { readonly kind: 'handled'; readonly time: number; readonly port: number; readonly index: number };

/** Where a port comes from: see analyzer/agents/node/ports.cjs. */
export interface PortRecord {
  readonly kind: 'port';
  readonly thread: number;
  readonly port: number;
  readonly channel: number | null;
  readonly worker: number | null;
  readonly side: number;
  readonly by: readonly number[] | null;
}

/** Records that are lines of their own. */
export type EventRecord =
  | { readonly kind: 'text'; readonly thread: number; readonly number: number; readonly text: string }
  | {
      readonly kind: 'site';
      readonly thread: number;
      readonly number: number;
      /** Innermost first. */
      readonly frames: readonly Call[];
    }
  | PortRecord
  | { readonly kind: 'moved'; readonly thread: number; readonly port: number; readonly by: readonly number[] }
  | {
      readonly kind: 'worker';
      readonly thread: number;
      readonly worker: number;
      readonly file: string;
      readonly site: number;
      readonly time: number;
    }
  | { readonly kind: 'unlogged'; readonly thread: number }
  | EventsRecord;

/** What a thread has written since the last such record. */
export interface EventsRecord {
  readonly kind: 'events';
  readonly thread: number;
  /** Events for which there was no room. */
  readonly left: number;
  readonly events: readonly NodeEvent[];
}

export interface Call {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

type Fields = Readonly<Record<string, unknown>>;

const LONGEST_TEXT = 4096;
const DEEPEST = 64;

/** A line as a record; null when it is none of these, or makes no sense. */
export function parseEventRecord(value: Fields): EventRecord | null {
  const { k: kind, thread, number, port, worker, by, site, time } = value;
  if (!isCount(thread)) return null;
  switch (kind) {
    case 'text':
      return isCount(number) ? { kind, thread, number, text: text(value.text) } : null;
    case 'site':
      return isCount(number) && Array.isArray(value.frames)
        ? { kind, thread, number, frames: value.frames.slice(0, DEEPEST).filter(Array.isArray).map(callOf) }
        : null;
    case 'port': {
      const { channel, side = 0 } = value;
      if (!isCount(port) || !isCount(side)) return null;
      const origin = {
        channel: countOrNull(channel),
        worker: countOrNull(worker),
        by: isCounts(by) ? by : null,
      };
      return { kind, thread, port, side, ...origin };
    }
    case 'moved':
      return isCount(port) && isCounts(by) ? { kind, thread, port, by } : null;
    case 'worker':
      return isCount(worker) && isTime(time) && typeof site === 'number'
        ? { kind, thread, worker, file: text(value.file), site, time }
        : null;
    case 'unlogged':
      return { kind, thread };
    default:
      return null;
  }
}

/** Events, those that make no sense left out: each is its kind plus 16 times its fields, and these; little-endian doubles. */
export function parseEvents(bytes: Uint8Array): NodeEvent[] {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.length / 8);
  const events: NodeEvent[] = [];
  for (let i = 0; i < count; ) {
    const head = data.getFloat64(i * 8, true);
    const length = 1 + Math.floor(head / 16);
    if (!isCount(head) || i + length > count) break;
    const start = i;
    const at = (field: number): number => {
      if (field === 0) return head % 16;
      return field < length ? data.getFloat64((start + field) * 8, true) : 0;
    };
    const event = eventOf(at);
    if (event) events.push(event);
    i += length;
  }
  return events;
}

/** `at`: the fields of one event, of which the first is its kind. */
function eventOf(at: (field: number) => number): NodeEvent | null {
  const time = at(1);
  if (!isTime(time)) return null;
  const [port, index] = [at(3), at(4)];
  switch (at(0)) {
    case 1:
      if (![at(2), at(5), at(11)].every(isAmount) || !isCount(port) || !isCount(index)) return null;
      return {
        kind: 'sent',
        begin: Math.round(time),
        end: Math.round(time + at(2)),
        port,
        index,
        bytes: at(5),
        isEstimated: at(6) !== 0,
        site: at(7),
        ref: at(8),
        name: at(9),
        error: at(10),
        moved: at(11),
      };
    case 2:
      if (!isAmount(at(2)) || !isCount(port) || !isCount(index)) return null;
      return { kind: 'received', time: Math.round(time), duration: Math.round(at(2)), port, index };
    case 3:
      if (!isCount(at(2)) || !isCount(at(3))) return null;
      return { kind: 'submitted', time: Math.round(time), port: at(2), index: at(3), site: at(4) };
    case 4:
      return isAmount(at(2)) ? { kind: 'wait', begin: Math.round(time), duration: Math.round(at(2)) } : null;
    case 5:
      if (!isAmount(at(2))) return null;
      return { kind: 'gc', begin: Math.round(time), duration: Math.round(at(2)), type: at(3) };
    case 6:
      if (!isAmount(at(3))) return null;
      return {
        kind: 'loop',
        time: Math.round(time),
        utilisation: at(2),
        delay: at(3),
        hasTurned: at(4) !== 0,
      };
    case 7:
      return { kind: 'end', time: Math.round(time) };
    case 9:
      return { kind: 'told', time: Math.round(time), isTold: at(2) !== 0 };
    case 8:
      if (!isCount(at(2)) || !isCount(at(3))) return null;
      return { kind: 'handled', time: Math.round(time), port: at(2), index: at(3) };
    default:
      return null;
  }
}

const callOf = ([name, file, line, column]: readonly unknown[]): Call => ({
  name: text(name),
  file: text(file),
  line: isCount(line) && line < 2 ** 32 ? line : 0,
  column: isCount(column) ? column : 0,
});

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const countOrNull = (value: unknown): number | null => (isCount(value) ? value : null);
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value < Number.MAX_SAFE_INTEGER;
const isTime = isAmount;
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : '');
