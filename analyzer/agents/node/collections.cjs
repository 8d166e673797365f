'use strict';
/**
 * Records garbage collections. Being told of one costs a thread 50 to 150 microseconds, so a heap that is collected often is left to
 * the profiler, in whose samples collections are too, and asked for again after a while. So is one whose event loop does not turn for
 * long: it would tell when it does.
 */
const { PerformanceObserver } = require('node:perf_hooks');
const { KINDS, clock, clockOf } = require('./log.cjs');

/** Collections between two looks, which are a quarter of a second apart, from which on the profiler must do. */
const MOST = 8;
/** Looks until collections are told again: at first, and at last if they stay frequent. */
const SHORTEST_REST = 8;
const LONGEST_REST = 64;
/** Looks without a turn of the event loop after which the profiler must do. */
const MOST_STILL = 8;

class Collections {
  constructor(log) {
    this.log = log;
    this.observer = new PerformanceObserver((list) => this.take(list.getEntries()));
    this.isTold = false;
    this.count = 0;
    this.length = SHORTEST_REST;
    this.rest = 0;
    /** When the event loop was last known to have turned, and looks since. */
    this.turned = clock();
    this.still = 0;
  }

  hook() {
    this.observer.observe({ entryTypes: ['gc'] });
    this.isTold = true;
  }

  take(entries) {
    const { log } = this;
    for (const { startTime, duration, detail } of entries)
      log.record(KINDS.gc, clockOf(startTime), duration * 1e6, detail?.kind ?? 0);
    this.count += entries.length;
    if (this.isTold && this.count > MOST) this.stop(clock());
  }

  /** `time`: from when on there is no telling. */
  stop(time) {
    this.observer.disconnect();
    this.isTold = false;
    this.log.record(KINDS.told, time, 0);
    this.rest = this.length;
    this.length = Math.min(LONGEST_REST, 2 * this.length);
  }

  /** To be called a few times a second. `hasTurned`: the event loop has, since the last call. */
  look(time, hasTurned) {
    this.still = hasTurned ? 0 : this.still + 1;
    if (hasTurned) this.turned = time;
    if (this.isTold && this.still > MOST_STILL) this.stop(this.turned);
    else if (this.isTold && this.count <= MOST / 2) this.length = SHORTEST_REST;
    else if (!this.isTold && --this.rest <= 0 && hasTurned) {
      this.hook();
      this.log.record(KINDS.told, time, 1);
    }
    this.count = 0;
  }

  /** The thread ends: what waits for a turn of its event loop will not be told. */
  end(hasTurned) {
    if (this.isTold && !hasTurned) this.stop(this.turned);
  }
}

module.exports = { Collections };
