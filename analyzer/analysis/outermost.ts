import type { Trace } from './trace.ts';

/** Of each row of `stacks` the outermost of the marked functions (one entry a function), as a number of `Functions`; -1 for none. */
export function outermostOf({ tables: { stacks }, functions }: Trace, marked: Uint8Array): Int32Array {
  const outermost = new Int32Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const parent = stacks.parent[stack] as number;
    const below = parent < 0 ? -1 : (outermost[parent] as number);
    const id = functions.ofFrame[stacks.frame[stack] as number] as number;
    outermost[stack] = below >= 0 ? below : marked[id] === 1 ? id : -1;
  }
  return outermost;
}
