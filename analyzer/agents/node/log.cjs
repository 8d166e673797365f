'use strict';
/**
 * What threads write down of themselves while they run: records of doubles, in memory that they share with the helper, which takes
 * them out and writes them into the file of the process. So a thread that is terminated loses nothing.
 *
 * Each thread has a slot: words HEAD and TAIL count the doubles that were put in and taken out, LEFT the records for which there was
 * no room. The first double of a record is its kind plus 16 times its length. A thread's texts and call sites have numbers, and are
 * lines of their own in the file.
 */
const { performance } = require('node:perf_hooks');
const { now } = require('./records.cjs');
const { ring } = require('./shared.cjs');

/** Doubles of a slot; a power of two, since the words that count them may overflow. */
const ROOM = 1 << 14;
/** Fields of the longest record, besides its kind. */
const MOST_FIELDS = 11;
const SLOTS = 64;

/** Words of a slot's header. */
const WORDS = 4;
const OWNER = 0;
const HEAD = 1;
const TAIL = 2;
const LEFT = 3;
const HEADER_BYTES = 4 * WORDS * SLOTS;
/** Texts and call sites that one thread may bring. */
const MOST_NAMES = 10_000;

/** Kinds of records; analyzer/collect/node/events.ts has the same. */
const KINDS = {
  none: 0,
  sent: 1,
  received: 2,
  submitted: 3,
  wait: 4,
  gc: 5,
  loop: 6,
  end: 7,
  handled: 8,
  told: 9,
};

/** Memory for all threads of a process. The system gives pages only to slots that are used. */
const newLogs = () => new SharedArrayBuffer(HEADER_BYTES + SLOTS * ROOM * 8);

const performanceNow = performance.now.bind(performance);
const origin = originOf();

/** What `now` has when `performance.now` is 0, from the closest of a few looks at both. */
function originOf() {
  let best = Number.POSITIVE_INFINITY;
  let found = 0;
  for (let i = 0; i < 8; i++) {
    const before = now();
    const between = performanceNow() * 1e6;
    const after = now();
    if (after - before >= best) continue;
    best = after - before;
    found = (before + after) / 2 - between;
  }
  return found;
}

/** Nanoseconds of the clock that `now` has, of milliseconds that `performance` tells. */
const clockOf = (milliseconds) => origin + milliseconds * 1e6;
/** The same of now, at half the price of `now`. */
const clock = () => clockOf(performanceNow());

const bytesOf = (data, from, count) => new Uint8Array(data.buffer, data.byteOffset + 8 * from, 8 * count);

class Slot {
  constructor(logs, number) {
    this.words = new Int32Array(logs, 4 * WORDS * number, WORDS);
    this.data = new Float64Array(logs, HEADER_BYTES + number * ROOM * 8, ROOM);
  }

  /** The slot of a thread that has none yet; null when all are taken. */
  static take(logs, thread) {
    for (let i = 0; i < SLOTS; i++) {
      const slot = new Slot(logs, i);
      if (Atomics.compareExchange(slot.words, OWNER, 0, thread + 1) === 0) return slot;
    }
    return null;
  }

  /** Slots that threads have, by their number. */
  static *taken(logs) {
    for (let i = 0; i < SLOTS; i++) {
      const slot = new Slot(logs, i);
      const owner = Atomics.load(slot.words, OWNER);
      if (owner > 0) yield [owner - 1, slot];
    }
  }

  /** Writes what is there: a line that says how many bytes, and these. */
  drain(thread, records) {
    const { words, data } = this;
    const head = Atomics.load(words, HEAD);
    const tail = words[TAIL];
    const left = Atomics.exchange(words, LEFT, 0);
    if (head === tail && left === 0) return;
    const from = tail & (ROOM - 1);
    const count = (head - tail) | 0;
    const first = Math.min(count, ROOM - from);
    records.writeBytes(
      JSON.stringify({ k: 'events', thread, left, bytes: 8 * count }),
      bytesOf(data, from, first),
      bytesOf(data, 0, count - first),
    );
    Atomics.store(words, TAIL, head);
  }

  /** For another thread to take. */
  free() {
    const { words } = this;
    for (const word of [HEAD, TAIL, LEFT, OWNER]) Atomics.store(words, word, 0);
  }
}

/** The log of the calling thread. */
class ThreadLog {
  constructor(records, shared, logs, thread) {
    this.records = records;
    this.shared = shared;
    this.thread = thread;
    this.slot = Slot.take(logs, thread);
    this.texts = new Map();
    if (this.slot === null) this.line({ k: 'unlogged' });
  }

  /** Whether records have a place to go to. */
  get isOpen() {
    return this.slot !== null;
  }

  /** `fields`: at most `MOST_FIELDS` numbers. Gives the place of the record, for `change`; -1 when it has none. */
  record(kind, ...fields) {
    const { slot } = this;
    if (slot === null) return -1;
    const { words, data } = slot;
    const head = words[HEAD];
    const used = (head - Atomics.load(words, TAIL)) | 0;
    if (used + MOST_FIELDS >= ROOM) {
      Atomics.add(words, LEFT, 1);
      return -1;
    }
    const count = fields.length;
    data[head & (ROOM - 1)] = kind + 16 * count;
    for (let i = 0; i < count; i++) data[(head + 1 + i) & (ROOM - 1)] = fields[i];
    Atomics.store(words, HEAD, (head + 1 + count) | 0);
    if (used < ROOM / 2 && used + 1 + count >= ROOM / 2) ring(this.shared);
    return head;
  }

  /** Changes a field of a record, or its kind (field 0), unless it has been taken out. */
  change(place, field, value) {
    const { slot } = this;
    if (slot === null || place === -1) return;
    const { words, data } = slot;
    if (((place - Atomics.load(words, TAIL)) | 0) >= 0) data[(place + field) & (ROOM - 1)] = value;
  }

  /** Something that happens seldom. */
  line(fields) {
    this.records.write(JSON.stringify({ ...fields, thread: this.thread }));
  }

  /** Number of a text, -1 when there are too many. */
  text(text) {
    let number = this.texts.get(text);
    if (number === undefined) {
      if (this.texts.size >= MOST_NAMES) return -1;
      number = this.texts.size;
      this.texts.set(text, number);
      this.line({ k: 'text', number, text: text.slice(0, 4000) });
    }
    return number;
  }

  /** To be called where nobody else takes the records out. */
  drain() {
    this.slot?.drain(this.thread, this.records);
  }
}

module.exports = { KINDS, Slot, ThreadLog, clock, clockOf, newLogs };
