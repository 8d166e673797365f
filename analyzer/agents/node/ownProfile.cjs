'use strict';
const inspector = require('node:inspector');

/** The profile that a thread makes of itself, until somebody else follows it. */
class OwnProfile {
  /** `interval`: microseconds between samples. `take`: is given the profile when it ends. */
  constructor(interval, take) {
    this.interval = interval;
    this.take = take;
    this.session = null;
  }

  start() {
    const session = new inspector.Session();
    // Programs that may not use the inspector (`--permission`) are not profiled.
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: this.interval });
    session.post('Profiler.start');
    this.session = session;
  }

  stop() {
    const { session } = this;
    if (session === null) return;
    this.session = null;
    session.post('Profiler.stop', (problem, result) => {
      if (problem === null) this.take(result.profile);
    });
    session.disconnect();
  }
}

module.exports = { OwnProfile };
