'use strict';
/**
 * The message ports, those that the program knows with numbers. Which two are the ends of one
 * channel is told by lines in the file: made together (`channel`), the public port of a worker (`worker`), or handed on with a
 * message (`moved` here, `arrived` there).
 */
const { MessagePort } = require('node:worker_threads');
const { fieldOf } = require('./replace.cjs');

/** What is known of a port. */
class Port {
  constructor() {
    /** -1 for ports of Node's own. */
    this.number = -1;
    this.sent = 0;
    this.received = 0;
    /** Where the last message was sent from, and the mean of their bytes; -1 while unknown. */
    this.site = -1;
    this.bytes = -1;
    /** The worker at the other end, -1 for none. */
    this.worker = -1;
    /** The other end, if it was made in this thread. */
    this.peer = null;
    /** What Node keeps at a port while a message arrives, null before it has kept anything; and since when one does, 0 for none. */
    this.list = null;
    this.since = 0;
  }
}

/** A class whose `super` makes nothing, but gives back what it is given. */
function itself() {
  return function givenBack(object) {
    return object;
  };
}

/** Puts a `Port` where only we can find it: at a tenth of the price of a WeakMap, and as invisible. */
class Known extends itself() {
  #port;

  constructor(object, port) {
    super(object);
    this.#port = port;
  }

  static of(object) {
    return #port in object ? object.#port : undefined;
  }
}

const isObject = (value) => typeof value === 'object' && value !== null;

class Ports {
  constructor(log) {
    this.log = log;
    this.count = 0;
    this.channels = 0;
  }

  /** Undefined for a port of Node's own, and for what is no port. */
  get(object) {
    const port = isObject(object) ? Known.of(object) : undefined;
    return port !== undefined && port.number >= 0 ? port : undefined;
  }

  /** Of any port. */
  stateOf(object) {
    let port = Known.of(object);
    if (port === undefined) {
      port = new Port();
      new Known(object, port);
    }
    return port;
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
    const peer = this.get(port)?.peer;
    if (peer) peer.worker = worker;
  }

  /** The port to a worker, in the thread that made it (side 0), and to that thread in the worker (side 1). */
  addPublic(port, worker, side) {
    this.add(port, { worker, side }).worker = worker;
  }

  /** A port that came with a message, or with a worker's data. */
  addArrived(port, by) {
    if (this.get(port) === undefined)
      this.add(port, { by }).worker = this.log.thread > 0 ? this.log.thread : -1;
  }

  moved(port, by) {
    const info = this.get(port);
    if (info !== undefined) this.log.line({ k: 'moved', port: info.number, by });
  }

  add(object, origin) {
    const port = this.stateOf(object);
    port.number = this.count++;
    this.log.line({ k: 'port', port: port.number, ...origin });
    return port;
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
