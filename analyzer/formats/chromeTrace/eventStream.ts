import { UserError } from '../../model/index.ts';
import type { Source } from '../format.ts';
import { isObject, type Json } from '../json.ts';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const EVENTS = 'traceEvents';
/** What is kept of a file at once: an event, or a fact about the trace, is never that long. */
const LONGEST_VALUE = 32e6;

/** What a trace holds, as it comes. */
export interface TraceSink {
  readonly event: (event: Json) => void;
  /** A fact beside the events, such as `displayTimeUnit`. */
  readonly fact: (name: string, value: unknown) => void;
}

/** How reading ended. */
export interface TraceEnd {
  /** False for a file that was cut off. */
  readonly isWhole: boolean;
  /** Events that are none. */
  readonly damaged: number;
}

/**
 * Reads a trace of Chrome's format (the "Trace Event Format" document, docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU),
 * a list of events or an object with one, event by event: memory does not grow with the file. Throws a UserError (exit code 3) where
 * it is no such trace.
 */
export async function readEvents(source: Source, sink: TraceSink): Promise<TraceEnd> {
  const parser = new EventParser(source.name, sink);
  for await (const chunk of source.bytes()) parser.push(chunk);
  return parser.finish();
}

/** What comes next: the beginning of the file, a name in its object, what follows that, events, the rest. */
type Place = 'begin' | 'key' | 'colon' | 'value' | 'events' | 'afterValue' | 'end';

class EventParser {
  private readonly name: string;
  private readonly sink: TraceSink;
  private readonly decoder = new TextDecoder();
  private place: Place = 'begin';
  private isList = false;
  private hasEvents = false;
  private key = '';
  private damaged = 0;
  private rest: Uint8Array = new Uint8Array(0);

  constructor(name: string, sink: TraceSink) {
    this.name = name;
    this.sink = sink;
  }

  push(chunk: Uint8Array): void {
    const bytes = this.withRest(chunk);
    let at = 0;
    while (at < bytes.length && this.place !== 'end') {
      const next = this.place === 'events' ? this.events(bytes, at) : this.step(bytes, at);
      if (next < 0) break;
      at = next;
    }
    this.rest = this.place === 'end' ? new Uint8Array(0) : bytes.slice(at);
    if (this.rest.length > LONGEST_VALUE) throw this.refusal('has an event that is too long to be one');
  }

  finish(): TraceEnd {
    if (!this.hasEvents) throw this.refusal('is no trace: it has no events');
    const isWhole =
      this.place === 'end' ||
      this.place === 'key' ||
      this.place === 'afterValue' ||
      (this.isList && this.rest.length === 0);
    return { isWhole, damaged: this.damaged };
  }

  private withRest(chunk: Uint8Array): Uint8Array {
    if (this.rest.length === 0) return chunk;
    const joined = new Uint8Array(this.rest.length + chunk.length);
    joined.set(this.rest);
    joined.set(chunk, this.rest.length);
    return joined;
  }

  /** Takes one thing outside of the events; gives where the next begins, -1 where it is not whole yet. */
  private step(bytes: Uint8Array, from: number): number {
    const at = afterSpace(bytes, from);
    const byte = bytes[at];
    if (byte === undefined) return bytes.length;
    switch (this.place) {
      case 'begin':
        // A mark of the order of bytes may stand before all.
        if (byte === 0xef || byte === 0xbb || byte === 0xbf) return at + 1;
        if (byte !== OPEN_LIST && byte !== OPEN_OBJECT) throw this.refusal('is no trace');
        this.isList = byte === OPEN_LIST;
        this.hasEvents = this.isList;
        this.place = this.isList ? 'events' : 'key';
        return at + 1;
      case 'key':
        return this.readKey(bytes, at, byte);
      case 'colon':
        if (byte !== COLON) throw this.refusal('is damaged: it is no JSON');
        this.place = 'value';
        return at + 1;
      case 'value':
        return this.readValue(bytes, at, byte);
      default:
        if (byte !== COMMA && byte !== CLOSE_OBJECT) throw this.refusal('is damaged: it is no JSON');
        this.place = byte === COMMA ? 'key' : 'end';
        return at + 1;
    }
  }

  private readKey(bytes: Uint8Array, at: number, byte: number): number {
    if (byte === CLOSE_OBJECT) {
      this.place = 'end';
      return at + 1;
    }
    if (byte !== QUOTE) throw this.refusal('is damaged: it is no JSON');
    const end = afterText(bytes, at);
    if (end < 0) return -1;
    this.key = String(this.parsed(bytes, at, end));
    this.place = 'colon';
    return end;
  }

  private readValue(bytes: Uint8Array, at: number, byte: number): number {
    if (this.key === EVENTS && byte === OPEN_LIST) {
      this.place = 'events';
      this.hasEvents = true;
      return at + 1;
    }
    const end = afterValue(bytes, at);
    if (end < 0) return -1;
    this.sink.fact(this.key, this.parsed(bytes, at, end));
    this.place = 'afterValue';
    return end;
  }

  /** Hands over every event that is whole, those of a piece of the file at once; gives where the next begins, -1 where none is whole. */
  private events(bytes: Uint8Array, from: number): number {
    const bounds: number[] = [];
    let at = from;
    let isEnd = false;
    while (true) {
      at = afterSpace(bytes, at);
      const byte = bytes[at];
      if (byte === undefined) break;
      if (byte === COMMA) {
        at++;
        continue;
      }
      if (byte === CLOSE_LIST) {
        isEnd = true;
        at++;
        break;
      }
      const end = afterValue(bytes, at);
      if (end < 0) break;
      // What neither begins nor ends anything here would never be passed.
      if (end === at) throw this.refusal('is damaged: it is no JSON');
      bounds.push(at, end);
      at = end;
    }
    this.handOver(bytes, bounds);
    if (isEnd) this.place = this.isList ? 'end' : 'afterValue';
    else if (at === from) return -1;
    return at;
  }

  private handOver(bytes: Uint8Array, bounds: readonly number[]): void {
    if (bounds.length === 0) return;
    const [first = 0, last = 0] = [bounds[0], bounds.at(-1)];
    // One call for many events is a third faster than one for each.
    let all: unknown;
    try {
      all = JSON.parse(`[${this.decoder.decode(bytes.subarray(first, last))}]`);
    } catch {
      all = null;
    }
    if (Array.isArray(all)) {
      for (const event of all as unknown[]) this.deliver(event);
      return;
    }
    for (let i = 0; i < bounds.length; i += 2) {
      try {
        this.deliver(JSON.parse(this.decoder.decode(bytes.subarray(bounds[i], bounds[i + 1]))));
      } catch {
        this.damaged++;
      }
    }
  }

  private deliver(event: unknown): void {
    if (isObject(event)) this.sink.event(event);
    else this.damaged++;
  }

  private parsed(bytes: Uint8Array, from: number, to: number): unknown {
    try {
      return JSON.parse(this.decoder.decode(bytes.subarray(from, to)));
    } catch (cause) {
      throw new UserError(`${this.name} is damaged: it is no JSON.`, 3, { cause });
    }
  }

  private refusal(why: string): UserError {
    return new UserError(`${this.name} ${why}.`, 3);
  }
}

function afterSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    at++;
  }
  return at;
}

/** Behind the text that begins at `at`; -1 where it is not whole. */
function afterText(bytes: Uint8Array, at: number): number {
  let quote = bytes.indexOf(QUOTE, at + 1);
  while (quote >= 0) {
    let escapes = 0;
    while (bytes[quote - 1 - escapes] === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return quote + 1;
    quote = bytes.indexOf(QUOTE, quote + 1);
  }
  return -1;
}

/** Behind the value that begins at `at`; -1 where it is not whole. What it holds is not looked at. */
function afterValue(bytes: Uint8Array, from: number): number {
  let depth = 0;
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = afterText(bytes, at);
      if (at < 0 || depth === 0) return at;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      // A number or a word ends where what holds it does.
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (byte === COMMA && depth === 0) return at;
    at++;
  }
  return -1;
}
