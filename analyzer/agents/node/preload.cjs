'use strict';
/**
 * perfscope's agent inside Node programs: loaded by `--require` in NODE_OPTIONS, before the program, into every thread of every
 * Node process of a run. docs/collectors/node.md describes how it works.
 *
 * Whatever fails in here costs data and never the program. Nothing is printed, no descriptor stays open, and nothing keeps the
 * process alive.
 */
const { isMainThread, workerData } = require('node:worker_threads');

const OLDEST = 18;

function start() {
  const own = workerData !== null && typeof workerData === 'object' && workerData.isPerfscope === true;
  if (own) return;
  const { hideEnvironment } = require('./environment.cjs');
  const settings = isMainThread ? hideEnvironment(__filename) : null;
  if (Number(process.versions.node.split('.')[0]) < OLDEST) return;
  const { startMain, startWorker } = require('./threads.cjs');
  if (!isMainThread) startWorker();
  else if (settings !== null) startMain(settings);
}

try {
  start();
} catch {
  // The recording says of which processes nothing came.
}
for (const path of Object.keys(require.cache)) if (path.startsWith(__dirname)) delete require.cache[path];
