/**
 * List scheduling of what one pool was given: workers that take the next piece when they are free, one server that hands pieces
 * out and takes results back (the process that made the pool, whose threads share an interpreter), on a number of cores that all
 * of them share evenly once more of them want to run than there are (R. L. Graham, Bounds on multiprocessing timing anomalies,
 * 1969; processor sharing as a fluid).
 */

/** Pieces in the order in which they are handed out, one entry a piece, times in Nanos. A piece is what a worker takes at once. */
export interface Pieces {
  readonly length: number;
  /** When it can be handed out at the earliest, ascending. */
  readonly release: Float64Array;
  /** Of the worker: unpickling, the function, pickling. */
  readonly work: Float64Array;
  /** Share of `work` that wants a core, 0 to 1. */
  readonly demand: Float64Array;
  /** Of the server: what it takes to hand the piece out, and to take its result. */
  readonly feed: Float64Array;
  readonly fetch: Float64Array;
}

export interface Crew {
  /** When each worker can take its first piece, in Nanos. */
  readonly ready: Float64Array;
  readonly cores: number;
}

export interface Schedule {
  /** When the last result is there, in Nanos. */
  readonly end: number;
  /** Nanos that the server was at work, and all workers together. */
  readonly served: number;
  readonly worked: number;
  /** Nanos that more wanted to run than there are cores. */
  readonly crowded: number;
}

/** Below a nanosecond nothing is left of a piece. */
const DONE = 1e-3;
const NOBODY = -1;

export function scheduleOf(pieces: Pieces, { ready, cores }: Crew): Schedule {
  const { length, release, work, demand, feed, fetch } = pieces;
  const workers = ready.length;
  const left = new Float64Array(workers);
  const holds = new Int32Array(workers).fill(NOBODY);
  const back = new Int32Array(length);
  let backs = 0;
  let fetched = 0;
  let fed = 0;
  let taken = 0;
  let serving = NOBODY;
  let isFetch = false;
  let toServe = 0;
  let now = 0;
  let [served, worked, crowded] = [0, 0, 0];
  if (workers === 0) return { end: 0, served, worked, crowded };
  // Each turn ends a piece, a service, or a wait for a release or a worker: their number is the bound.
  for (let turn = 0; fetched < length && turn < 4 * length + 2 * workers + 8; turn++) {
    while (serving === NOBODY) {
      if (fetched < backs) {
        serving = back[fetched] as number;
        isFetch = true;
        toServe = fetch[serving] as number;
      } else if (fed < length && (release[fed] as number) <= now + DONE) {
        serving = fed;
        isFetch = false;
        toServe = feed[fed] as number;
      } else break;
      if (toServe > DONE) break;
      if (isFetch) fetched++;
      else fed++;
      serving = NOBODY;
    }
    let wanted = serving === NOBODY ? 0 : 1;
    let step = Number.POSITIVE_INFINITY;
    let active = 0;
    for (let w = 0; w < workers; w++) {
      if (holds[w] === NOBODY && taken < fed) {
        if ((ready[w] as number) > now + DONE) {
          step = Math.min(step, (ready[w] as number) - now);
          continue;
        }
        holds[w] = taken;
        left[w] = work[taken] as number;
        taken++;
      }
      const piece = holds[w] as number;
      if (piece === NOBODY) continue;
      active++;
      wanted += demand[piece] as number;
    }
    const rate = wanted > cores ? cores / wanted : 1;
    if (serving !== NOBODY) step = Math.min(step, toServe / rate);
    else if (fed < length && (release[fed] as number) > now)
      step = Math.min(step, (release[fed] as number) - now);
    for (let w = 0; w < workers; w++)
      if (holds[w] !== NOBODY) step = Math.min(step, (left[w] as number) / rate);
    if (step === Number.POSITIVE_INFINITY) break;
    now += step;
    worked += active * step;
    if (rate < 1) crowded += step;
    if (serving !== NOBODY) {
      served += step;
      toServe -= step * rate;
      if (toServe <= DONE) {
        if (isFetch) fetched++;
        else fed++;
        serving = NOBODY;
      }
    }
    for (let w = 0; w < workers; w++) {
      if (holds[w] === NOBODY) continue;
      left[w] = (left[w] as number) - step * rate;
      if ((left[w] as number) > DONE) continue;
      back[backs++] = holds[w] as number;
      holds[w] = NOBODY;
    }
  }
  return { end: now, served, worked, crowded };
}
