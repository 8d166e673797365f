import { NOT_LOOKED, type Row, type SCHEMAS } from '../model/index.ts';

export type TaskRow = { -readonly [C in keyof Row<typeof SCHEMAS.tasks>]: number };

/** A task of which nothing is known yet. */
export const newTask = (pool: number, job: number): TaskRow => ({
  pool,
  job,
  function: -1,
  stack: -1,
  lane: -1,
  from: -1,
  submit: -1,
  dequeue: -1,
  start: -1,
  end: -1,
  returned: -1,
  items: 1,
  weight: 1,
  bytesOut: -1,
  bytesBack: -1,
  packOut: -1,
  unpackOut: -1,
  packBack: -1,
  unpackBack: -1,
  repeats: NOT_LOOKED,
  exception: -1,
});
