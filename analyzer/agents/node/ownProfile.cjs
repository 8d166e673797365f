'use strict';
const inspector = require('node:inspector');
const v8 = require('node:v8');
const { may } = require('./permission.cjs');
const { now } = require('./records.cjs');

/** Whether a thread may profile itself, by whatever way. */
const canProfile = () => may('inspector') || v8.startCpuProfile !== undefined;

/** The profile that a thread makes of itself, until somebody else follows it. */
class OwnProfile {
  /** `interval`: microseconds between samples. `take`: is given the profile, as JSON, when it ends. */
  constructor(interval, take) {
    this.interval = interval;
    this.take = take;
    /** Ends the profile and gives it; null when there is none. */
    this.finish = null;
  }

  start() {
    this.finish = may('inspector') ? byInspector(this.interval) : byV8(this.interval);
  }

  /** False when there was none. */
  stop() {
    const profile = this.finish?.() ?? null;
    this.finish = null;
    if (profile !== null) this.take(profile);
    return profile !== null;
  }
}

function byInspector(interval) {
  const session = new inspector.Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval });
  session.post('Profiler.start');
  return () => {
    let profile = null;
    session.post('Profiler.stop', (problem, result) => {
      if (problem === null) profile = JSON.stringify(result.profile);
    });
    session.disconnect();
    return profile;
  };
}

/** For programs that may not use the inspector; Node 24 and newer. Node 24 takes 1000 samples a second in any case. */
function byV8(interval) {
  const started = now() / 1e3;
  const profile = v8.startCpuProfile({ sampleInterval: interval / 1e3 });
  return () => {
    const { startTime, endTime, ...rest } = JSON.parse(profile.stop());
    const start = nearest(startTime, started);
    return JSON.stringify({ ...rest, startTime: start, endTime: nearest(endTime, now() / 1e3) });
  };
}

/** A number of which 32 bits were kept, with the rest that brings it nearest to `about`. */
const nearest = (value, about) => value + Math.round((about - value) / 2 ** 32) * 2 ** 32;

module.exports = { OwnProfile, canProfile };
