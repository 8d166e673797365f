import { basename } from 'node:path';
import { DIRECTIONS, SPAN_KINDS, WITHOUT_DEVICE } from '../../model/index.ts';
import { pathOf } from '../sourcePath.ts';
import { Channels } from './channels.ts';
import type { EventRows } from './eventRows.ts';
import type { EventRecord, NodeEvent, Received, Sent } from './events.ts';
import { Exchange, type Message } from './exchange.ts';
import { ThreadNames } from './names.ts';
import { type Collection, SampledCollections } from './sampledCollections.ts';
import type { ThreadScripts } from './scripts/index.ts';
import type { SeenFunctions } from './seenFunctions.ts';
import { WorkerPools } from './workerPools.ts';

const MESSAGE = DIRECTIONS.indexOf('message');
const GC = SPAN_KINDS.indexOf('gc');
const WAIT = SPAN_KINDS.indexOf('wait');
/** Kinds of collections, by the number that Node gives them. */
const COLLECTIONS: Readonly<Record<number, string>> = {
  1: 'minor GC',
  2: 'minor GC',
  4: 'major GC',
  8: 'incremental marking',
  16: 'weak callbacks',
};

/** Of those that only samples have, the kind is not known. */
const SAMPLED_COLLECTION = 'GC (sampled)';

/** The file of a function that a pool sends as its text. */
const EVALUATED = 'eval:';

/** One thread of a process. */
interface Thread {
  readonly lane: number;
  /** Its number for the system. */
  readonly tid: number;
  /** Nanos. */
  readonly began: number;
  /** When it last said how its event loop fares, Nanos. */
  looked: number;
  readonly names: ThreadNames;
  readonly sampled: SampledCollections;
  /** When a task was submitted and where, by the port and number of the message that carries it. */
  readonly submitted: Map<string, { readonly time: number; readonly site: number }>;
  /** Of messages of each port: how many are known to have been sent, and the last one. */
  readonly sent: Map<number, { seen: number; last: Sent }>;
}

/** Figures of the recording's health. */
export interface EventCounts {
  messages: number;
  estimated: number;
  moved: number;
  left: number;
  unlogged: number;
}

/** What the threads of one process write down of themselves, as rows. */
export class ProcessEvents {
  readonly pools: WorkerPools;
  private readonly rows: EventRows;
  private readonly process: number;
  private readonly seen: SeenFunctions;
  private readonly counts: EventCounts;
  private readonly channels = new Channels();
  private readonly threads = new Map<number, Thread>();
  private readonly exchange: Exchange;

  constructor(rows: EventRows, process: number, seen: SeenFunctions, counts: EventCounts) {
    this.rows = rows;
    this.process = process;
    this.seen = seen;
    this.counts = counts;
    this.pools = new WorkerPools(rows, process, (file, name) => this.functionOf(file, name));
    this.exchange = new Exchange(
      (message) => this.route(message),
      (message) => this.route(message),
    );
  }

  /** A thread has begun. `tid`: its number for the system. */
  thread(number: number, lane: number, time: number, tid: number, scripts: ThreadScripts): void {
    const names = new ThreadNames(this.rows.interner, this.seen, scripts);
    this.threads.set(number, {
      lane,
      tid,
      began: time,
      looked: time,
      names,
      sampled: new SampledCollections(),
      submitted: new Map(),
      sent: new Map(),
    });
    this.pools.began(number, lane, time);
  }

  /** False when it speaks of a thread that is not known. */
  take(record: EventRecord): boolean {
    const thread = this.threads.get(record.thread);
    if (!thread) return false;
    switch (record.kind) {
      case 'text':
        thread.names.learnText(record.number, record.text);
        break;
      case 'site':
        thread.names.learnSite(record.number, record.frames);
        break;
      case 'port':
        this.channels.learn(record);
        break;
      case 'moved':
        this.channels.moved(record.thread, record.port, record.by);
        break;
      case 'worker': {
        const its = this.threads.get(record.worker);
        this.pools.made({
          thread: record.worker,
          file: pathOf(record.file),
          library: thread.names.library(record.site),
          stack: thread.names.stack(record.site),
          maker: thread.lane,
          made: record.time,
          lane: its?.lane ?? -1,
          began: its?.began ?? -1,
          ended: -1,
          pool: null,
          open: [],
          requests: 0,
          isStream: false,
        });
        break;
      }
      case 'unlogged':
        this.counts.unlogged++;
        break;
      case 'events':
        this.counts.left += record.left;
        for (const event of record.events) this.event(record.thread, thread, event);
        break;
    }
    return true;
  }

  /** Collections that the samples of a thread have. */
  collected(number: number, found: readonly Collection[]): void {
    this.threads.get(number)?.sampled.add(found);
  }

  describe(now: number): void {
    this.pools.describe(now);
  }

  /** No thread will say any more. */
  finish(): void {
    for (const thread of this.threads.values()) {
      this.leftOut(thread);
      this.sampled(thread, Number.POSITIVE_INFINITY);
    }
    this.exchange.finish();
    this.pools.finish((message) => this.transfer(message));
  }

  private event(number: number, thread: Thread, event: NodeEvent): void {
    const { rows } = this;
    switch (event.kind) {
      case 'submitted':
        thread.submitted.set(`${event.port} ${event.index}`, event);
        break;
      case 'sent':
        this.sent(number, thread, event);
        break;
      case 'received':
        this.received(number, thread, event);
        break;
      case 'wait':
        rows.span(thread.lane, WAIT, 'Atomics.wait', event.begin, event.begin + event.duration);
        break;
      case 'gc': {
        const name = COLLECTIONS[event.type] ?? 'GC';
        rows.span(thread.lane, GC, name, event.begin, event.begin + event.duration);
        break;
      }
      case 'told':
        thread.sampled.changed(event.time, event.isTold);
        break;
      case 'loop':
        // Until its loop turns, a thread keeps what it has to tell of collections.
        if (event.hasTurned || !thread.sampled.isTold(event.time)) this.sampled(thread, event.time);
        this.loop(thread, event);
        break;
      case 'handled': {
        const end = this.channels.end(number, event.port);
        if (end) this.pools.handled(number, end, event.index, event.time);
        break;
      }
      case 'end':
        this.pools.ended(number, event.time);
        break;
    }
  }

  /** What a thread says of its event loop holds since it last did. */
  private loop(thread: Thread, { time, delay, utilisation }: Extract<NodeEvent, { kind: 'loop' }>): void {
    const count = (quantity: string, value: number) =>
      this.rows.count(this.process, thread.tid, quantity, thread.looked, value);
    count('event-loop delay (ms)', delay / 1e6);
    if (utilisation >= 0) count('event-loop utilisation (%)', 100 * utilisation);
    thread.looked = time;
  }

  /** Collections until `time`, of which the thread has not told. */
  private sampled({ lane, sampled }: Thread, time: number): void {
    for (const { start, end } of sampled.take(time)) this.rows.span(lane, GC, SAMPLED_COLLECTION, start, end);
  }

  private sent(number: number, thread: Thread, sent: Sent): void {
    const { counts } = this;
    counts.messages++;
    if (sent.isEstimated) counts.estimated++;
    counts.moved += sent.moved;
    const known = thread.sent.get(sent.port);
    thread.sent.set(sent.port, { seen: (known?.seen ?? 0) + 1, last: sent });
    const key = `${sent.port} ${sent.index}`;
    const submitted = thread.submitted.get(key);
    thread.submitted.delete(key);
    this.exchange.send({
      from: { thread: number, lane: thread.lane },
      sent,
      end: this.channels.end(number, sent.port),
      submit: submitted?.time ?? -1,
      stack: thread.names.stack(submitted?.site ?? sent.site),
      to: null,
      received: null,
    });
  }

  private received(number: number, thread: Thread, received: Received): void {
    const end = this.channels.end(number, received.port);
    if (end) this.exchange.receive(end, { thread: number, lane: thread.lane }, received);
  }

  /** A message of which all is known that will be: part of a task of a pool, or a transfer. */
  private route(message: Message): void {
    const { pools } = this;
    const from = message.from.thread;
    const to = message.to?.thread ?? this.workerOf(message);
    const names = this.threads.get(from)?.names;
    const receiver = to === null ? null : pools.worker(to);
    const sender = pools.worker(from);
    if (receiver?.maker === message.from.lane && names) {
      if (pools.request(receiver, message, names.text(message.sent.name))) return;
    } else if (sender && names && (to === null || this.threads.get(to)?.lane === sender.maker)) {
      if (pools.answer(sender, message, names.string(message.sent.error))) return;
    }
    this.transfer(message);
  }

  /** The worker that a message was for which was not seen to arrive; null when it is not known. */
  private workerOf({ end }: Message): number | null {
    const number = end?.side === 0 ? /^worker (\d+)$/.exec(end.channel)?.[1] : undefined;
    return number === undefined ? null : Number(number);
  }

  private transfer({ from, sent, stack, to, received }: Message): void {
    this.rows.transfers.push({
      lane: from.lane,
      direction: MESSAGE,
      start: sent.begin,
      end: sent.end,
      bytes: sent.bytes,
      stack,
      toLane: to?.lane ?? -1,
      toStart: received ? received.time - received.duration : -1,
      toEnd: received?.time ?? -1,
      weight: 1,
      estimated: Number(sent.isEstimated),
      ...WITHOUT_DEVICE,
    });
  }

  /** Messages for which there was no room: their numbers are missing between those that were seen. */
  private leftOut(thread: Thread): void {
    const { transfers } = this.rows;
    for (const { seen, last } of thread.sent.values()) {
      const missing = last.index + 1 - seen;
      if (missing <= 0) continue;
      this.counts.messages += missing;
      const { begin, end, bytes, site } = last;
      const row = {
        lane: thread.lane,
        direction: MESSAGE,
        start: begin,
        end,
        bytes,
        stack: thread.names.stack(site),
        ...WITHOUT_DEVICE,
      };
      transfers.push({ ...row, toLane: -1, toStart: -1, toEnd: -1, weight: missing, estimated: 1 });
    }
  }

  /** The frame of a function that a pool calls, at its definition as far as that was seen. */
  private functionOf(file: string, name: string): number {
    const path = file === EVALUATED ? '' : pathOf(file);
    const asked = name === 'default' ? '' : name;
    const found = path === '' ? null : this.seen.entryOf(path, asked);
    const called = found?.name ?? (asked === '' ? basename(path) : asked);
    if (called === '') return -1;
    const line = found?.functionLine ?? 0;
    return this.rows.interner.frame(called, found?.file ?? path, line, line, 'javascript');
  }
}
