'use strict';
const { monitorEventLoopDelay } = require('node:perf_hooks');

/** Milliseconds between two looks at how late a loop is. */
const RESOLUTION = 40;

/**
 * How late the event loop of a thread is. Node's monitor forgets when its loop turned last whenever it is emptied, and with it the
 * delay that goes on just then. So there are two, which are emptied in turn: what one forgets, the other has.
 */
class Delays {
  /** `time`: nanoseconds, now. */
  constructor(time) {
    this.older = new Monitor();
    this.younger = new Monitor();
    this.turned = time;
  }

  /** Whether the loop has turned since the last call of `longest`. */
  get hasTurned() {
    return this.older.hasTurned || this.younger.hasTurned;
  }

  /** Nanoseconds that the loop was late at most since the last call. */
  longest(time) {
    // Both would have forgotten the delay that goes on, if the second were emptied too.
    if (!this.hasTurned) return time - this.turned;
    const { older, younger } = this;
    this.turned = time;
    // The older one has what the last call has told, too.
    const longest = Math.max(younger.max, older.max > older.told ? older.max : 0);
    older.empty();
    younger.tell();
    this.older = younger;
    this.younger = older;
    return Math.max(0, longest - RESOLUTION * 1e6);
  }
}

class Monitor {
  constructor() {
    this.delays = monitorEventLoopDelay({ resolution: RESOLUTION });
    this.delays.enable();
    this.told = 0;
    this.count = 0;
  }

  /** 0 for none. */
  get max() {
    return this.delays.count > 0 ? this.delays.max : 0;
  }

  get hasTurned() {
    return this.delays.count > this.count;
  }

  tell() {
    this.told = this.max;
    this.count = this.delays.count;
  }

  empty() {
    this.delays.reset();
    this.tell();
  }
}

module.exports = { Delays };
