import { type Site, UNKNOWN_SITE } from './sites.ts';
import type { Trace } from './trace.ts';

/**
 * As `trace.siteOf`, but without the code that `exec` made: `multiprocessing` writes the methods of its proxies and shared values so, in a file
 * named `<string>` as that of `python -c`. Unknown where nothing else is the program's own.
 */
export function ownSiteOf(trace: Trace): (stack: number) => Site {
  return trace.once('ownSites', () => {
    const { stacks } = trace.tables;
    const { functions, homes } = trace;
    const isOwn = Uint8Array.from(homes, ({ origin }, id) =>
      origin === 'own' && functions.file[id] !== '<string>' ? 1 : 0,
    );
    const owner = new Int32Array(stacks.length);
    for (let stack = 0; stack < stacks.length; stack++) {
      const parent = stacks.parent[stack] as number;
      const own = isOwn[functions.ofFrame[stacks.frame[stack] as number] as number] === 1;
      owner[stack] = own ? stack : parent < 0 ? -1 : (owner[parent] as number);
    }
    return (stack: number) => {
      const own = stack < 0 ? -1 : (owner[stack] ?? -1);
      return own < 0 ? UNKNOWN_SITE : trace.siteOf(own);
    };
  });
}
