'use strict';
/**
 * Tasks through a pool of two workers, for node.mjs: parsing, sorting and arithmetic on what arrives, and an answer.
 *
 *     node_pool.cjs TASKS
 *
 * Prints the CPU microseconds of the process, all threads of it.
 */
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

const records = (n) =>
  Array.from({ length: n }, (_, i) => ({
    key: `key ${i % 97}`,
    value: (i * 7919) % 1009,
    text: `text ${i}`,
  }));

function work(json) {
  const rows = JSON.parse(json);
  rows.sort((a, b) => a.value - b.value || (a.key < b.key ? -1 : 1));
  const sums = new Map();
  for (const { key, value } of rows) sums.set(key, (sums.get(key) ?? 0) + Math.sqrt(value));
  return [...sums].reduce((total, [key, sum]) => total + sum * key.length, 0);
}

if (isMainThread) {
  const count = Number(process.argv[2]);
  let given = 0;
  let done = 0;
  for (let i = 0; i < 2; i++) {
    const worker = new Worker(__filename);
    const give = () => {
      if (given++ < count) worker.postMessage(JSON.stringify(records(300)));
    };
    worker.on('message', () => {
      if (++done < count) return give();
      const { user, system } = process.cpuUsage();
      process.stdout.write(`${user + system}\n`);
      process.exit(0);
    });
    give();
    give();
  }
} else parentPort.on('message', (json) => parentPort.postMessage(work(json)));
