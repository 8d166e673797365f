import type { Tables } from '../model/index.ts';
import type { Functions } from './functions.ts';
import type { Home } from './origin.ts';
import type { FunctionTime } from './siteTimes.ts';

/** A function counts as the holder of what the outermost one holds if that much of it is within: its callers add little. */
const MOST_OF_IT = 0.6;

/**
 * The innermost function of the program's own code that most of the weight of some stacks lies in, itself or in what it calls, with
 * the line that it was at for most of that. Null where none of the weight is under own code. A recursive function counts once.
 */
export function holderOf(
  weights: ReadonlyMap<number, number>,
  { stacks, frames }: Pick<Tables, 'stacks' | 'frames'>,
  functions: Functions,
  homes: readonly Home[],
): FunctionTime | null {
  const held = new Map<number, { time: number; depth: number; readonly lines: Map<number, number> }>();
  for (const [stack, weight] of weights) {
    const seen = new Set<number>();
    for (let at = stack, depth = 0; at >= 0; at = stacks.parent[at] as number, depth++) {
      const frame = stacks.frame[at] as number;
      const its = functions.ofFrame[frame] as number;
      if (homes[its]?.origin !== 'own' || seen.has(its)) continue;
      seen.add(its);
      const sums = held.get(its) ?? { time: 0, depth: 0, lines: new Map<number, number>() };
      held.set(its, sums);
      sums.time += weight;
      sums.depth += weight * depth;
      const line = frames.line[frame] as number;
      if (line > 0) sums.lines.set(line, (sums.lines.get(line) ?? 0) + weight);
    }
  }
  let most = 0;
  for (const { time } of held.values()) most = Math.max(most, time);
  let best: { readonly function: number; readonly above: number } | null = null;
  for (const [its, { time, depth }] of held) {
    if (time < MOST_OF_IT * most || time <= 0) continue;
    const above = depth / time;
    if (best === null || above < best.above) best = { function: its, above };
  }
  if (best === null) return null;
  const { time, lines } = held.get(best.function) as { time: number; lines: Map<number, number> };
  let [line, lineTime] = [functions.line[best.function] as number, 0];
  for (const [its, weight] of lines) if (weight > lineTime) [line, lineTime] = [its, weight];
  return { function: best.function, line, time, lineTime };
}
