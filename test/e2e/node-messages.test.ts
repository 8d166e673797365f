import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterAll, describe, expect, test } from '@jest/globals';
import { DIRECTIONS, SPAN_KINDS } from '../../analyzer/model/index.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { nodes, ROOT, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** Messages between threads of Node, what they wait for, and that programs do not notice. */
const folder = temporaryFolder();
afterAll(folder.remove);
let files = 0;

function program(text: string): string {
  const path = join(folder.path, `messages-${files++}.cjs`);
  writeFileSync(path, text);
  return path;
}

/** What programs print that look at everything that is replaced. */
const PROGRAMS: readonly [what: string, text: string][] = [
  [
    'a message that cannot be cloned',
    `const { Worker, MessageChannel } = require('node:worker_threads');
const { port1 } = new MessageChannel();
function send() { port1.postMessage({ call: () => {} }); }
try { send(); } catch (error) { console.log(error.name, error.stack); }
port1.postMessage(1);
port1.close();
try { new Worker('./none.cjs', { stdin: 3, env: 5 }); } catch (error) { console.log(error.stack); }
try { Atomics.wait(1); } catch (error) { console.log(error.stack); }
try { require('node:worker_threads').receiveMessageOnPort(3); } catch (error) { console.log(error.stack); }`,
  ],
  [
    'a listener that throws',
    `const { Worker, isMainThread, parentPort } = require('node:worker_threads');
if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('error', (error) => console.log('main', error.stack));
  worker.postMessage('x');
} else parentPort.on('message', function listener(value) { console.log(new Error('here').stack); throw new Error(value); });`,
  ],
  [
    'classes and functions as they are',
    `const threads = require('node:worker_threads');
const { AsyncResource } = require('node:async_hooks');
const { Worker, MessageChannel, MessagePort, receiveMessageOnPort } = threads;
const own = (object, name) => { const { value, get, ...rest } = Object.getOwnPropertyDescriptor(object, name); return [typeof value, typeof get, rest]; };
console.log(Worker.name, Worker.length, MessageChannel.name, AsyncResource.name, receiveMessageOnPort.name, receiveMessageOnPort.length);
console.log(MessagePort.prototype.postMessage.name, MessagePort.prototype.postMessage.length, Atomics.wait.name, Atomics.wait.length);
console.log(own(threads, 'Worker'), own(MessagePort.prototype, 'postMessage'), own(globalThis, 'MessageChannel'), own(Atomics, 'wait'), own(Worker.prototype, 'terminate'));
console.log(globalThis.MessageChannel === MessageChannel, typeof AsyncResource.bind, String(Worker.prototype.terminate.name));
class Mine extends Worker { constructor(...list) { super(...list); this.mine = true; } }
const worker = new Mine('require("node:worker_threads").parentPort.on("message", (m) => process.exit(m))', { eval: true });
console.log(worker.constructor === Mine, worker instanceof Worker, Worker.prototype.constructor === Worker, worker.mine, new AsyncResource('X') instanceof AsyncResource);
class Task extends AsyncResource { constructor() { super('Piscina.Task', { requireManualDestroy: true }); this.taskId = 1; } }
console.log(new Task().taskId, new Task().asyncId() > 0);
worker.on('exit', (code) => console.log('code', code));
worker.postMessage(7);`,
  ],
  [
    'getters, proxies and iterables in messages',
    `const { MessageChannel, receiveMessageOnPort } = require('node:worker_threads');
const { port1, port2 } = new MessageChannel();
let reads = 0;
const message = { get value() { return ++reads; }, list: [1, 2, 3] };
port1.postMessage(message);
console.log(reads, receiveMessageOnPort(port2));
const buffer = new ArrayBuffer(8);
let turns = 0;
port1.postMessage(buffer, { transfer: { *[Symbol.iterator]() { turns++; yield buffer; } } });
console.log(turns, buffer.byteLength, receiveMessageOnPort(port2));
try { port1.postMessage(new Proxy({}, { get() { reads += 100; }, ownKeys() { reads += 1000; return []; } })); } catch (error) { console.log(error.name); }
console.log(reads, receiveMessageOnPort(port2));
const shared = new SharedArrayBuffer(8);
port1.postMessage({ shared, map: new Map([[1, new Set([2])]]), when: new Date(0), big: 12n, bytes: new Uint8Array(3) });
console.log(receiveMessageOnPort(port2));
port2.onmessage = ({ data, ports }) => { console.log('event', data, ports.length); ports[0].postMessage('back'); };
const { port1: near, port2: far } = new MessageChannel();
near.once('message', (value) => { console.log(value); near.close(); port1.close(); });
port1.postMessage('with a port', [far]);`,
  ],
];

describe.each(nodes())('Node $version', ({ path }) => {
  test.each(PROGRAMS)('a program does not notice: %s', async (_, text) => {
    const file = program(text);
    const alone = await run(path, [file]);
    const { ended } = await record(folder.path, [], [path, file]);
    expect(ended.stdout).toBe(alone.stdout);
    expect(ended.stderr).toBe(alone.stderr);
    expect(ended.code).toBe(alone.code);
  });

  test('messages are counted exactly, with their bytes, both of their threads and the code that sent them', async () => {
    const file =
      program(`const { Worker, isMainThread, parentPort, workerData, MessageChannel } = require('node:worker_threads');
if (isMainThread) {
  const { port1, port2 } = new MessageChannel();
  new Worker(__filename, { workerData: { port: port1, sends: true }, transferList: [port1] });
  const other = new Worker(__filename, { workerData: { port: port2 }, transferList: [port2] });
  other.on('message', (buffer) => console.log(buffer.byteLength));
} else {
  const { port, sends } = workerData;
  let got = 0;
  port.on('message', () => {
    got++;
    if (!sends && got <= 300) port.postMessage(got);
    if (got === (sends ? 300 : 500)) port.unref();
    if (got === 500) { const buffer = new ArrayBuffer(1e6); parentPort.postMessage(buffer, [buffer]); }
  });
  if (sends) for (let i = 0; i < 500; i++) send(port, i);
}
function send(port, i) { port.postMessage({ list: Array.from({ length: i % 50 }, (_, k) => ({ key: 'k' + k, value: k / 3 })), text: 'é'.repeat(i) }); }`);
    const { ended, summary, file: recording } = await record(folder.path, [], [path, file]);
    expect(ended).toMatchObject({ code: 0, stdout: '1000000\n' });
    const figures = summary.collectors.find(({ id }) => id === 'node')?.figures;
    expect(figures).toMatchObject({ messages: 801, movedBytes: 1e6 });
    const { transfers, stacks, frames, strings } = openRecording(recording).tables;
    const rows = [...Array(transfers.length).keys()];
    const sum = (column: ArrayLike<number>) =>
      rows.reduce((total, row) => total + (column[row] as number), 0);
    expect(sum(transfers.weight)).toBe(801);
    expect(rows.every((row) => transfers.direction[row] === DIRECTIONS.indexOf('message'))).toBe(true);
    let bytes = 0;
    for (let i = 0; i < 500; i++) {
      const list = Array.from({ length: i % 50 }, (_, k) => ({ key: `k${k}`, value: k / 3 }));
      bytes += serialize({ list, text: 'é'.repeat(i) }).length;
    }
    for (let i = 1; i <= 300; i++) bytes += serialize(i).length;
    expect(Math.abs(sum(transfers.bytes) / bytes - 1)).toBeLessThan(0.15);
    for (const row of rows) {
      expect(transfers.toEnd[row]).toBeGreaterThanOrEqual(transfers.start[row] as number);
      expect(transfers.toLane[row]).not.toBe(transfers.lane[row]);
    }
    const first = rows.find((row) => (transfers.bytes[row] as number) > 1000) as number;
    const frame = stacks.frame[transfers.stack[first] as number] as number;
    expect(strings.value[frames.name[frame] as number]).toBe('send');
    expect(strings.value[frames.file[frame] as number]).toBe(file);
  });

  test('threads of WebAssembly are lanes with their functions', async () => {
    const file = program(`const { Worker, isMainThread } = require('node:worker_threads');
// (func (export "spin") (param i32) (result i32) (local i32)): adds, multiplies and counts down.
const code = [1, 1, 127, 3, 64, 32, 1, 32, 0, 106, 65, 7, 108, 33, 1, 32, 0, 65, 1, 107, 34, 0, 13, 0, 11, 32, 1, 11];
const bytes = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0,
  7, 8, 1, 4, 115, 112, 105, 110, 0, 0, 10, code.length + 2, 1, code.length, ...code]);
if (isMainThread) for (let i = 0; i < 2; i++) new Worker(__filename);
else {
  const { spin } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const began = process.cpuUsage();
  while (process.cpuUsage(began).user < 600000) spin(1e6);
}`);
    const { summary } = await record(folder.path, [], [path, file]);
    const spin = summary.functions.find(({ name }) => name.startsWith('wasm-function[0]') || name === 'spin');
    expect(spin?.selfSeconds).toBeGreaterThan(0.2);
    expect(summary.pools).toMatchObject([{ kind: 'Worker', size: 2, tasks: 2 }]);
  });

  test('waits in Atomics.wait, collections and the event loop are told, and a waiting worker is not busy', async () => {
    const file = program(`const { Worker, isMainThread } = require('node:worker_threads');
if (isMainThread) {
  new Worker(__filename);
  const kept = [];
  setTimeout(() => { const end = Date.now() + 300; while (Date.now() < end) kept.push(new Array(100).fill({})); }, 400);
} else { const words = new Int32Array(new SharedArrayBuffer(4)); for (let i = 0; i < 8; i++) Atomics.wait(words, 0, 0, 300); }`);
    const { ended, file: recording } = await record(folder.path, [], [path, file]);
    expect(ended.code).toBe(0);
    const { spans, lanes, counters, strings } = openRecording(recording).tables;
    const rows = [...Array(spans.length).keys()];
    const waits = rows.filter((row) => spans.kind[row] === SPAN_KINDS.indexOf('wait'));
    expect(waits).toHaveLength(8);
    for (const row of waits) {
      const took = (spans.end[row] as number) - (spans.start[row] as number);
      expect(took).toBeGreaterThan(299e6);
      expect(strings.value[spans.name[row] as number]).toBe('Atomics.wait');
    }
    const collections = rows.filter((row) => spans.kind[row] === SPAN_KINDS.indexOf('gc'));
    expect(collections.length).toBeGreaterThan(3);
    const worker = lanes.thread[spans.lane[waits[0] as number] as number];
    const of = (quantity: string, thread: number) =>
      [...Array(counters.length).keys()]
        .filter((row) => {
          const lane = counters.lane[row] as number;
          return lanes.name[lane] === quantity && lanes.thread[lane] === thread;
        })
        .map((row) => counters.value[row] as number);
    const main = lanes.thread[lanes.role.indexOf(0)] as number;
    expect(Math.max(...of('event-loop delay (ms)', main))).toBeGreaterThan(150);
    expect(Math.max(...of('event-loop utilisation (%)', main))).toBeGreaterThan(50);
    const waiting = of('event-loop utilisation (%)', worker as number).slice(1);
    expect(waiting.reduce((sum, share) => sum + share, 0) / waiting.length).toBeLessThan(50);
  });

  test('a heap that is collected all the time is left to the samples, and its collections take as long as it says', async () => {
    const file = program(`const { PerformanceObserver } = require('node:perf_hooks');
let took = 0, count = 0;
const observer = new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) { took += duration; count++; } });
observer.observe({ entryTypes: ['gc'] });
const kept = [];
function work() {
  for (let i = 0; i < 300; i++) kept[i % 5000] = Array.from({ length: 50 }, (_, at) => ({ at, text: 'text ' + at }));
  if (process.cpuUsage().user < 2.5e6) return setImmediate(work);
  observer.disconnect();
  console.log(JSON.stringify({ took, count }));
}
work();`);
    const { ended, file: recording } = await record(folder.path, [], [path, '--max-semi-space-size=1', file]);
    expect(ended.code).toBe(0);
    const { took, count } = JSON.parse(ended.stdout);
    expect(count).toBeGreaterThan(100);
    const { spans, strings } = openRecording(recording).tables;
    let [told, sampled] = [0, 0];
    for (let row = 0; row < spans.length; row++) {
      if (spans.kind[row] !== SPAN_KINDS.indexOf('gc')) continue;
      const each = ((spans.end[row] as number) - (spans.start[row] as number)) / 1e6;
      if (strings.value[spans.name[row] as number] === 'GC (sampled)') sampled += each;
      else told += each;
    }
    expect(told).toBeGreaterThan(0);
    expect(sampled).toBeGreaterThan(told);
    expect((told + sampled) / took).toBeGreaterThan(0.7);
    expect((told + sampled) / took).toBeLessThan(1.4);
  });
});

describe('sizes of messages', () => {
  const { Sizer } = createRequire(import.meta.url)(join(ROOT, 'analyzer/agents/node/sizes.cjs'));
  const sizer = new Sizer();
  const records = Array.from({ length: 2000 }, (_, i) => ({
    k: `key${i}`,
    v: i,
    text: `abc${i} def${i * 7}`,
  }));
  test.each<[string, unknown]>([
    ['null', null],
    ['a small integer', 5],
    ['a negative integer', -70000],
    ['a double', 1.5],
    ['a text', 'hello'],
    ['a long text', 'x'.repeat(100_000)],
    ['a wide text', 'Ω'.repeat(1000)],
    ['a flat object', { id: 1, op: 'x', args: [1, 2, 3] }],
    ['many records', records],
    ['nested', Array.from({ length: 30 }, (_, i) => ({ a: { b: { c: [i, i * 2.5, `s${i}`] } } }))],
    ['maps and sets', new Map(Array.from({ length: 100 }, (_, i) => [`k${i}`, new Set([i, i + 1])]))],
    ['an array buffer', new ArrayBuffer(5000)],
    ['a wide object', Object.fromEntries(records.map(({ k, v }) => [k, v]))],
    ['numbered keys', Object.fromEntries(records.map(({ v, text }) => [v, text]))],
  ])('%s is within 15 %% of what V8 makes of it', (_, value) => {
    const real = serialize(value).length;
    const told = sizer.measure(value);
    expect(Math.abs(told - real)).toBeLessThanOrEqual(Math.max(2, 0.15 * real));
    if (sizer.isExact && !(value instanceof Map)) expect(Math.abs(told - real)).toBeLessThanOrEqual(2);
  });

  test('nothing of the program runs when a message is measured', () => {
    const fail = () => {
      throw new Error('it ran');
    };
    const trapped = new Proxy({}, { get: fail, ownKeys: fail, getOwnPropertyDescriptor: fail });
    const value = { trapped, list: [trapped] };
    Object.defineProperty(value, 'getter', { get: fail, enumerable: true });
    const circle: Record<string, unknown> = { value };
    circle.itself = circle;
    expect(sizer.measure(circle)).toBeGreaterThan(0);
    expect(sizer.isExact).toBe(false);
  });
});
