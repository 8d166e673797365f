'use strict';
/**
 * Records messages between threads: who sent how much when, and when it arrived. All calls of the program go through as they are;
 * none of our functions is below one of its own on the stack.
 */
const { isProxy } = require('node:util').types;
const workers = require('node:worker_threads');
const { KINDS, clock } = require('./log.cjs');
const { portsIn } = require('./ports.cjs');
const { fieldOf, replace, watchClass } = require('./replace.cjs');
const { withoutUs } = require('./sites.cjs');
const { Sizer } = require('./sizes.cjs');

const { MessagePort } = workers;
const RECEIVING = Symbol.for('nodejs.internal.kCurrentlyReceivingPorts');
/** Nanoseconds; what takes less is not worth a record. */
const SHORTEST_WORK = 20_000;
/** How the bytes of a message are known. */
const EXACT = 0;
const ESTIMATED = 1;
const LIKE_OTHERS = 2;
const SENT_FIELDS = 11;
/** Share of the time that looks at sizes may cost, nanoseconds besides, and the share of a message's own time that does not matter. */
const SHARE = 0.01;
/** Nanoseconds; what takes longer was interrupted. */
const MOST_LOOK = 200e3;
const ALLOWANCE = 5e6;
const OF_A_MESSAGE = 0.05;
/** Messages over which the mean size of a port's goes. */
const SMOOTHING = 16;

class Messages {
  constructor(log, ports, sites) {
    this.log = log;
    this.ports = ports;
    this.sites = sites;
    this.sizer = new Sizer();
    this.began = clock();
    this.spent = 0;
    /** Nanoseconds of the last look at a size, and that the last message took. */
    this.look = 5000;
    this.duration = 0;
    /** What pools say of a message: given the port and the message, it sets `ref`, `name` and `error`. */
    this.describe = () => {};
    this.ref = -1;
    this.name = -1;
    this.error = -1;
    this.how = EXACT;
  }

  hook() {
    this.hookSending();
    this.hookEvents();
    this.hookReceiving();
    this.hookChannels();
  }

  hookSending() {
    const messages = this;
    const { ports } = this;
    const { postMessage } = MessagePort.prototype;
    const wrapper = {
      postMessage(...list) {
        const port = ports.get(this);
        if (port === undefined) return Reflect.apply(postMessage, this, list);
        const [message, transfer] = list;
        const moving = transferred(transfer);
        const place = messages.sends(port, message, moving);
        const begin = clock();
        let result;
        try {
          result = Reflect.apply(postMessage, this, list);
        } catch (error) {
          messages.unsent(port, place);
          throw withoutUs(error, wrapper);
        }
        messages.sent(place, clock() - begin);
        return result;
      },
    }.postMessage;
    replace(MessagePort.prototype, 'postMessage', wrapper);
  }

  movedBytes(list) {
    let sum = 0;
    for (const each of list) if (each instanceof ArrayBuffer) sum += each.byteLength;
    return sum;
  }

  /**
   * A message is about to be sent. It is written down before: who gets the last answer may terminate this thread before it comes to
   * anything else.
   */
  sends(port, message, list) {
    // What follows is not the program's.
    const time = clock();
    const { ports, sites } = this;
    const index = port.sent++;
    let moved = 0;
    if (list !== null) {
      moved = this.movedBytes(list);
      let position = 0;
      for (const each of list) {
        if (!(each instanceof MessagePort)) continue;
        ports.moved(each, [port.number, index, position++]);
        ports.serve(each, port.worker);
      }
    }
    port.site = sites.here(port.site, time);
    this.ref = -1;
    this.name = -1;
    this.error = -1;
    if (port.worker >= 0) this.describe(port, index, message);
    const bytes = this.size(port, message, moved);
    const { how, ref, name, error } = this;
    const { number, site } = port;
    return this.log.record(KINDS.sent, time, 0, number, index, bytes, how, site, ref, name, error, moved);
  }

  /** `duration`: nanoseconds. */
  sent(place, duration) {
    this.duration = duration;
    this.log.change(place, 2, duration);
  }

  /** It could not be cloned. */
  unsent(port, place) {
    port.sent--;
    this.log.change(place, 0, KINDS.none + 16 * SENT_FIELDS);
  }

  /**
   * Bytes of a message without the `moved` ones, and sets `how` they are known. The more of the thread's time such looks have taken,
   * the less thorough they are; at last the mean of the port's messages must do.
   */
  size(port, message, moved) {
    const time = clock();
    const elapsed = time - this.began;
    const { spent } = this;
    const mayLook = this.look < OF_A_MESSAGE * this.duration;
    const isThorough = mayLook || spent < SHARE * elapsed + ALLOWANCE;
    if (!isThorough && port.bytes >= 0 && spent > 4 * (SHARE * elapsed + ALLOWANCE)) {
      this.how = LIKE_OTHERS;
      return port.bytes;
    }
    const bytes = Math.max(0, this.sizer.measure(message, isThorough) - moved);
    this.how = this.sizer.isExact ? EXACT : ESTIMATED;
    port.bytes = port.bytes < 0 ? bytes : port.bytes + (bytes - port.bytes) / SMOOTHING;
    this.look = Math.min(MOST_LOOK, clock() - time);
    this.spent += this.look;
    return bytes;
  }

  /** Messages that come as events: Node assigns the property before it calls the listeners of a message, and after. */
  hookEvents() {
    const messages = this;
    const states = new WeakMap();
    Object.defineProperty(MessagePort.prototype, RECEIVING, {
      configurable: true,
      get() {
        return states.get(this)?.list;
      },
      set(list) {
        const state = states.get(this);
        // The first time the port is made.
        if (state === undefined) states.set(this, { list, since: 0 });
        else {
          state.list = list;
          if (state.since > 0) messages.handled(this, state.since);
          state.since = state.since > 0 ? 0 : messages.received(this, list);
        }
      },
    });
    this.watch = (port) => {
      // It was made before us and has the property for its own.
      states.set(port, { list: port[RECEIVING], since: 0 });
      delete port[RECEIVING];
    };
  }

  /** Gives the time. */
  received(object, list) {
    const time = clock();
    const port = this.ports.get(object);
    if (port === undefined) return time;
    const index = port.received++;
    this.log.record(KINDS.received, time, 0, port.number, index);
    if (Array.isArray(list)) this.arrived(port, index, list);
    return time;
  }

  /** The listeners of a worker's message have returned; whoever answers later says so with a message. */
  handled(object, since) {
    const port = this.ports.get(object);
    if (port === undefined || this.log.thread === 0) return;
    const time = clock();
    if (time - since < SHORTEST_WORK) return;
    this.log.record(KINDS.handled, time, port.number, port.received - 1);
  }

  arrived(port, index, list) {
    const moved = list.filter((each) => each instanceof MessagePort);
    for (const [position, each] of moved.entries())
      this.ports.addArrived(each, [port.number, index, position]);
  }

  hookReceiving() {
    const messages = this;
    const { receiveMessageOnPort } = workers;
    const wrapper = {
      receiveMessageOnPort(...list) {
        const begin = clock();
        let result;
        try {
          result = Reflect.apply(receiveMessageOnPort, this, list);
        } catch (error) {
          throw withoutUs(error, wrapper);
        }
        if (result !== undefined) messages.taken(list[0], result.message, begin, clock());
        return result;
      },
    }.receiveMessageOnPort;
    replace(workers, 'receiveMessageOnPort', wrapper);
  }

  taken(from, message, begin, end) {
    const port = this.ports.get(from);
    if (port === undefined) return;
    const index = port.received++;
    this.log.record(KINDS.received, end, end - begin, port.number, index);
    this.arrived(port, index, portsIn(message));
  }

  hookChannels() {
    const wrapper = watchClass(workers, 'MessageChannel', ({ port1, port2 }) =>
      this.ports.addChannel(port1, port2),
    );
    const global = Object.getOwnPropertyDescriptor(globalThis, 'MessageChannel');
    Object.defineProperty(
      globalThis,
      'MessageChannel',
      global.get ? { ...global, get: () => wrapper } : { ...global, value: wrapper },
    );
  }
}

/** The list of a transfer, null when there is none or it cannot be looked at without running the program's code. */
function transferred(transfer) {
  if (transfer === undefined || transfer === null || typeof transfer !== 'object' || isProxy(transfer))
    return null;
  if (Array.isArray(transfer)) return transfer;
  const list = fieldOf(transfer, 'transfer');
  return Array.isArray(list) ? list : null;
}

module.exports = { Messages };
