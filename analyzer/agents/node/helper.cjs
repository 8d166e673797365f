'use strict';
/**
 * The agent's own thread. It drives the profilers of the program's threads through the inspector, which works while their
 * JavaScript runs: four times a second each begins its next profile and ends its last, and that slice is written down.
 */
const { Session } = require('node:inspector');
const { workerData } = require('node:worker_threads');
const { Slot } = require('./log.cjs');
const { Records, now, systemThread } = require('./records.cjs');
const { SeenScripts } = require('./scripts.cjs');
const { ALONE, BELL, ENDED, ENDING, FOLLOWED, wordOf } = require('./shared.cjs');

const { file, shared, logs, interval } = workerData;
/** Milliseconds. */
const SLICE = 250;
const AGENT = 'globalThis[Symbol.for("perfscope.agent")]';
const FINISHED = 'Profiler.consoleProfileFinished';

const records = new Records(file);
/** Threads that are followed, and those that may be. */
const threads = new Set();
const starting = new Set();
/** Numbers of threads that are no more. */
const gone = new Set();
let titles = 0;

/** One thread of the program, and the way to its inspector. */
class Thread {
  /** `post(method, parameters)` resolves with the answer. */
  constructor(post) {
    this.post = post;
    /** What worker_threads calls it, and its word in the shared memory. */
    this.number = -1;
    this.word = -1;
    this.title = null;
    this.turning = null;
    this.hasBegun = false;
    this.seen = new SeenScripts();
    /** Resolves when all slices are written down. */
    this.written = Promise.resolve();
    /** Lets go of its inspector. */
    this.leave = () => {};
  }

  /** Begins to follow a thread that has loaded the agent; others are asked again when somebody rings. */
  async begin() {
    if (this.hasBegun) return;
    this.hasBegun = true;
    const { result } = await this.evaluate(`${AGENT}?.thread`);
    if (result.type !== 'number') {
      // The helper itself has none; in others the agent is still to be loaded.
      this.hasBegun = result.type !== 'undefined';
      return;
    }
    this.number = result.value;
    this.word = wordOf(this.number);
    await this.post('Profiler.enable');
    await this.post('Profiler.setSamplingInterval', { interval });
    const title = nextTitle();
    await this.turn(title, null);
    this.title = title;
    threads.add(this);
    const before = this.word < 0 ? ALONE : Atomics.exchange(shared, this.word, FOLLOWED);
    if (before === ALONE) await this.evaluate(`${AGENT}.handOver()`);
    else Atomics.notify(shared, this.word);
  }

  /** Ends the slice. A thread that has not answered yet is in native code: its slice goes on. */
  async rotate(isLast) {
    if (this.turning !== null && !isLast) return;
    await this.turning?.catch(() => {});
    if (this.title === null) return;
    const [last, next] = [this.title, isLast ? null : nextTitle()];
    this.title = next;
    this.turning = this.turn(next, last);
    try {
      await this.turning;
    } finally {
      this.turning = null;
    }
  }

  turn(next, last) {
    return this.evaluate(`${AGENT}.turn(${JSON.stringify(next)}, ${JSON.stringify(last)})`);
  }

  evaluate(expression) {
    return this.post('Runtime.evaluate', { expression, silent: true });
  }

  /** Writes a slice down, behind the scripts in it that only the thread can tell of. */
  take(profile) {
    const scripts = this.seen.newIn(profile);
    const line = JSON.stringify({ k: 'slice', thread: this.number, profile });
    const told = scripts.length === 0 ? this.written : this.written.then(() => this.ask(scripts));
    this.written = told.then(() => records.write(line));
  }

  /** Has the thread tell of scripts. */
  async ask(scripts) {
    try {
      const { result } = await this.evaluate(`${AGENT}.scripts.describe(${JSON.stringify(scripts)})`);
      if (result.value === false) this.seen.forget(scripts);
    } catch {
      // The thread is gone: its scripts are shown as they run.
    }
  }

  /** It has ended, be it by itself or by `terminate`. */
  sayGone() {
    if (this.number >= 0) records.write(JSON.stringify({ k: 'gone', thread: this.number, time: now() }));
  }
}

const nextTitle = () => `perfscope ${++titles}`;

/** Follows the workers that a thread makes, and theirs. `events`: what the thread's inspector says, by method. */
function followWorkers(post, events) {
  const sessions = new Map();
  events.set('NodeWorker.attachedToWorker', ({ sessionId }) => {
    const session = new WorkerSession(sessionId, post);
    sessions.set(sessionId, session);
    session.follow().catch(() => {});
  });
  events.set('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }) => {
    sessions.get(sessionId)?.receive(message);
  });
  events.set('NodeWorker.detachedFromWorker', ({ sessionId }) => {
    const session = sessions.get(sessionId);
    if (session) {
      session.thread.sayGone();
      threads.delete(session.thread);
      starting.delete(session.thread);
      gone.add(session.thread.number);
      session.end();
    }
    sessions.delete(sessionId);
  });
  return post('NodeWorker.enable', { waitForDebuggerOnStart: false });
}

/** The inspector of a worker, which is reached through that of the thread that made it. */
class WorkerSession {
  constructor(sessionId, postToMaker) {
    this.sessionId = sessionId;
    this.postToMaker = postToMaker;
    this.waiting = new Map();
    this.events = new Map();
    this.thread = new Thread(this.post);
    this.count = 0;
  }

  post = (method, params = {}) =>
    new Promise((resolve, reject) => {
      const id = ++this.count;
      this.waiting.set(id, { resolve, reject });
      const message = JSON.stringify({ id, method, params });
      this.postToMaker('NodeWorker.sendMessageToWorker', { sessionId: this.sessionId, message }).catch(
        reject,
      );
    });

  follow() {
    starting.add(this.thread);
    return Promise.all([this.thread.begin(), followWorkers(this.post, this.events)]);
  }

  /** The worker is gone: nothing will be answered any more. */
  end() {
    for (const { reject } of this.waiting.values()) reject(new Error('the thread has ended'));
  }

  receive(text) {
    const message = JSON.parse(text);
    if (message.id !== undefined) {
      const waiting = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (message.error) waiting?.reject(new Error(message.error.message));
      else waiting?.resolve(message.result);
    } else if (message.method === FINISHED) this.thread.take(message.params.profile);
    else this.events.get(message.method)?.(message.params);
  }
}

async function main() {
  records.write(JSON.stringify({ k: 'helper', tid: systemThread(), time: now() }));
  const session = new Session();
  session.connectToMainThread();
  const post = (method, params) =>
    new Promise((resolve, reject) => {
      session.post(method, params, (problem, result) => (problem ? reject(problem) : resolve(result)));
    });
  const first = new Thread(post);
  // A process waits at its end for inspectors that are still there, and says so.
  first.leave = () => session.disconnect();
  const events = new Map();
  session.on('inspectorNotification', ({ method, params }) => {
    if (method === FINISHED) first.take(params.profile);
    else events.get(method)?.(params);
  });
  await first.begin();
  await followWorkers(post, events);
  let turned = Date.now();
  for (;;) {
    // Read first: who rings from here on is heard by the wait below.
    const heard = Atomics.load(shared, BELL);
    for (const thread of starting) {
      if (thread.hasBegun) starting.delete(thread);
      else thread.begin().catch(() => {});
    }
    const ending = [...threads].filter(({ word }) => word >= 0 && Atomics.load(shared, word) === ENDING);
    for (const thread of ending) end(thread).catch(() => {});
    drain();
    if (Date.now() - turned >= SLICE) {
      turned = Date.now();
      for (const thread of threads) thread.rotate(false).catch(() => {});
    }
    const rung = Atomics.waitAsync(shared, BELL, heard, Math.max(1, SLICE - (Date.now() - turned)));
    if (rung.async) await rung.value;
  }
}

/** Writes down what threads have recorded. */
function drain() {
  for (const [thread, slot] of Slot.taken(logs)) {
    slot.drain(thread, records);
    if (gone.delete(thread)) slot.free();
  }
}

/** Takes the last slice of a thread that waits for it. */
async function end(thread) {
  threads.delete(thread);
  try {
    await thread.rotate(true);
    await thread.written;
  } finally {
    drain();
    thread.leave();
    Atomics.store(shared, thread.word, ENDED);
    Atomics.notify(shared, thread.word);
  }
}

Object.defineProperty(globalThis, Symbol.for('perfscope.agent'), { value: { thread: null } });
// Neither an open session nor what `waitAsync` waits for keeps a thread alive.
setInterval(() => {}, 2 ** 30);
main().catch((problem) => records.write(JSON.stringify({ k: 'problem', text: String(problem.message) })));
