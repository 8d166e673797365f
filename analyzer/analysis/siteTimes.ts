import type { Functions } from './functions.ts';
import type { Home } from './origin.ts';
import type { Site, SiteOf } from './sites.ts';

/** Nanos that a function of the program's own code is answerable for; `line`: the one of its lines with most of it. */
export interface FunctionTime extends Site {
  readonly time: number;
  /** Of `line` alone. */
  readonly lineTime: number;
}

/** Adds up times by the function and the line of the program's own code that they belong to. */
export class SiteTimes {
  total = 0;
  private readonly siteOf: SiteOf;
  private readonly homes: readonly Home[];
  private readonly known = new Map<number, Map<number, number>>();

  constructor({ siteOf, homes }: { readonly siteOf: SiteOf; readonly homes: readonly Home[] }) {
    this.siteOf = siteOf;
    this.homes = homes;
  }

  /** `stack`: row of `stacks`, or -1. What is under no code of the program's counts in `total` only. */
  add(stack: number, time: number): void {
    if (!(time > 0)) return;
    this.total += time;
    const site = this.siteOf(stack);
    if (this.homes[site.function]?.origin !== 'own') return;
    const lines = this.known.get(site.function) ?? new Map<number, number>();
    this.known.set(site.function, lines);
    lines.set(site.line, (lines.get(site.line) ?? 0) + time);
  }

  /** Longest first. A line on which the function begins is told only where no other is known. */
  byTime(functions: Pick<Functions, 'line'>): FunctionTime[] {
    return [...this.known]
      .map(([id, lines]) => {
        const begin = functions.line[id] as number;
        let [line, lineTime, time] = [begin, 0, 0];
        for (const [its, weight] of lines) {
          time += weight;
          // V8 may not tell at which line a caller was; the function's first line stands for that.
          const isKnown = its !== begin || lines.size === 1;
          if (isKnown && weight > lineTime) [line, lineTime] = [its, weight];
        }
        return { function: id, line, time, lineTime };
      })
      .sort((a, b) => b.time - a.time || a.function - b.function);
  }
}
