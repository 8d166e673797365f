import { type EventRecord, type EventsRecord, parseEventRecord } from './events.ts';

/** The lines of an agent's file, as objects. The file comes from the program: nothing in it is believed before it is looked at. */

/** A node of V8's call tree: a function as called from its parent. */
export interface ProfileNode {
  readonly id: number;
  readonly name: string;
  /** V8's number of the script in its thread. */
  readonly script: string;
  /** URL or path; empty for what is no source. */
  readonly url: string;
  /** Of the function's definition, from 1; 0 when unknown. */
  readonly line: number;
  readonly column: number;
  readonly children: readonly number[];
  /** Lines at which samples of this node were, and how many; without an order. */
  readonly ticks: readonly { readonly line: number; readonly count: number }[];
}

/** A slice of a thread's profile. Times are microseconds of CLOCK_MONOTONIC. */
export interface Profile {
  readonly start: number;
  readonly end: number;
  readonly nodes: readonly ProfileNode[];
  /** Node of each sample, and microseconds since the one before it (since `start` for the first). */
  readonly samples: readonly number[];
  readonly deltas: readonly number[];
}

/** A script that does not lie on the disk as it runs. */
export interface ScriptRecord {
  readonly kind: 'script';
  readonly thread: number;
  readonly id: string;
  readonly url: string;
  /** URL of its source map, most often with the map in it; empty for none. */
  readonly map: string;
  /** As it runs; empty when it is too long. */
  readonly source: string;
}

export type NodeRecord =
  | {
      readonly kind: 'process';
      readonly pid: number;
      readonly parent: number;
      /** Arguments joined by a space. */
      readonly command: string;
      readonly version: string;
      readonly rate: number;
      readonly time: number;
    }
  | {
      readonly kind: 'thread';
      readonly thread: number;
      /** What the program calls it. */
      readonly number: number;
      /** The system's number; 0 where it is not told. */
      readonly tid: number;
      readonly name: string;
      readonly time: number;
    }
  | { readonly kind: 'helper'; readonly tid: number; readonly time: number }
  | { readonly kind: 'slice'; readonly thread: number; readonly profile: Profile }
  | ScriptRecord
  /** `end`: the thread ends and has told everything until then. `gone`: it has ended, whether it has told or not. */
  | { readonly kind: 'end' | 'gone'; readonly thread: number; readonly time: number }
  | { readonly kind: 'problem'; readonly text: string }
  | EventRecord;

/** So many bytes follow the line, and are events of a thread. */
export interface Announcement extends Pick<EventsRecord, 'thread' | 'left'> {
  readonly kind: 'announcement';
  readonly bytes: number;
}

const FORMAT = 'perfscope-node 2';
const LONGEST_TEXT = 4096;
/** A thread has room for less. */
const MOST_EVENT_BYTES = 1 << 20;

type Fields = Readonly<Record<string, unknown>>;

/** A line as a record; null when it makes no sense. */
export function parseRecord(line: string): NodeRecord | Announcement | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isFields(value)) return null;
  const { k: kind, thread, number, tid, time, pid, rate } = value;
  if (kind === FORMAT) {
    if (!isId(pid) || !isCount(time) || typeof rate !== 'number' || !(rate > 0)) return null;
    const parent = isId(value.parent) ? value.parent : 0;
    const command = text(value.command);
    return { kind: 'process', pid, parent, command, version: text(value.version), rate, time };
  }
  if (kind === 'thread') {
    if (!isCount(thread) || !isCount(number) || !isId(tid) || !isCount(time)) return null;
    return { kind, thread, number, tid, name: text(value.name), time };
  }
  if (kind === 'helper') return isId(tid) && isCount(time) ? { kind, tid, time } : null;
  if (kind === 'slice') {
    const profile = isFields(value.profile) ? parseProfile(value.profile) : null;
    return isCount(thread) && profile ? { kind, thread, profile } : null;
  }
  if (kind === 'script') {
    const { id, url, map, source } = value;
    if (!isCount(thread) || typeof map !== 'string' || typeof source !== 'string') return null;
    return { kind, thread, id: text(id), url: text(url), map, source };
  }
  if (kind === 'end' || kind === 'gone')
    return isCount(thread) && isCount(time) ? { kind, thread, time } : null;
  if (kind === 'events') {
    const { left, bytes } = value;
    if (!isCount(thread) || !isCount(left) || !isCount(bytes) || bytes > MOST_EVENT_BYTES) return null;
    return { kind: 'announcement', thread, left, bytes };
  }
  return kind === 'problem' ? { kind, text: text(value.text) } : parseEventRecord(value);
}

function parseProfile(fields: Fields): Profile | null {
  const { startTime: start, endTime: end, nodes, samples, timeDeltas: deltas } = fields;
  if (!isCount(start) || !isCount(end) || end < start || !Array.isArray(nodes)) return null;
  if (!isCounts(samples) || !isNumbers(deltas) || samples.length !== deltas.length) return null;
  const parsed: ProfileNode[] = [];
  for (const node of nodes) {
    const made = isFields(node) ? parseNode(node) : null;
    if (!made) return null;
    parsed.push(made);
  }
  return { start, end, nodes: parsed, samples, deltas };
}

function parseNode(node: Fields): ProfileNode | null {
  const { id, callFrame: frame, children = [], positionTicks = [] } = node;
  if (!isCount(id) || !isFields(frame) || !isCounts(children) || !Array.isArray(positionTicks)) return null;
  const ticks = positionTicks.filter(isFields).map(({ line, ticks: count }) => ({ line, count }));
  const place = (value: unknown): number => (isCount(value) && value < 2 ** 32 - 1 ? value + 1 : 0);
  return {
    id,
    name: text(frame.functionName),
    script: text(frame.scriptId),
    url: text(frame.url),
    line: place(frame.lineNumber),
    column: place(frame.columnNumber),
    children,
    ticks: ticks.filter(
      (tick): tick is { line: number; count: number } =>
        isCount(tick.line) && tick.line < 2 ** 32 && isCount(tick.count),
    ),
  };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
/** Of a process or a thread, 32 bits in the model. */
const isId = (value: unknown): value is number => isCount(value) && value < 2 ** 32;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => Number.isSafeInteger(each));
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : '');
