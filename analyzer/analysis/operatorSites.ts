import { OPERATOR_KINDS, type Tables } from '../model/index.ts';
import { DEEPEST, type OperatorTree, operatorAt } from './operatorTree.ts';
import type { Site, SiteOf } from './sites.ts';
import { rowStarts } from './weights.ts';

/** A line of the program; `time`: Nanos of an operator's time that looks at its thread give to it. */
export interface OperatorSite extends Site {
  time: number;
}

const BACKWARD = OPERATOR_KINDS.indexOf('backward');
/** Of the looks at operators that stand in one place of a step, the share that must agree on a line. */
const AGREED = 0.9;
/** Percent: a look fell into the operator itself, or into others at its place in the step. */
const LOOKED_AT = 99;
const BY_PLACE = 80;
const UNTOLD: ToldSite = { site: -1, certainty: 0 };

/** `stack`: one that was seen at the site. */
export interface SeenSite extends Site {
  readonly stack: number;
}

/** What is known of a forward operator: its line, a number of `sites` or -1, and how sure that is in percent. */
export interface ToldSite {
  readonly site: number;
  readonly certainty: number;
}

/** Who runs what: sites by number, and by the row of `operators`. */
export interface OperatorSites {
  readonly sites: readonly SeenSite[];
  /** Number of the line that an operator was seen to run for, -1 for one that no look fell into. */
  readonly seen: Int32Array;
  /** Nanos of it that looks account for. */
  readonly time: Float64Array;
  /** The line of a forward operator, by row; of -1, none. */
  readonly told: (row: number) => ToldSite;
}

/**
 * The lines that operators run for, from the samples that fell into them. A backward operator runs for the line of its forward one
 * and not for the one that says `backward()`. Few forward operators are ever looked at; but a loop runs the same ones in each
 * step, so one that was not looked at has the line of those at its place (`stepPlaces`) of its name, where these agree.
 */
export function operatorSites(tables: Tables, tree: OperatorTree, siteOf: SiteOf): OperatorSites {
  const { operators, samples } = tables;
  const numbering = new Map<string, number>();
  const sites: SeenSite[] = [];
  const numberOf = (stack: number): number => {
    const site = siteOf(stack);
    const key = `${site.function} ${site.line}`;
    const number = numbering.get(key) ?? sites.push({ ...site, stack }) - 1;
    numbering.set(key, number);
    return number;
  };
  const seen = new Int32Array(operators.length).fill(-1);
  const time = new Float64Array(operators.length);
  const starts = rowStarts(tables);
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i] as number;
    if (stack < 0) continue;
    const now = samples.time[i] as number;
    const row = operatorAt(tree, operators, samples.lane[i] as number, now);
    if (row < 0) continue;
    seen[row] = numberOf(stack);
    time[row] = (time[row] as number) + now - Math.max(starts[i] as number, operators.start[row] as number);
  }
  const told = learn(tables, tree, seen);
  for (let row = 0; row < operators.length; row++) {
    if ((seen[row] as number) < 0) continue;
    const backward = tree.backward[row] as number;
    if (backward >= 0) seen[row] = told(tree.forward[backward] as number).site;
  }
  return { sites, seen, time, told };
}

/** The line of a forward operator: its own, that of what it called, or what others at its place agree on. */
function learn(tables: Tables, tree: OperatorTree, seen: Int32Array): (row: number) => ToldSite {
  const { operators } = tables;
  const places = stepPlaces(tables, tree);
  const votes = new Map<string, Map<number, number>>();
  const keyOf = (row: number) => `${operators.lane[row]} ${places[row]} ${operators.name[row]}`;
  const own = new Map<number, number>();
  for (let row = 0; row < operators.length; row++) {
    const site = seen[row] as number;
    if (site < 0 || (tree.backward[row] as number) >= 0) continue;
    for (let at = row, deep = 0; at >= 0 && deep < DEEPEST; at = tree.parent[at] as number, deep++) {
      own.set(at, site);
      const its = votes.get(keyOf(at)) ?? new Map<number, number>();
      votes.set(keyOf(at), its.set(site, (its.get(site) ?? 0) + 1));
    }
  }
  return (row) => {
    if (row < 0) return UNTOLD;
    const known = own.get(row);
    if (known !== undefined) return { site: known, certainty: LOOKED_AT };
    const its = [...(votes.get(keyOf(row)) ?? [])].sort(([, a], [, b]) => b - a);
    const total = its.reduce((sum, [, count]) => sum + count, 0);
    const [best] = its;
    if (!best || best[1] < AGREED * total) return UNTOLD;
    return { site: best[0], certainty: Math.round((BY_PLACE * best[1]) / total) };
  };
}

/**
 * The place of each forward operator in its step: its number of autograd's less that of the first operator since the lane's last
 * backward operator began. -1 for an operator without a number.
 */
function stepPlaces({ operators, lanes }: Tables, { order }: OperatorTree): Float64Array {
  const { kind, sequence, forwardLane, start, length } = operators;
  const backwards: number[][] = Array.from({ length: lanes.length }, () => []);
  for (let row = 0; row < length; row++) {
    if (kind[row] === BACKWARD) backwards[forwardLane[row] as number]?.push(start[row] as number);
  }
  const places = new Float64Array(length).fill(-1);
  for (let lane = 0; lane < lanes.length; lane++) {
    const begun = Float64Array.from(backwards[lane] ?? []).sort();
    let [next, first] = [0, -1];
    for (let at = order.offset[lane] as number; at < (order.offset[lane + 1] as number); at++) {
      const row = order.row[at] as number;
      const number = sequence[row] as number;
      if (kind[row] === BACKWARD || number < 0) continue;
      const before = next;
      while (next < begun.length && (begun[next] as number) < (start[row] as number)) next++;
      if (next > before || first < 0) first = number;
      places[row] = number - first;
    }
  }
  return places;
}
