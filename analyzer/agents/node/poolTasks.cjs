'use strict';
/**
 * Tasks of pools of workers, as far as only their pool knows: when a task was submitted, which waits for a worker in the pool's own
 * queue. piscina and tinypool make an `AsyncResource` for each, workerpool's `exec` is called. What they send is known by its form.
 */
const asyncHooks = require('node:async_hooks');
const { isProxy } = require('node:util').types;
const { KINDS, clock } = require('./log.cjs');
const { fieldOf, replace, watchClass } = require('./replace.cjs');
const { withoutUs } = require('./sites.cjs');

const RESOURCES = new Set(['Piscina.Task', 'Tinypool.Task']);
const WORKERPOOL = /[\\/]workerpool[\\/]src[\\/]Pool\.js$/;
/** Tasks that wait in a pool; of more, the oldest are taken for cancelled. */
const MOST_WAITING = 100_000;

const { hasOwn } = Object;

class PoolTasks {
  constructor(log, sites, messages) {
    this.log = log;
    this.sites = sites;
    this.messages = messages;
    this.waiting = new Set();
    this.site = -1;
    this.hasWorkerpool = false;
  }

  hook() {
    watchClass(asyncHooks, 'AsyncResource', (resource, [type]) => {
      if (RESOURCES.has(type)) this.submitted(resource);
    });
    this.messages.describe = (port, index, message) => this.describe(port, index, message);
  }

  /** A worker was made: its pool may be one that is loaded by now. */
  lookForPools() {
    if (this.hasWorkerpool) return;
    const path = Object.keys(require.cache).find((each) => WORKERPOOL.test(each));
    const Pool = path === undefined ? undefined : require.cache[path].exports;
    if (typeof Pool?.prototype?.exec !== 'function') return;
    this.hasWorkerpool = true;
    const tasks = this;
    const { exec } = Pool.prototype;
    const wrapper = {
      exec(...list) {
        const [method, params] = list;
        // A function is made a method `run` and comes again.
        if (typeof method === 'string') tasks.submitted(params ?? null);
        try {
          return Reflect.apply(exec, this, list);
        } catch (error) {
          throw withoutUs(error, wrapper);
        }
      },
    }.exec;
    replace(Pool.prototype, 'exec', wrapper);
  }

  /** `key`: what it will be known by when it is sent. */
  submitted(key) {
    const time = clock();
    this.site = this.sites.here(this.site, time);
    this.waiting.add({ key, time, site: this.site });
    if (this.waiting.size > MOST_WAITING) this.waiting.delete(this.waiting.values().next().value);
  }

  /** Says what is known of a message: the task that it is about, its function, the error that it ended with. */
  describe(port, index, message) {
    if (message === null || typeof message !== 'object' || isProxy(message)) return;
    const { log, messages } = this;
    const key = hasOwn(message, 'taskId') ? 'taskId' : 'id';
    if (!hasOwn(message, key)) return;
    const ref = fieldOf(message, key);
    if (typeof ref !== 'number') return;
    messages.ref = ref;
    const method = fieldOf(message, 'method');
    const filename = fieldOf(message, 'filename');
    if (typeof filename === 'string') messages.name = log.text(`${filename}\n${fieldOf(message, 'name')}`);
    else if (typeof method === 'string')
      messages.name = log.text(methodName(method, fieldOf(message, 'params')));
    const error = fieldOf(message, 'error');
    if (error !== null && error !== undefined) messages.error = log.text(errorName(error));
    if (this.waiting.size === 0 || messages.name < 0) return;
    for (const task of this.waiting) {
      if (!isTask(task.key, ref, message)) continue;
      this.waiting.delete(task);
      log.record(KINDS.submitted, task.time, port.number, index, task.site);
      return;
    }
  }
}

/** Whether a task that waits is the one that a message carries. */
function isTask(key, ref, message) {
  if (key === null || Array.isArray(key)) return (fieldOf(message, 'params') ?? null) === key;
  return key.taskId === ref && key.filename === fieldOf(message, 'filename');
}

/** workerpool sends a function as its text, as what a method `run` is given. */
function methodName(method, params) {
  if (method !== 'run' || !Array.isArray(params)) return `\n${method}`;
  const text = typeof params[0] === 'string' ? params[0].slice(0, 500) : '';
  return `eval:\n${/^\s*(?:async\s+)?function\s*\*?\s*([\w$]+)/.exec(text)?.[1] ?? '(anonymous)'}`;
}

function errorName(error) {
  if (typeof error !== 'object' || isProxy(error)) return typeof error;
  const name = fieldOf(error, 'name');
  if (typeof name === 'string') return name.slice(0, 200);
  return error instanceof Error ? error.constructor.name : 'Error';
}

module.exports = { PoolTasks };
