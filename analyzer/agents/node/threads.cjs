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
const { newLogs } = require('./log.cjs');
const { hideThread, numberOf, shownNumber } = require('./numbers.cjs');
const { OwnProfile, canProfile } = require('./ownProfile.cjs');
const { may } = require('./permission.cjs');
const { recordThread } = require('./recording.cjs');
const { FORMAT, Records, now, systemThread } = require('./records.cjs');
const { replace } = require('./replace.cjs');
const { Scripts, SeenScripts } = require('./scripts.cjs');
const { ALONE, ENDED, ENDING, FOLLOWED, GONE, NEW, newShared, ring, wordOf } = require('./shared.cjs');
const { hideFlags, markLog } = require('./ticks.cjs');

// The program's waits are recorded.
const { wait } = Atomics;

/** Where workers find what the main thread has set up. */
const KEY = 'perfscope';
/** What the helper calls in each thread. */
const AGENT = Symbol.for('perfscope.agent');
/** Milliseconds that the beginning of a thread may wait for the helper, and its end for the last slice. */
const PATIENCE = 300;
/** Milliseconds that a thread may wait for the last slice of one that it terminates. */
const LAST_PATIENCE = 100;
/** Number of the helper where there is none: all others are lower. */
const NOBODY = Number.POSITIVE_INFINITY;
/** Signals that end no process by themselves. */
const HARMLESS = new Set([
  'SIGCHLD',
  'SIGCONT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGURG',
  'SIGWINCH',
]);

function startMain({ folder, rate, ticks }) {
  const file = path.join(folder, `${process.pid}-${Math.round(now() / 1e3)}.node`);
  if (!may('fs.write', file) || (ticks === null && !canProfile())) return;
  const records = new Records(file);
  const { pid, ppid: parent, version } = process;
  records.write(
    JSON.stringify({ k: FORMAT, pid, parent, command: commandLine(), version, rate, time: now() }),
    threadLine(0, 0, ''),
  );
  if (ticks !== null) {
    workers.setEnvironmentData(KEY, { file, flags: ticks.flags });
    logTicks(ticks.flags);
    return;
  }
  const shared = newShared();
  const logs = newLogs();
  const interval = Math.round(1e6 / rate);
  const thread = new ProfiledThread(records, shared, 0, interval);
  const settings = { file, shared, logs, interval, helper: NOBODY };
  if (may('inspector') && may('worker')) settings.helper = startHelper(records, settings);
  else Atomics.store(shared, GONE, 1);
  workers.setEnvironmentData(KEY, settings);
  thread.begin();
  thread.recording = recordThread(records, settings, 0);
  flushBeforeSignals(thread);
  flushBeforeTerminate(records, shared);
}

/** Gives the helper's number. */
function startHelper(records, { file, shared, logs, interval }) {
  const hide = hideThread(null);
  const helper = new workers.Worker(path.join(__dirname, 'helper.cjs'), {
    name: 'perfscope',
    execArgv: [],
    env: {},
    // Not piped: the program's own streams would be made before it asks for them.
    stdout: true,
    stderr: true,
    workerData: { isPerfscope: true, file, shared, logs, interval },
  });
  helper.on('error', ({ message }) => records.write(JSON.stringify({ k: 'problem', text: String(message) })));
  helper.on('exit', () => Atomics.store(shared, GONE, 1));
  helper.unref();
  return hide(helper);
}

const commandLine = () => [process.argv0, ...process.execArgv, ...process.argv.slice(1)].join(' ');

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
    const isDeadly = name !== undefined && !HARMLESS.has(name) && process.listenerCount(name) === 0;
    const ends = isDeadly && (pid === process.pid || pid === 0);
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
  const thread = new ProfiledThread(records, settings.shared, threadId, settings.interval);
  thread.begin();
  thread.recording = recordThread(records, settings, threadId);
  flushBeforeTerminate(records, settings.shared);
  hideThread(settings.helper);
}

/** A thread that is terminated has no time to end its slice: whoever terminates it waits for that. */
function flushBeforeTerminate(records, shared) {
  const { prototype } = workers.Worker;
  const { terminate } = prototype;
  const wrapper = {
    terminate(...list) {
      const thread = Reflect.apply(numberOf, this, []);
      if (lastSlice(shared, wordOf(thread), LAST_PATIENCE)) records.write(endLine(thread));
      return Reflect.apply(terminate, this, list);
    },
  }.terminate;
  replace(prototype, 'terminate', wrapper);
}

/** Has the last slice of a thread taken, and waits for it. Whether it was. */
function lastSlice(shared, word, patience) {
  if (!(word >= 0) || Atomics.load(shared, GONE) === 1) return false;
  if (Atomics.compareExchange(shared, word, FOLLOWED, ENDING) !== FOLLOWED) return false;
  ring(shared);
  wait(shared, word, ENDING, patience);
  return Atomics.load(shared, word) === ENDED;
}

/** Nothing of the thread's JavaScript until now is missing. */
const endLine = (thread) => JSON.stringify({ k: 'end', thread, time: now() });

/** `number`: what the program calls the thread. */
const threadLine = (thread, number, name) =>
  JSON.stringify({ k: 'thread', thread, number, tid: systemThread(), name, time: now() });

class ProfiledThread {
  constructor(records, shared, thread, interval) {
    this.records = records;
    this.shared = shared;
    this.thread = thread;
    this.word = wordOf(thread);
    const scripts = new Scripts((line) => records.write(line), thread);
    const own = new OwnProfile(interval, (profile) => {
      scripts.describe(new SeenScripts().newIn(JSON.parse(profile)));
      records.write(`{"k":"slice","thread":${thread},"profile":${profile}}`);
    });
    this.own = own;
    this.recording = null;
    const { profile, profileEnd } = inspector.console;
    const agent = {
      thread,
      scripts,
      /** Begins the helper's next slice before it ends the last one: nothing is between them. */
      turn: (next, last) => {
        if (next) profile(next);
        if (last) profileEnd(last);
        this.recording?.look();
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
      wait(shared, word, NEW, PATIENCE);
      if (Atomics.compareExchange(shared, word, NEW, ALONE) !== NEW) return;
    }
    this.own.start();
  }

  end() {
    const { shared, word, own } = this;
    try {
      if (own.stop()) this.sayEnd();
      this.recording?.end(Atomics.load(shared, GONE) === 1);
      if (lastSlice(shared, word, PATIENCE)) this.sayEnd();
    } catch {
      // Up to a slice is lost, which the recording can tell.
    }
  }

  sayEnd() {
    this.records.write(endLine(this.thread));
  }
}

module.exports = { startMain, startWorker };
