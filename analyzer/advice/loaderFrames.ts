import { type Site, UNKNOWN_SITE } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';

/** Files of PyTorch in which a loop that asks for a batch stands until it has one. */
const LOADER = /[/\\]torch[/\\]utils[/\\]data[/\\]/;

/** What stacks have to do with a data loader, by row of `stacks`. */
export interface LoaderStacks {
  /** 1 for a stack that runs within a loader, on whichever thread. */
  readonly within: Uint8Array;
  /** The line of the program that asked the loader, for those. */
  readonly asked: (stack: number) => Site;
}

export const loaderStacks = (trace: Trace): LoaderStacks | null =>
  trace.once('loaderStacks', () => {
    const { functions, siteOf } = trace;
    const { stacks } = trace.tables;
    const isLoader = Uint8Array.from(functions.file, (file) => Number(LOADER.test(file)));
    if (!isLoader.includes(1)) return null;
    const within = new Uint8Array(stacks.length);
    // The stack below the outermost frame of the loader.
    const below = new Int32Array(stacks.length).fill(-1);
    for (let i = 0; i < stacks.length; i++) {
      const parent = stacks.parent[i] as number;
      if (parent >= 0 && within[parent] === 1) {
        within[i] = 1;
        below[i] = below[parent] as number;
      } else if (isLoader[functions.ofFrame[stacks.frame[i] as number] as number] === 1) {
        within[i] = 1;
        below[i] = parent;
      }
    }
    return {
      within,
      asked: (stack) => (within[stack] === 1 ? siteOf(below[stack] as number) : UNKNOWN_SITE),
    };
  });
