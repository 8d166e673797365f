'use strict';
/** What the agent records in a thread besides its stacks. */
const { syncBuiltinESMExports } = require('node:module');
const workers = require('node:worker_threads');
const { KINDS, ThreadLog, clock } = require('./log.cjs');
const { Loop } = require('./loop.cjs');
const { Messages } = require('./messages.cjs');
const { PoolTasks } = require('./poolTasks.cjs');
const { Ports, portsIn } = require('./ports.cjs');
const { Sites } = require('./sites.cjs');
const { hookWorkers } = require('./workers.cjs');

/** What a thread records from here on. `thread`: its number for the system. */
function recordThread(records, { shared, logs }, thread) {
  const log = new ThreadLog(records, shared, logs, thread);
  if (!log.isOpen) return { look() {}, end() {} };
  const ports = new Ports(log);
  const sites = new Sites(log);
  const messages = new Messages(log, ports, sites);
  const tasks = new PoolTasks(log, sites, messages);
  const loop = new Loop(log);
  messages.hook();
  tasks.hook();
  loop.hook();
  hookWorkers(log, ports, sites, () => tasks.lookForPools());
  if (workers.parentPort !== null) {
    ports.addPublic(workers.parentPort, thread, 1);
    messages.watch(workers.parentPort);
    for (const [position, port] of portsIn(workers.workerData).entries()) {
      ports.addArrived(port, [thread, position]);
      messages.watch(port);
    }
  }
  syncBuiltinESMExports();
  return {
    /** To be called a few times a second. */
    look: () => loop.look(),
    /** The thread ends. `isAlone`: nobody else writes down what it has recorded. */
    end(isAlone) {
      loop.end();
      log.record(KINDS.end, clock());
      if (isAlone) log.drain();
    },
  };
}

module.exports = { recordThread };
