import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { now } from '../clock.ts';
import { Discovery } from '../process/discovery.ts';
import { readLink } from '../process/procfs.ts';
import { CONTROL_STOP, type SamplerMessage, type StartMessage } from './protocol.ts';
import { Sampler } from './sampler.ts';

/**
 * The thread that samples. It does nothing but tick: what it saw leaves by `postMessage`, and everything else of
 * perfscope (the spool, the live view) runs in the main thread, so that neither makes a tick late.
 */
const DRAIN_PERIOD = 250e6;
/** A poll that is due within this share of a period is done together with a tick: one wake-up less. */
const TOGETHER = 0.2;
/** Better than a default process, short of what needs rights that nobody has. */
const PRIORITY = -10;

function raisePriority(): void {
  const thread = Number(readLink('/proc/thread-self')?.split('/').at(-1));
  try {
    if (thread > 0) setPriority(thread, PRIORITY);
  } catch {
    // Not permitted to an ordinary user: the weights keep the totals true when ticks come late.
  }
}

function main(message: StartMessage): void {
  const { run, control } = message;
  raisePriority();
  let time: number = now();
  const first = message.born ? run.pid : 0;
  const discovery = new Discovery(new Set(message.own), message.shell, message.group, first);
  const sampler = new Sampler(run, discovery, message.born ? run.startedAt : time, message.born);
  const period = 1e9 / run.rate;
  let nextTick = time;
  let nextPoll = time;
  let nextDrain = time + DRAIN_PERIOD;
  const post = (done: boolean) => {
    const answer: SamplerMessage = {
      batch: sampler.drain(),
      counts: sampler.counts,
      warnings: [...sampler.warnings],
      done,
    };
    parentPort?.postMessage(answer);
  };
  while (Atomics.load(control, CONTROL_STOP) === 0) {
    const isTick = time >= nextTick;
    if (time >= nextPoll || (isTick && time >= nextPoll - TOGETHER * period)) {
      sampler.poll(time);
      nextPoll = time + sampler.pollPeriod(time);
    }
    if (isTick) {
      sampler.tick(time);
      const late = Math.floor((time - nextTick) / period);
      sampler.counts.missed += late;
      nextTick += (late + 1) * period;
    }
    if (time >= nextDrain) {
      post(false);
      nextDrain = time + DRAIN_PERIOD;
    }
    const wait = (Math.min(nextTick, nextPoll) - now()) / 1e6;
    if (wait > 0) Atomics.wait(control, CONTROL_STOP, 0, wait);
    time = now();
  }
  sampler.poll(time);
  sampler.tick(time);
  sampler.end(time);
  post(true);
}

parentPort?.once('message', main);
