import type { CallSites } from './callSites.ts';
import { stacksWithin } from './stacksWithin.ts';
import type { Trace } from './trace.ts';
import { wallOfStacks } from './wallShares.ts';

/**
 * Nanos of wall time of each call site by kinds of the innermost function: `kindOf` gives the kind of a function, 0 to `kinds` - 1,
 * or -1. The times of site `s` are at `s * kinds`.
 */
export function leafTimes(
  trace: Trace,
  { ofStack, sites }: CallSites,
  kinds: number,
  kindOf: (functionId: number) => number,
): Float64Array {
  const { stacks } = trace.tables;
  const { functions } = trace;
  const kind = Int8Array.from({ length: functions.count }, (_, id) => kindOf(id));
  const wall = wallOfStacks(trace);
  const times = new Float64Array(sites.length * kinds);
  for (let stack = 0; stack < stacks.length; stack++) {
    const site = ofStack[stack] as number;
    if (site < 0) continue;
    const its = kind[functions.ofFrame[stacks.frame[stack] as number] as number] as number;
    if (its < 0 || its >= kinds) continue;
    const at = site * kinds + its;
    times[at] = (times[at] as number) + (wall[stack] as number);
  }
  return times;
}

/**
 * The function of each row of `stacks` that says whose doing its time is: where the program's own code has called a library, the
 * library function that it called, whatever that called in turn; else the innermost function.
 */
export function enteredFunctions(trace: Trace): Int32Array {
  return trace.once('enteredFunctions', () => {
    const { stacks } = trace.tables;
    const { functions, homes } = trace;
    const isLibrary = Uint8Array.from(homes, ({ origin }) => (origin === 'library' ? 1 : 0));
    const entered = new Int32Array(stacks.length);
    for (let stack = 0; stack < stacks.length; stack++) {
      const id = functions.ofFrame[stacks.frame[stack] as number] as number;
      const parent = stacks.parent[stack] as number;
      const below = parent < 0 ? -1 : (entered[parent] as number);
      entered[stack] = isLibrary[id] === 1 && below >= 0 && isLibrary[below] === 1 ? below : id;
    }
    return entered;
  });
}

/** As `leafTimes`, by kinds of the function that `enteredFunctions` has. */
export function enteredTimes(
  trace: Trace,
  { ofStack, sites }: CallSites,
  kinds: number,
  kindOf: (functionId: number) => number,
): Float64Array {
  const kind = Int8Array.from({ length: trace.functions.count }, (_, id) => kindOf(id));
  const entered = enteredFunctions(trace);
  const wall = wallOfStacks(trace);
  const times = new Float64Array(sites.length * kinds);
  for (let stack = 0; stack < wall.length; stack++) {
    const site = ofStack[stack] as number;
    const its = kind[entered[stack] as number] ?? -1;
    if (site < 0 || its < 0 || its >= kinds) continue;
    const at = site * kinds + its;
    times[at] = (times[at] as number) + (wall[stack] as number);
  }
  return times;
}

/** Nanos of wall time of each call site inside of the functions that are marked, called functions included. */
export function timesInside(trace: Trace, { ofStack, sites }: CallSites, marked: Uint8Array): Float64Array {
  const wall = wallOfStacks(trace);
  const within = stacksWithin(trace, marked);
  const times = new Float64Array(sites.length);
  for (let stack = 0; stack < wall.length; stack++) {
    const site = ofStack[stack] as number;
    if (site >= 0 && within[stack] === 1) times[site] = (times[site] as number) + (wall[stack] as number);
  }
  return times;
}

/**
 * Times that a lane was seen to come into one of the marked functions below each call site, having been seen elsewhere before, be it in the
 * same call.
 */
export function staysInside(trace: Trace, { ofStack, sites }: CallSites, marked: Uint8Array): Uint32Array {
  const { samples, lanes } = trace.tables;
  const within = stacksWithin(trace, marked);
  const stays = new Uint32Array(sites.length);
  const last = new Int32Array(lanes.length).fill(-1);
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    const lane = samples.lane[row] as number;
    const site = stack >= 0 && within[stack] === 1 ? (ofStack[stack] as number) : -1;
    if (site >= 0 && last[lane] !== site) stays[site] = (stays[site] as number) + 1;
    last[lane] = site;
  }
  return stays;
}

/** Nanos of wall time in a function's own lines. */
export function selfTime(trace: Trace, id: number): number {
  const { stacks } = trace.tables;
  const wall = wallOfStacks(trace);
  let time = 0;
  for (let stack = 0; stack < wall.length; stack++)
    if (trace.functions.ofFrame[stacks.frame[stack] as number] === id) time += wall[stack] as number;
  return time;
}
