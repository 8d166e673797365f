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
/**
 * Share of the time that thorough looks at sizes may cost, and nanoseconds besides; how many times that with quick ones; and the share
 * of a message's own time that does not matter.
 */
const SHARE = 0.003;
const ALLOWANCE = 2e6;
const QUICK = 4;
const OF_A_MESSAGE = 0.02;
/** Nanoseconds; what takes longer was interrupted. */
const MOST_LOOK = 200e3;
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
    /** Nanoseconds of the last look at a size, and that the last message took; and when that began. */
    this.look = 5000;
    this.duration = 0;
    this.begin = 0;
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
        const { begin } = messages;
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
    this.ref = -1;
    this.name = -1;
    this.error = -1;
    if (port.worker >= 0) this.describe(port, index, message);
    port.site = sites.here(port.site, time);
    this.begin = sites.time;
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
   * Bytes of a message without the `moved` ones, and sets `how` they are known. `begin` is the time before and after. The more of the
   * thread's time such looks have taken, the less thorough they are; at last the mean of the port's messages must do.
   */
  size(port, message, moved) {
    const time = this.begin;
    const budget = SHARE * (time - this.began) + ALLOWANCE;
    const isThorough = this.spent < budget || this.look < OF_A_MESSAGE * this.duration;
    if (!isThorough && port.bytes >= 0 && this.spent > QUICK * budget) {
      this.how = LIKE_OTHERS;
      return port.bytes;
    }
    const bytes = Math.max(0, this.sizer.measure(message, isThorough) - moved);
    this.how = this.sizer.isExact ? EXACT : ESTIMATED;
    port.bytes = port.bytes < 0 ? bytes : port.bytes + (bytes - port.bytes) / SMOOTHING;
    this.begin = clock();
    this.look = Math.min(MOST_LOOK, this.begin - time);
    this.spent += this.look;
    return bytes;
  }

  /** Messages that come as events: Node assigns the property before it calls the listeners of a message, and after. */
  hookEvents() {
    const messages = this;
    const { ports } = this;
    Object.defineProperty(MessagePort.prototype, RECEIVING, {
      configurable: true,
      get() {
        return ports.stateOf(this).list ?? undefined;
      },
      set(list) {
        const port = ports.stateOf(this);
        const isNew = port.list === null;
        port.list = list;
        if (isNew) return;
        if (port.since > 0) messages.handled(port);
        else messages.received(port);
      },
    });
    this.watch = (object) => {
      // It was made before us and has the property for its own.
      const { [RECEIVING]: list } = object;
      delete object[RECEIVING];
      ports.stateOf(object).list = list;
    };
  }

  received(port) {
    port.since = clock();
    if (port.number < 0) return;
    const index = port.received++;
    this.log.record(KINDS.received, port.since, 0, port.number, index);
    if (Array.isArray(port.list)) this.arrived(port, index, port.list);
  }

  /** The listeners of a worker's message have returned; whoever answers later says so with a message. */
  handled(port) {
    const { since } = port;
    port.since = 0;
    if (port.number < 0 || this.log.thread === 0) return;
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
