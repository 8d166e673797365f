'use strict';
/**
 * perfscope's agent inside Node programs: loaded by `--require` in NODE_OPTIONS, before the program, into every thread of every
 * Node process of a run. docs/collectors/node.md describes how it works.
 *
 * Whatever fails in here costs data and never the program. Nothing is printed, no descriptor stays open, and nothing keeps the
 * process alive.
 */
const OLDEST = 18;

function start() {
  // Not before: Node 12 does not know such names.
  const { isMainThread, workerData } = require('node:worker_threads');
  const own = workerData !== null && typeof workerData === 'object' && workerData.isPerfscope === true;
  if (own) return;
  const { hideEnvironment } = require('./environment.cjs');
  const settings = isMainThread ? hideEnvironment(__filename) : null;
  if (Number(process.versions.node.split('.')[0]) < OLDEST) return;
  const { startMain, startWorker } = require('./threads.cjs');
  if (!isMainThread) startWorker();
  else if (settings !== null) startMain(settings);
}

/** Hides what leads here from a program in which the rest of the agent cannot be loaded. */
function leave() {
  const { env } = process;
  const path = __filename.split('\\').join('\\\\').split('"').join('\\"');
  const others = (env.NODE_OPTIONS || '').replace(`--require "${path}"`, '').trim();
  if (others === '') delete env.NODE_OPTIONS;
  else env.NODE_OPTIONS = others;
  for (const name of Object.keys(env)) if (name.startsWith('PERFSCOPE_NODE_')) delete env[name];
}

try {
  start();
} catch {
  // The recording says of which processes nothing came.
  leave();
}
for (const path of Object.keys(require.cache)) if (path.startsWith(__dirname)) delete require.cache[path];
