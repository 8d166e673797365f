'use strict';
/**
 * The message ports that the program knows, with numbers; those of Node itself are not among them. Which two are the ends of one
 * channel is told by lines in the file: made together (`channel`), the public port of a worker (`worker`), or handed on with a
 * message (`moved` here, `arrived` there).
 */
const { MessagePort } = require('node:worker_threads');
const { fieldOf } = require('./replace.cjs');

class Ports {
  constructor(log) {
    this.log = log;
    this.known = new WeakMap();
    this.count = 0;
    this.channels = 0;
  }

  get(port) {
    return this.known.get(port);
  }

  /** Two ports that were made together. */
  addChannel(first, second) {
    const channel = this.channels++;
    const one = this.add(first, { channel, side: 0 });
    const other = this.add(second, { channel, side: 1 });
    one.peer = other;
    other.peer = one;
  }

  /** The port goes to a worker: what is sent through the other end is for it. */
  serve(port, worker) {
    const peer = this.known.get(port)?.peer;
    if (peer) peer.worker = worker;
  }

  /** The port to a worker, in the thread that made it (side 0), and to that thread in the worker (side 1). */
  addPublic(port, worker, side) {
    this.add(port, { worker, side }).worker = worker;
  }

  /** A port that came with a message, or with a worker's data. */
  addArrived(port, by) {
    if (!this.known.has(port)) this.add(port, { by }).worker = this.log.thread > 0 ? this.log.thread : -1;
  }

  moved(port, by) {
    const info = this.known.get(port);
    if (info !== undefined) this.log.line({ k: 'moved', port: info.number, by });
  }

  add(port, origin) {
    const info = { number: this.count++, sent: 0, received: 0, site: -1, bytes: -1, worker: -1, peer: null };
    this.known.set(port, info);
    this.log.line({ k: 'port', port: info.number, ...origin });
    return info;
  }
}

/** The ports among the fields of an object, one level deep, in order. Nothing of the program runs. */
function portsIn(value) {
  if (value === null || typeof value !== 'object') return [];
  const found = [];
  for (const name of Object.keys(value).slice(0, 32)) {
    const field = fieldOf(value, name);
    if (field instanceof MessagePort) found.push(field);
  }
  return found;
}

module.exports = { Ports, portsIn };
