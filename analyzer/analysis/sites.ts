import type { Tables } from '../model/index.ts';
import type { Functions } from './functions.ts';
import { homesOf } from './origin.ts';

/** A line of code. */
export interface Site {
  /** A number of `Functions`, -1 when unknown. */
  readonly function: number;
  /** The line that executed; the definition's where that is all that is known, 0 where nothing is. */
  readonly line: number;
}

/** The site of a row of `stacks`, or of -1. */
export type SiteOf = (stack: number) => Site;

export const UNKNOWN_SITE: Site = { function: -1, line: 0 };

/**
 * The line that a reader would change, for each stack: the innermost one of the program's own code, because a wait inside
 * `threading.py` or `logging` is the doing of whoever called it. Where nothing is the program's own, the innermost line.
 */
export function sitesOfStacks(tables: Tables, functions: Functions): SiteOf {
  const { stacks, frames } = tables;
  const homes = homesOf(functions);
  const frameOf = new Uint32Array(stacks.length);
  const isOwn = new Uint8Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) {
    const frame = stacks.frame[i] as number;
    const parent = stacks.parent[i] as number;
    const own = homes[functions.ofFrame[frame] as number]?.origin === 'own';
    const inherits = !own && parent >= 0 && isOwn[parent] === 1;
    frameOf[i] = inherits ? (frameOf[parent] as number) : frame;
    isOwn[i] = own || inherits ? 1 : 0;
  }
  return (stack) => {
    if (stack < 0) return UNKNOWN_SITE;
    const frame = frameOf[stack] as number;
    const line = (frames.line[frame] as number) || (frames.functionLine[frame] as number);
    return { function: functions.ofFrame[frame] as number, line };
  };
}
