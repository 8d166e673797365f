'use strict';
/**
 * Records what a thread's time goes to besides its JavaScript: garbage collection, waits in `Atomics.wait`, and how late and how busy
 * its event loop is.
 */
const { performance } = require('node:perf_hooks');
const { Collections } = require('./collections.cjs');
const { Delays } = require('./delays.cjs');
const { KINDS, clock } = require('./log.cjs');
const { replace } = require('./replace.cjs');
const { withoutUs } = require('./sites.cjs');

/** Nanoseconds; shorter waits are not written down. */
const SHORTEST_WAIT = 20_000;

class Loop {
  constructor(log) {
    this.log = log;
    /** Nanoseconds in `Atomics.wait` since the last look, and since when the thread waits there now. */
    this.waited = 0;
    this.waitsSince = 0;
    this.used = performance.eventLoopUtilization();
    this.delays = new Delays(clock());
    this.collections = new Collections(log);
  }

  hook() {
    this.hookWait();
    this.collections.hook();
  }

  hookWait() {
    const loop = this;
    const { wait } = Atomics;
    const wrapper = {
      wait(...list) {
        const begin = clock();
        loop.waitsSince = begin;
        let end;
        try {
          return Reflect.apply(wait, this, list);
        } catch (error) {
          throw withoutUs(error, wrapper);
        } finally {
          end = clock();
          loop.waited += end - loop.waitsSince;
          loop.waitsSince = 0;
          if (end - begin >= SHORTEST_WAIT) loop.log.record(KINDS.wait, begin, end - begin);
        }
      },
    }.wait;
    replace(Atomics, 'wait', wrapper);
  }

  /**
   * Called a few times a second, whatever the thread does. Time in `Atomics.wait` passes for use of the loop in Node's own figures:
   * a pool's workers that wait so for their next task would be busy all day.
   */
  look() {
    const time = clock();
    if (this.waitsSince > 0) {
      this.waited += time - this.waitsSince;
      this.waitsSince = time;
    }
    const used = performance.eventLoopUtilization();
    const idle = (used.idle - this.used.idle) * 1e6;
    const active = (used.active - this.used.active) * 1e6;
    const share = idle + active > 0 ? Math.max(0, active - this.waited) / (idle + active) : -1;
    const { hasTurned } = this.delays;
    const delay = Math.max(0, this.delays.longest(time) - this.waited);
    this.collections.look(time, hasTurned);
    this.log.record(KINDS.loop, time, share, delay, Number(hasTurned));
    this.used = used;
    this.waited = 0;
  }

  end() {
    this.collections.end(this.delays.hasTurned);
  }
}

module.exports = { Loop };
