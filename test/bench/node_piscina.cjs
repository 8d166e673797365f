'use strict';
/**
 * The tasks of node_pool.cjs through piscina, for node.mjs: two workers, as a program has them that does not write its own pool.
 *
 *     node_piscina.cjs TASKS
 *
 * Prints what `cpu` in node_tasks.cjs tells.
 */
const path = require('node:path');
const { isMainThread } = require('node:worker_threads');
const { Piscina } = require('piscina');
const { cpu, records, work } = require('./node_tasks.cjs');

/** Tasks that are given out at once: a queue without end would be measured, too. */
const AT_ONCE = 4;

async function main(count) {
  const pool = new Piscina({ filename: path.resolve(__filename), minThreads: 2, maxThreads: 2 });
  const told = cpu(count);
  let given = 0;
  let done = 0;
  const submit = async () => {
    while (given++ < count) {
      await pool.run(JSON.stringify(records(300)));
      told.done(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, submit));
  told.print();
  await pool.destroy();
}

module.exports = work;
if (isMainThread) main(Number(process.argv[2]));
