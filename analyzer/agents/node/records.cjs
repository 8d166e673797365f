'use strict';
/**
 * The file of one process: a JSON object a line; some say how many bytes of another form follow the line. It is opened for each write:
 * a descriptor of ours would take a number that the program's own would have. Lines of several threads do not mix, since each write is
 * one append.
 */
const fs = require('node:fs');

// Taken now, before the program can replace them (memfs, mock-fs).
const { openSync, writevSync, closeSync, readlinkSync } = fs;
const { hrtime } = process;

const FORMAT = 'perfscope-node 2';

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
    this.append([Buffer.from(`${lines.join('\n')}\n`)]);
  }

  /** Appends a line that tells of bytes, and these. */
  writeBytes(line, ...parts) {
    this.append([Buffer.from(`${line}\n`), ...parts]);
  }

  append(parts) {
    if (this.failed) return;
    try {
      const descriptor = openSync(this.path, 'a', 0o600);
      try {
        let rest = parts;
        while (rest.length > 0) rest = behind(rest, writevSync(descriptor, rest));
      } finally {
        closeSync(descriptor);
      }
    } catch {
      this.failed = true;
    }
  }
}

/** What is left of parts of which the first `count` bytes are written. */
function behind(parts, count) {
  let written = count;
  const left = parts.map((part) => {
    const its = Math.min(written, part.byteLength);
    written -= its;
    return part.subarray(its);
  });
  return left.filter((part) => part.byteLength > 0);
}

module.exports = { FORMAT, Records, now, systemThread };
