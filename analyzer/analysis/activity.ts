import { GIL_WAIT, READY, RUNNING, WAITS, type Wait } from '../model/index.ts';

/**
 * What a lane's time is shown as; the order is the value in a `Timeline` and the order of drawing, bottom first. `io`
 * holds every wait for something outside the thread (pipe, socket, file, poll, child, other). `idle` is sleep by choice
 * and time off the CPU of which no reason is known.
 */
export const ACTIVITIES = ['running', 'ready', 'gil', 'lock', 'io', 'idle'] as const;
export type Activity = (typeof ACTIVITIES)[number];
export const RUNS = 0;
export const IS_READY = 1;
export const WAITS_GIL = 2;
export const WAITS_LOCK = 3;
export const WAITS_IO = 4;
export const IDLES = 5;

const ofWait: Readonly<Record<Wait, number>> = {
  none: IDLES,
  gil: WAITS_GIL,
  lock: WAITS_LOCK,
  pipe: WAITS_IO,
  socket: WAITS_IO,
  file: WAITS_IO,
  poll: WAITS_IO,
  sleep: IDLES,
  child: WAITS_IO,
  other: WAITS_IO,
};
const byWait = Uint8Array.from(WAITS, (wait) => ofWait[wait]);

/**
 * The activity that counts for the part of a row that was neither on a CPU nor ready. A row that was seen running may
 * have slept before; nobody saw why, so that part is idle.
 */
export function activityOffCpu(state: number, wait: number): number {
  if (state === GIL_WAIT) return WAITS_GIL;
  if (state === RUNNING || state === READY) return IDLES;
  return byWait[wait] ?? IDLES;
}
