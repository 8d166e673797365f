'use strict';
/**
 * What the agent does in a thread where V8 itself writes down where it is (`--engine v8-ticks`): it says in V8's log whose log that
 * is, and takes our flags out of what the program sees of its own.
 */
const vm = require('node:vm');

/** Options of `node` that stand for themselves; workers and children that the program gives them to would fail, or log twice. */
function hideFlags(flags) {
  const { execArgv } = process;
  for (const flag of flags) {
    const at = execArgv.indexOf(flag);
    if (at >= 0) execArgv.splice(at, 1);
  }
}

/** V8 logs the name of every script with the time on the log's own clock. `facts`: plain, and telling the time of now. */
function markLog(facts) {
  vm.runInThisContext('0', { filename: `perfscope:${JSON.stringify(facts)}` });
}

module.exports = { hideFlags, markLog };
