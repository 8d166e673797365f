import { type Site, type SiteOf, UNKNOWN_SITE } from './sites.ts';

/** Weights of stacks. Neighbours mostly have one stack, so that its sum is looked up when another one comes. */
export class StackWeights {
  private readonly known = new Map<number, number>();
  private stack = -1;
  private pending = 0;

  add(stack: number, weight: number): void {
    if (stack !== this.stack) {
      this.settle();
      this.stack = stack;
    }
    this.pending += weight;
  }

  weights(): ReadonlyMap<number, number> {
    this.settle();
    return this.known;
  }

  private settle(): void {
    if (this.pending > 0) this.known.set(this.stack, (this.known.get(this.stack) ?? 0) + this.pending);
    this.pending = 0;
  }
}

/** The line that most of the weight of some stacks belongs to. `share`: of the whole, what is of no known line included. */
export function mostOften(
  ofStack: ReadonlyMap<number, number>,
  siteOf: SiteOf,
): { readonly site: Site; readonly share: number; readonly whole: number } {
  const sites = new Map<string, { site: Site; weight: number }>();
  let whole = 0;
  for (const [stack, weight] of ofStack) {
    whole += weight;
    const site = siteOf(stack);
    if (site.function < 0) continue;
    const key = `${site.function} ${site.line}`;
    const known = sites.get(key) ?? { site, weight: 0 };
    known.weight += weight;
    sites.set(key, known);
  }
  let best = { site: UNKNOWN_SITE, weight: 0 };
  for (const each of sites.values()) if (each.weight > best.weight) best = each;
  return { site: best.site, share: whole > 0 ? best.weight / whole : 0, whole };
}
