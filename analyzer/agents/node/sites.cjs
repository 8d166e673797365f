'use strict';
/** Where in the program something is called from. */
const { clock } = require('./log.cjs');

const DEEPEST = 24;
/** Nanoseconds between two looks at the stack of a thread, which cost some fifty microseconds: while they differ, and if they do not. */
const BETWEEN = 20e6;
const MOST_BETWEEN = 320e6;
const OWN = __dirname;
const NODES_OWN = /^node:/;

class Sites {
  constructor(log) {
    this.log = log;
    this.numbers = new Map();
    this.next = 0;
    this.between = BETWEEN;
    /** Of `clock`, when the last call of `here` returned. */
    this.time = 0;
  }

  /**
   * Number of the calling site; -1 for none. Shortly after a look it is `known`, the last site of the same kind. `time`: of `clock`,
   * now.
   */
  here(known, time) {
    this.time = time;
    if (known >= 0 && time < this.next) return known;
    const site = this.now();
    if (known >= 0) this.between = site === known ? Math.min(MOST_BETWEEN, 1.5 * this.between) : BETWEEN;
    this.time = clock();
    this.next = this.time + this.between;
    return site;
  }

  /** Number of the calling site; -1 for none. */
  now() {
    const frames = readStack();
    if (frames.length === 0) return -1;
    const key = JSON.stringify(frames);
    let number = this.numbers.get(key);
    if (number === undefined) {
      if (this.numbers.size >= 5000) return -1;
      number = this.numbers.size;
      this.numbers.set(key, number);
      this.log.line({ k: 'site', number, frames });
    }
    return number;
  }
}

/** The program's calls, innermost first: `[function, file, line, column]`. */
function readStack() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  let sites = [];
  try {
    Error.stackTraceLimit = DEEPEST;
    Error.prepareStackTrace = (_, calls) => calls;
    const holder = {};
    Error.captureStackTrace(holder, readStack);
    if (Array.isArray(holder.stack)) sites = holder.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (own) Error.prepareStackTrace = prepareStackTrace;
    else delete Error.prepareStackTrace;
  }
  return sites.map(frameOf).filter((frame) => frame !== null);
}

function frameOf(call) {
  const file = call.getFileName() ?? call.getScriptNameOrSourceURL?.() ?? '';
  if (file === '' || NODES_OWN.test(file) || file.startsWith(OWN)) return null;
  return [call.getFunctionName() ?? '', file, call.getLineNumber() ?? 0, call.getColumnNumber() ?? 0];
}

/** Takes the agent's calls out of the stack of an error that the program is about to get. `wrapper`: our function that it called. */
function withoutUs(error, wrapper) {
  try {
    const stack = Object.getOwnPropertyDescriptor(error, 'stack')?.value ?? error.stack;
    if (typeof stack !== 'string' || !stack.includes(OWN)) return error;
    const lines = stack.split('\n');
    const before = lines.slice(
      0,
      lines.findIndex((line) => line.includes(OWN)),
    );
    const holder = {};
    Error.captureStackTrace(holder, wrapper);
    const callers = String(holder.stack).split('\n').slice(1);
    const most = before.filter((line) => /^\s+at /.test(line)).length;
    const kept = callers.slice(0, Math.max(0, Error.stackTraceLimit - most));
    error.stack = [...before, ...kept].join('\n');
  } catch {
    // It has one line more.
  }
  return error;
}

module.exports = { Sites, withoutUs };
