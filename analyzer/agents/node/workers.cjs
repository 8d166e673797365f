'use strict';
/** Records which threads a thread makes, and where. */
const { isProxy } = require('node:util').types;
const workers = require('node:worker_threads');
const { clock } = require('./log.cjs');
const { numberOf } = require('./numbers.cjs');
const { portsIn } = require('./ports.cjs');
const { fieldOf, watchClass } = require('./replace.cjs');

/** `made`: called with each worker's site. */
function hookWorkers(log, ports, sites, made) {
  function describe(worker, [file, options], time) {
    const number = Reflect.apply(numberOf, worker, []);
    const symbol = Object.getOwnPropertySymbols(worker).find((each) => each.description === 'kPublicPort');
    if (symbol === undefined || !(number > 0)) return;
    ports.addPublic(worker[symbol], number, 0);
    const { evaluated, data } = readOptions(options);
    for (const [position, port] of portsIn(data).entries()) {
      ports.moved(port, [number, position]);
      ports.serve(port, number);
    }
    const site = sites.now();
    log.line({ k: 'worker', worker: number, file: evaluated ? '' : String(file), site, time });
    made(site);
  }

  watchClass(workers, 'Worker', describe, clock);
}

function readOptions(options) {
  if (options === null || typeof options !== 'object' || isProxy(options))
    return { evaluated: false, data: null };
  return { evaluated: fieldOf(options, 'eval') === true, data: fieldOf(options, 'workerData') };
}

module.exports = { hookWorkers };
