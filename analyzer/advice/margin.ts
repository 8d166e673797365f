import type { Trace } from '../analysis/trace.ts';
import type { Gain } from '../model/index.ts';

/** Two runs of one program on a quiet machine differ by about this part of their time. */
const OF_TWO_RUNS = 0.02;
/** A run that was recorded at a greater cost says too little of one that is not; the interval is as wide then as it gets. */
const MOST_OWN = 0.6;

/**
 * A gain of the recorded run as one of the program that nobody records. What perfscope itself took of the machine, `share` of
 * the run, stands partly in what goes away and partly in what stays, and nobody knows in which: with `g = 1 + saved / left`,
 * taking it wholly out of `saved` gives the lower end, and out of `left` the upper.
 */
export function withMargin(trace: Trace, { lo, hi }: Gain): Gain {
  const share = Math.min(MOST_OWN, ownShare(trace));
  return {
    lo: Math.max(1, (1 + (lo - 1) * (1 - share)) / (1 + OF_TWO_RUNS)),
    hi: (1 + (hi - 1) / (1 - share)) * (1 + OF_TWO_RUNS),
  };
}

/**
 * By how much of its time perfscope may have made a run longer: its CPU time, as far as the run wanted the core that it took. It
 * wanted that with the probability with which its cores were busy.
 */
export function ownShare({ meta, laneTotals, wall }: Trace): number {
  if (!(wall > 0)) return 0;
  let running = 0;
  for (const each of laneTotals.running) running += each;
  const busy = Math.min(1, running / wall / Math.max(1, meta.host.cores));
  return ((meta.ownCpuSeconds * 1e9) / wall) * busy;
}
