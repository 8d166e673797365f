'use strict';
/**
 * What perfscope put into the environment of the program, which neither it nor its children's programs are to see, and which its
 * children's agents need.
 */

const { delimiter, dirname } = require('node:path');
const { locksOut } = require('./permission.cjs');

const FOLDER = 'PERFSCOPE_NODE_DIR';
const RATE = 'PERFSCOPE_NODE_HZ';
/** Where V8 logs its ticks: the flags of that, and the folder in PATH whose `node` adds them. */
const TICKS = 'PERFSCOPE_NODE_TICKS';
const DEFAULT_RATE = 500;
const NODE_VARIABLE = /^PERFSCOPE_NODE_/;
const OURS = /^PERFSCOPE_(?:NODE|AGENT)_/;
/** What PYTHONPATH was before perfscope; absent when there was none. */
const ORIGINAL_PATH = 'PERFSCOPE_AGENT_PYTHONPATH';

/** `--require "PATH"` as it stands in NODE_OPTIONS. */
function requireOption(preload) {
  return `--require "${preload.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** What `TICKS` says; null when V8 logs nothing. */
function ticksOf(text) {
  if (text === undefined) return null;
  const { flags, shims } = JSON.parse(text);
  return { flags, prefix: `${shims}:` };
}

/** Sets a variable to what it would be without us. */
function restore(name, value) {
  if (value === undefined || value === '') delete process.env[name];
  else process.env[name] = value;
}

/**
 * Takes our variables out of `process.env`, and gives them to every process that is started from here. Null when they are not
 * there: the program was not started by perfscope.
 */
function hideEnvironment(preload) {
  const { env } = process;
  const folder = env[FOLDER];
  const rate = Number(env[RATE]);
  const option = requireOption(preload);
  const options = env.NODE_OPTIONS;
  if (!folder || options === undefined || !options.includes(option)) return null;
  const ticks = ticksOf(env[TICKS]);
  const names = Object.keys(env).filter((name) => OURS.test(name));
  const variables = names.map((name) => `${name}=${env[name]}`);
  // Python's agent stands first in it.
  const python = env.PERFSCOPE_AGENT_DIR === undefined ? undefined : env.PYTHONPATH?.split(delimiter)[0];
  if (python !== undefined) restore('PYTHONPATH', env[ORIGINAL_PATH]);
  restore('NODE_OPTIONS', options.replace(option, '').trim());
  for (const name of names) delete env[name];
  if (ticks !== null && env.PATH !== undefined) env.PATH = env.PATH.replace(ticks.prefix, '');
  passOn(
    variables.filter((each) => !each.startsWith(`${ORIGINAL_PATH}=`)),
    option,
    python,
    dirname(preload),
    ticks,
  );
  return { folder, rate: rate > 0 ? rate : DEFAULT_RATE, ticks };
}

/** Gives our variables to children, at the two places at which all ways to start one come together. */
function passOn(variables, option, python, agents, ticks) {
  const added = ({ args, envPairs: pairs }) => {
    if (!Array.isArray(pairs) || pairs.some((pair) => pair.startsWith(`${FOLDER}=`))) return pairs;
    const kept = new Map(pairs.map((pair) => [pair.split('=', 1)[0], pair]));
    const given = (name) => kept.get(name)?.slice(name.length + 1) ?? '';
    const options = given('NODE_OPTIONS');
    const isOpen = !locksOut([...(Array.isArray(args) ? args : []), options], agents);
    if (isOpen) kept.set('NODE_OPTIONS', `NODE_OPTIONS=${option}${options && ' '}${options}`);
    const more = isOpen ? [...variables] : variables.filter((each) => !NODE_VARIABLE.test(each));
    if (python !== undefined) {
      const path = given('PYTHONPATH');
      if (kept.has('PYTHONPATH')) more.push(`${ORIGINAL_PATH}=${path}`);
      kept.set('PYTHONPATH', `PYTHONPATH=${python}${path && delimiter}${path}`);
    }
    if (ticks !== null && kept.has('PATH')) kept.set('PATH', `PATH=${ticks.prefix}${given('PATH')}`);
    return [...kept.values(), ...more];
  };
  /** A child that is this very program, however it was asked for, is not found through PATH. */
  const flagged = ({ file, args }) =>
    ticks !== null && file === process.execPath && Array.isArray(args) && !args.includes(ticks.flags[0])
      ? [args[0], ...ticks.flags, ...args.slice(1)]
      : args;
  const { ChildProcess } = require('node:child_process');
  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = {
    spawn(options) {
      if (options === null || typeof options !== 'object') return Reflect.apply(spawn, this, [options]);
      const { args } = options;
      options.envPairs = added(options);
      options.args = flagged(options);
      const result = Reflect.apply(spawn, this, [options]);
      if (Array.isArray(args)) this.spawnargs = args;
      return result;
    },
  }.spawn;
  // Under the permission model nobody may have the other of the two places.
  if (process.permission !== undefined) return;
  const warnings = process.noDeprecation;
  process.noDeprecation = true;
  const binding = process.binding('spawn_sync');
  process.noDeprecation = warnings;
  const spawnSync = binding.spawn;
  binding.spawn = (options) => {
    options.envPairs = added(options);
    options.args = flagged(options);
    return spawnSync(options);
  };
}

module.exports = { hideEnvironment };
