'use strict';
/**
 * What the agent does in the program's threads: each waits for the helper to follow it before any of the program runs, tells which
 * thread of the system it is, and has its last slice taken when it ends.
 *
 * docs/decisions/helper-before-program.md says why they wait.
 */
const inspector = require('node:inspector');
const workers = require('node:worker_threads');
const {
  constants: { signals },
} = require('node:os');
const path = require('node:path');
const { hideThread, shownNumber } = require('./numbers.cjs');
const { OwnProfile } = require('./ownProfile.cjs');
const { FORMAT, Records, now, systemThread } = require('./records.cjs');
const { ALONE, ENDING, FOLLOWED, GONE, NEW, newShared, ring, wordOf } = require('./shared.cjs');
const { hideFlags, markLog } = require('./ticks.cjs');

/** Where workers find what the main thread has set up. */
const KEY = 'perfscope';
/** What the helper calls in each thread. */
const AGENT = Symbol.for('perfscope.agent');
/** Milliseconds that the beginning of a thread may wait for the helper, and its end for the last slice. */
const PATIENCE = 300;

function startMain({ folder, rate, ticks }) {
  const records = new Records(path.join(folder, `${process.pid}-${Math.round(now() / 1e3)}.node`));
  records.write(
    JSON.stringify({ k: FORMAT, pid: process.pid, version: process.version, rate, time: now() }),
    threadLine(0, 0, ''),
  );
  if (ticks !== null) {
    workers.setEnvironmentData(KEY, { file: records.path, flags: ticks.flags });
    logTicks(ticks.flags);
    return;
  }
  const shared = newShared();
  const interval = Math.round(1e6 / rate);
  const thread = new ProfiledThread(records, shared, 0, interval);
  const hide = hideThread(null);
  const helper = new workers.Worker(path.join(__dirname, 'helper.cjs'), {
    name: 'perfscope',
    execArgv: [],
    env: {},
    // Not piped: the program's own streams would be made before it asks for them.
    stdout: true,
    stderr: true,
    workerData: { isPerfscope: true, file: records.path, shared, interval },
  });
  helper.on('error', ({ message }) => records.write(JSON.stringify({ k: 'problem', text: String(message) })));
  helper.on('exit', () => Atomics.store(shared, GONE, 1));
  helper.unref();
  workers.setEnvironmentData(KEY, { file: records.path, shared, interval, helper: hide(helper) });
  thread.begin();
  flushBeforeSignals(thread);
}

/** V8 logs its ticks, and nobody profiles the thread beside it: a profile keeps V8 from most of them. */
function logTicks(flags) {
  hideFlags(flags);
  markLog({ pid: process.pid, tid: systemThread(), node: process.execPath, time: now() });
}

/** A process that sends itself a signal which it does not handle ends without an event. */
function flushBeforeSignals(thread) {
  const { _kill: kill } = process;
  process._kill = (pid, signal) => {
    const name = Object.keys(signals).find((each) => signals[each] === signal);
    const ends =
      name !== undefined && (pid === process.pid || pid === 0) && process.listenerCount(name) === 0;
    if (ends) thread.end();
    const result = Reflect.apply(kill, process, [pid, signal]);
    if (ends) thread.own.start();
    return result;
  };
}

function startWorker() {
  const settings = workers.getEnvironmentData(KEY);
  if (settings === undefined) return;
  const records = new Records(settings.file);
  const { threadId, threadName } = workers;
  if (settings.flags !== undefined) {
    records.write(threadLine(threadId, threadId, threadName || ''));
    logTicks(settings.flags);
    return;
  }
  records.write(threadLine(threadId, shownNumber(threadId, settings.helper), threadName || ''));
  new ProfiledThread(records, settings.shared, threadId, settings.interval).begin();
  hideThread(settings.helper);
}

/** `number`: what the program calls the thread. */
const threadLine = (thread, number, name) =>
  JSON.stringify({ k: 'thread', thread, number, tid: systemThread(), name, time: now() });

class ProfiledThread {
  constructor(records, shared, thread, interval) {
    this.shared = shared;
    this.word = wordOf(thread);
    const own = new OwnProfile(interval, (profile) =>
      records.write(JSON.stringify({ k: 'slice', thread, profile })),
    );
    this.own = own;
    const { profile, profileEnd } = inspector.console;
    const agent = {
      thread,
      /** Begins the helper's next slice before it ends the last one: nothing is between them. */
      turn(next, last) {
        if (next) profile(next);
        if (last) profileEnd(last);
      },
      /** The helper follows: a profile of the thread's own is not needed any more. */
      handOver() {
        own.stop();
      },
    };
    Object.defineProperty(globalThis, AGENT, { value: agent, configurable: true });
    process.on('exit', () => this.end());
  }

  /** Returns when the thread is profiled. */
  begin() {
    const { shared, word } = this;
    if (word >= 0 && Atomics.load(shared, GONE) === 0) {
      ring(shared);
      // What the helper asks for runs in here: V8 looks for such while a thread waits.
      Atomics.wait(shared, word, NEW, PATIENCE);
      if (Atomics.compareExchange(shared, word, NEW, ALONE) !== NEW) return;
    }
    this.own.start();
  }

  end() {
    const { shared, word, own } = this;
    try {
      own.stop();
      if (word < 0 || Atomics.load(shared, GONE) === 1) return;
      if (Atomics.compareExchange(shared, word, FOLLOWED, ENDING) !== FOLLOWED) return;
      ring(shared);
      Atomics.wait(shared, word, ENDING, PATIENCE);
    } catch {
      // Up to a slice is lost, which the recording can tell.
    }
  }
}

module.exports = { startMain, startWorker };
