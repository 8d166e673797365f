'use strict';
/**
 * The file of one process: a JSON object a line. It is opened for each write: a descriptor of ours would take a number that the
 * program's own would have. Lines of several threads do not mix, since each write is one append.
 */
const fs = require('node:fs');

// Taken now, before the program can replace them (memfs, mock-fs).
const { openSync, writeSync, closeSync, readlinkSync } = fs;
const { hrtime } = process;

const FORMAT = 'perfscope-node 1';

/** Nanoseconds of the clock that V8's profiles use, too. */
function now() {
  const [seconds, rest] = hrtime();
  return seconds * 1e9 + rest;
}

/** The system's number of the calling thread; 0 where it is not told. */
function systemThread() {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').pop());
  } catch {
    return 0;
  }
}

class Records {
  constructor(path) {
    this.path = path;
    this.failed = false;
  }

  /** Appends lines; a folder that is gone or a full disk ends the recording of this thread. */
  write(...lines) {
    if (this.failed) return;
    try {
      const descriptor = openSync(this.path, 'a', 0o600);
      try {
        const bytes = Buffer.from(`${lines.join('\n')}\n`);
        let at = 0;
        while (at < bytes.length) at += writeSync(descriptor, bytes, at);
      } finally {
        closeSync(descriptor);
      }
    } catch {
      this.failed = true;
    }
  }
}

module.exports = { FORMAT, Records, now, systemThread };
