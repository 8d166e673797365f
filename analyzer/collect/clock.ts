import { type Nanos, nanos } from '../model/index.ts';

/** Now, on CLOCK_MONOTONIC. */
export function now(): Nanos {
  const [seconds, rest] = process.hrtime();
  return nanos(seconds * 1e9 + rest);
}
