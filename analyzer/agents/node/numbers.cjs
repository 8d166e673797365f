'use strict';
/**
 * Threads of a process are numbered as they are made, and the helper is one of them. The program's own have the numbers that they
 * would have without it.
 *
 * Node's own code asks a worker for its number, too, and keeps messages ports by it. So no two workers may ever have one number,
 * and none may change: the helper gets one that no other has, and gets it before it is made.
 */
const { syncBuiltinESMExports } = require('node:module');
const workers = require('node:worker_threads');

const HELPER = 2 ** 31 - 1;
/** A worker's number for the system; -1 when it is over. */
const { get: numberOf, ...rest } = Object.getOwnPropertyDescriptor(workers.Worker.prototype, 'threadId');

/** What the program would call a thread if there were no helper. */
function shownNumber(number, helper) {
  if (helper === null || number === helper) return HELPER;
  return number > helper ? number - 1 : number;
}

/**
 * To be called once in each thread, before it makes workers. `hidden`: the system's number of the helper; null in the thread that
 * is about to make it, which calls what is given back when it has.
 */
function hideThread(hidden) {
  const { prototype } = workers.Worker;
  let helper = hidden;
  Object.defineProperty(prototype, 'threadId', {
    ...rest,
    get() {
      return shownNumber(Reflect.apply(numberOf, this, []), helper);
    },
  });
  if (helper !== null && workers.threadId > helper) {
    workers.threadId = shownNumber(workers.threadId, helper);
    syncBuiltinESMExports();
  }
  return (worker) => {
    helper = Reflect.apply(numberOf, worker, []);
    return helper;
  };
}

module.exports = { hideThread, numberOf, shownNumber };
