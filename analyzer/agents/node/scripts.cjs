'use strict';
/**
 * What a thread runs that does not lie on the disk as it runs: code that a loader has compiled (tsx, ts-node, Babel) or that the
 * program has made itself. It is written down with its source map, so that its stacks can be shown in the original's lines.
 *
 * Only V8's debugger knows. It is on for one call, in which none of the program runs: it stops nowhere, and code is as fast
 * afterwards as before. That call takes 2 to 15 ms, and 200 in a thread with 30 MB of scripts; programs of plain JavaScript are
 * not asked.
 */
const { existsSync } = require('node:fs');
const inspector = require('node:inspector');
const Module = require('node:module');
const { fileURLToPath } = require('node:url');
const { now } = require('./records.cjs');

/** Characters: what is longer is not written down. */
const LONGEST_SOURCE = 1 << 22;
const LONGEST_MAP = 1 << 25;
const MOST_CHARACTERS = 1 << 27;
/** The debugger is on for at most this part of the time; nanoseconds that it may be on besides. */
const MOST_TIME = 0.1;
const FREE_TIME = 5e8;
const PLAIN = /^(?:file:\/\/|\/).*\.[cm]?js$/;
const LOADER = /^(?:-r|--(?:require|import|loader|experimental-loader))(?:=|$)/;

/** As it is before the program can replace them. */
const { Session } = inspector;
const compilePlain = Module._extensions['.js'];
const hasLoader = () =>
  Module._extensions['.js'] !== compilePlain ||
  process.execArgv.some((option) => LOADER.test(option)) ||
  (process.env.NODE_OPTIONS ?? '').split(/\s+/).some((option) => LOADER.test(option));

/** It is a file, of JavaScript. */
function isPlain(url) {
  if (!PLAIN.test(url)) return false;
  try {
    return existsSync(url.startsWith('file:') ? fileURLToPath(url) : url);
  } catch {
    return false;
  }
}

/** The scripts of one thread. */
class Scripts {
  /** `write`: takes a line of the records. */
  constructor(write, thread) {
    this.write = write;
    this.thread = thread;
    this.left = MOST_CHARACTERS;
    this.began = now();
    this.spent = 0;
  }

  /** Writes those of `[id, url]` down that are not on the disk as they run. False when there is no time for it: ask again. */
  describe(candidates) {
    try {
      const isAnyCompiled = hasLoader();
      const wanted = new Set();
      for (const [id, url] of candidates) if (isAnyCompiled || !isPlain(url)) wanted.add(id);
      if (wanted.size === 0 || this.left <= 0) return true;
      if (this.spent > FREE_TIME + MOST_TIME * (now() - this.began)) return false;
      this.look(wanted);
    } catch {
      // Costs the original lines, and nothing else.
    }
    return true;
  }

  look(wanted) {
    const start = now();
    const session = new Session();
    session.connect();
    try {
      const found = [];
      // A session in the thread that it looks at is answered before `post` returns.
      session.on('Debugger.scriptParsed', ({ params }) => {
        if (wanted.has(params.scriptId)) found.push(params);
      });
      session.post('Debugger.enable');
      for (const script of found) this.tell(session, script);
    } finally {
      // Ends the debugger, too.
      session.disconnect();
      this.spent += now() - start;
    }
  }

  tell(session, { scriptId, url, sourceMapURL = '', length }) {
    const map = sourceMapURL.length <= LONGEST_MAP ? sourceMapURL : '';
    let source = '';
    if (length <= LONGEST_SOURCE + sourceMapURL.length) {
      session.post('Debugger.getScriptSource', { scriptId }, (problem, result) => {
        if (problem === null) source = result.scriptSource;
      });
      // The map is told by itself.
      if (sourceMapURL.startsWith('data:')) source = source.replace(sourceMapURL, '');
    }
    this.left -= map.length + source.length;
    if (this.left < 0) return;
    this.write(JSON.stringify({ k: 'script', thread: this.thread, id: scriptId, url, map, source }));
  }
}

/** Tells which scripts of profiles are seen for the first time. */
class SeenScripts {
  constructor() {
    this.ids = new Set();
  }

  /** `[id, url]` of those in a profile that are new, Node's own left out. */
  newIn({ nodes }) {
    const found = [];
    for (const { callFrame } of nodes) {
      const { scriptId, url } = callFrame;
      if (url === '' || this.ids.has(scriptId)) continue;
      this.ids.add(scriptId);
      if (!url.startsWith('node:') && !url.startsWith(__dirname)) found.push([scriptId, url]);
    }
    return found;
  }

  /** They will be new again. */
  forget(scripts) {
    for (const [id] of scripts) this.ids.delete(id);
  }
}

module.exports = { Scripts, SeenScripts };
