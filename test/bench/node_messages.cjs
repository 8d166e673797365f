'use strict';
/**
 * Messages to a worker and back, for node-messages.mjs.
 *
 *     node_messages.cjs COUNT
 *
 * Prints the CPU microseconds that the process, all threads of it, used for each message and its answer.
 */
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

/** Messages on their way at a time. */
const AT_ONCE = 100;
const MESSAGE = { id: 1, kind: 'add', list: [1, 2, 3], name: 'a message' };

if (isMainThread) {
  const count = Number(process.argv[2]);
  const worker = new Worker(__filename);
  let returned = 0;
  let began;
  const send = () => {
    for (let i = 0; i < AT_ONCE; i++) worker.postMessage(MESSAGE);
  };
  worker.on('message', () => {
    if (++returned % AT_ONCE !== 0) return;
    if (returned < count) return send();
    const { user, system } = process.cpuUsage(began);
    process.stdout.write(`${(user + system) / returned}\n`);
    worker.terminate();
  });
  worker.on('online', () => {
    began = process.cpuUsage();
    send();
  });
} else parentPort.on('message', (message) => parentPort.postMessage(message));
