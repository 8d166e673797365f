'use strict';
/** What a task of node_pool.cjs and node_piscina.cjs is: parsing, sorting and arithmetic on what arrives, and an answer. */

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

/**
 * Tells the CPU microseconds of the process, all threads of it: `TOTAL TASKS`, all of it and that of the tasks behind the first fifth,
 * for which everything is loaded and compiled.
 */
function cpu(count) {
  let first;
  return {
    done(tasks) {
      if (tasks === Math.ceil(count / 5)) first = process.cpuUsage();
    },
    print() {
      const [all, rest] = [process.cpuUsage(), process.cpuUsage(first)];
      process.stdout.write(`${all.user + all.system} ${rest.user + rest.system}\n`);
    },
  };
}

module.exports = { cpu, records, work };
