'use strict';
/** What Node's permission model (`--permission`, Node 20: `--experimental-permission`) lets the agent do. */

const OPTION = /(?:^|[\s"'])--(?:experimental-)?permission(?=$|[\s"'=])/;
const READABLE = /--allow-fs-read[=\s]+["']?([^\s"']+)/g;

/** Whether this process may do that; `what` and `path` as in `process.permission.has`. */
const may = (what, path) => process.permission === undefined || process.permission.has(what, path);

/**
 * Whether a command starts a program that may not read the agent: Node 20 ends when it cannot read what it preloads.
 * `texts`: arguments, which may be scripts of a shell, and NODE_OPTIONS. `folder`: the agent's.
 */
function locksOut(texts, folder) {
  const text = texts.join(' ');
  if (!OPTION.test(text)) return false;
  const readable = [...text.matchAll(READABLE)].flatMap(([, paths]) => paths.split(','));
  return !readable.some((path) => path === '*' || folder.startsWith(path.replace(/\*$/, '')));
}

module.exports = { locksOut, may };
