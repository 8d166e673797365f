'use strict';
/**
 * Tasks through a pool of two workers, for node.mjs.
 *
 *     node_pool.cjs TASKS
 *
 * Prints what `cpu` in node_tasks.cjs tells.
 */
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { cpu, records, work } = require('./node_tasks.cjs');

if (isMainThread) {
  const count = Number(process.argv[2]);
  const told = cpu(count);
  let given = 0;
  let done = 0;
  for (let i = 0; i < 2; i++) {
    const worker = new Worker(__filename);
    const give = () => {
      if (given++ < count) worker.postMessage(JSON.stringify(records(300)));
    };
    worker.on('message', () => {
      told.done(++done);
      if (done < count) return give();
      told.print();
      process.exit(0);
    });
    give();
    give();
  }
} else parentPort.on('message', (json) => parentPort.postMessage(work(json)));
