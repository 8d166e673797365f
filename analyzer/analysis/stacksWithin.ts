import type { Trace } from './trace.ts';

/** 1 for each row of `stacks` that has one of the marked functions in it (one entry a function), anywhere. */
export function stacksWithin({ tables: { stacks }, functions }: Trace, marked: Uint8Array): Uint8Array {
  const within = new Uint8Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const parent = stacks.parent[stack] as number;
    const isMarked = marked[functions.ofFrame[stacks.frame[stack] as number] as number] === 1;
    within[stack] = isMarked || (parent >= 0 && within[parent] === 1) ? 1 : 0;
  }
  return within;
}

/** `stacksWithin` of one function. */
export function stacksWithinFunction(trace: Trace, id: number): Uint8Array {
  const marked = new Uint8Array(trace.functions.count);
  if (id >= 0) marked[id] = 1;
  return stacksWithin(trace, marked);
}
