'use strict';
/** Records which threads a thread makes, and where. */
const { isProxy } = require('node:util').types;
const workers = require('node:worker_threads');
const { clock } = require('./log.cjs');
const { replaceClass } = require('./replace.cjs');
const { numberOf } = require('./numbers.cjs');
const { portsIn } = require('./ports.cjs');
const { withoutUs } = require('./sites.cjs');

/** `made`: called with each worker's number and site. */
function hookWorkers(log, ports, sites, made) {
  const { Worker } = workers;
  const traps = {
    construct(target, list, type) {
      const time = clock();
      let worker;
      try {
        worker = Reflect.construct(target, list, type === wrapper ? target : type);
      } catch (error) {
        throw withoutUs(error, traps.construct);
      }
      describe(worker, list, time);
      return worker;
    },
  };
  const wrapper = new Proxy(Worker, traps);

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

  replaceClass(workers, 'Worker', wrapper);
}

function readOptions(options) {
  if (options === null || typeof options !== 'object' || isProxy(options))
    return { evaluated: false, data: null };
  const own = (name) => Object.getOwnPropertyDescriptor(options, name)?.value;
  return { evaluated: own('eval') === true, data: own('workerData') };
}

module.exports = { hookWorkers };
