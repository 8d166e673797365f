import { type DeviceSteps, tookOf } from '../analysis/deviceReplay/steps.ts';
import { repeatsOf, stepsOf } from '../analysis/deviceTrace.ts';
import type { DeviceWork } from '../analysis/deviceWork.ts';
import type { Site } from '../analysis/sites.ts';
import { mostOften, StackWeights } from '../analysis/stackWeights.ts';
import type { Trace } from '../analysis/trace.ts';
import { DIRECTIONS, MEMORY_KINDS, type Tables } from '../model/index.ts';

/**
 * What is wrong with a copy, each with one cause, that which a reader would mend first: a copy that need not be made is not worth
 * making faster. The order is the value.
 */
export const COPY_CAUSES = ['none', 'repeated', 'scalar', 'tiny', 'pageable', 'synchronous'] as const;
export type CopyCause = (typeof COPY_CAUSES)[number];

/** Copies of one cause, direction, device and line. Nanos and bytes. */
export interface CopyGroup {
  readonly cause: CopyCause;
  readonly direction: 'H2D' | 'D2H';
  readonly unit: number;
  site: Site;
  /** Numbers of steps, in order. */
  readonly steps: number[];
  bytes: number;
  /** On the device, and of the host's calls with a wait that belongs to them. */
  took: number;
  called: number;
  /** Stacks that are not sure enough for a group of their own. */
  readonly unsure: StackWeights;
}

/** Bytes back to the host up to which it is a number, or a few: a loss and its parts, a flag, a counter. */
const SCALAR = 64;
/** Bytes up to which CUDA stages a copy from pageable memory, so that it is as quick as any: "64 KB or less" (CUDA, API synchronization behavior). */
export const STAGED = 65_536;
/** Nanos that a copy takes whatever its size: 5 to 10 us of every driver. What its bytes take in less is not what it costs. */
const LATENCY = 5_000;
/** Bytes a second where the run has no large copies to tell it from: of a bus (PCIe 3), of memory. */
const BUS = 10e9;
const MEMORY = 5e9;
const LARGE = 1e6;
/** Percent of certainty from which a stack is taken by its word. */
const SURE = 50;
/** Nanos after a copy in which a wait belongs to it: what a framework does between the two. */
const SOON = 50_000;

const H2D = DIRECTIONS.indexOf('H2D');
const D2H = DIRECTIONS.indexOf('D2H');
const PAGEABLE = MEMORY_KINDS.indexOf('pageable');

/** All copies between host and devices that something is wrong with, those that cost most first. */
export const copyGroups = (trace: Trace): readonly CopyGroup[] =>
  trace.once('copyGroups', () => groupsOf(trace));

/** The wait that directly follows a copy on its thread, -1 for none. */
export function waitAfter(steps: DeviceSteps, step: number): number {
  const next = steps.next[step] as number;
  if (next < 0 || (steps.of[next] as number) >= 0 || (steps.awaited[next] as number) < 0) return -1;
  return (steps.think[next] as number) < SOON ? next : -1;
}

function groupsOf(trace: Trace): CopyGroup[] {
  const { tables, siteOf } = trace;
  const { transfers } = tables;
  if (transfers.length === 0) return [];
  const steps = stepsOf(trace);
  if (steps.works === 0) return [];
  const { work, of } = steps;
  const causeOf = causes(trace, steps);
  const sites = new Sites(tables.stacks.length, siteOf);
  const groups = new Map<number, CopyGroup>();
  for (let step = 0; step < steps.length; step++) {
    const row = (of[step] as number) - work.kernels;
    if (row < 0) continue;
    const cause = causeOf(step, row);
    if (cause === 0) continue;
    const unit = unitOf(work, row);
    const isUpload = transfers.direction[row] === H2D;
    const stack = transfers.stack[row] as number;
    const certainty = transfers.certainty[row] as number;
    const site = certainty >= SURE ? sites.idOf(stack) : 0;
    const key = ((site * (work.units.count + 1) + unit + 1) * 2 + Number(isUpload)) * 8 + cause;
    let group = groups.get(key);
    if (!group) {
      group = {
        ...{ cause: COPY_CAUSES[cause] as CopyCause, direction: isUpload ? 'H2D' : 'D2H', unit },
        ...{ site: sites.site(site), steps: [], bytes: 0, took: 0, called: 0, unsure: new StackWeights() },
      };
      groups.set(key, group);
    }
    add(group, steps, step, transfers.bytes[row] as number);
    if (site === 0 && stack >= 0 && stack < tables.stacks.length) group.unsure.add(stack, certainty || 1);
  }
  return settled([...groups.values()], trace).sort((a, b) => costOf(b) - costOf(a));
}

/**
 * The device of a row of `transfers`, -1 where it is not known. A buffer that is made with the host's values is of a context, and which of
 * its devices gets them is open where there are several.
 */
function unitOf({ unit, units, kernels }: DeviceWork, row: number): number {
  const its = unit[row + kernels] as number;
  return its < 0 && units.count === 1 ? 0 : its;
}

export const costOf = ({ took, called }: CopyGroup): number => took + called;

function add(group: CopyGroup, steps: DeviceSteps, step: number, bytes: number): void {
  const { callStart, callEnd, lane } = steps;
  group.steps.push(step);
  group.bytes += bytes > 0 && bytes < Number.POSITIVE_INFINITY ? bytes : 0;
  group.took += tookOf(steps, step);
  if ((lane[step] as number) < 0) return;
  group.called += (callEnd[step] as number) - (callStart[step] as number);
  const wait = waitAfter(steps, step);
  if (wait >= 0) group.called += (callEnd[wait] as number) - (callStart[wait] as number);
}

/** What nobody is sure of joins the largest group of its kind; of no other, it is where most of its stacks are. */
function settled(groups: readonly CopyGroup[], { siteOf }: Trace): CopyGroup[] {
  const known = groups.filter(({ site }) => site.function >= 0);
  return groups.filter((group) => {
    if (group.site.function >= 0) return true;
    const kin = known
      .filter(
        ({ cause, direction, unit }) =>
          cause === group.cause && direction === group.direction && unit === group.unit,
      )
      .sort((a, b) => b.steps.length - a.steps.length)[0];
    if (!kin) {
      group.site = mostOften(group.unsure.weights(), siteOf).site;
      return true;
    }
    // Not by spread: there may be a million.
    for (const step of group.steps) kin.steps.push(step);
    kin.steps.sort((a, b) => a - b);
    kin.bytes += group.bytes;
    kin.took += group.took;
    kin.called += group.called;
    return false;
  });
}

/** Numbers of sites, 0 for an unknown one, looked up once a stack. */
class Sites {
  private readonly ofStack: Int32Array;
  private readonly known: Site[] = [{ function: -1, line: 0 }];
  private readonly ids = new Map<string, number>();
  private readonly siteOf: Trace['siteOf'];

  constructor(stacks: number, siteOf: Trace['siteOf']) {
    this.ofStack = new Int32Array(stacks).fill(-1);
    this.siteOf = siteOf;
  }

  idOf(stack: number): number {
    if (!(stack >= 0 && stack < this.ofStack.length)) return 0;
    const known = this.ofStack[stack] as number;
    if (known >= 0) return known;
    const site = this.siteOf(stack);
    const key = `${site.function} ${site.line}`;
    let id = site.function < 0 ? 0 : this.ids.get(key);
    if (id === undefined) {
      id = this.known.length;
      this.known.push(site);
      this.ids.set(key, id);
    }
    this.ofStack[stack] = id;
    return id;
  }

  site(id: number): Site {
    return this.known[id] as Site;
  }
}

/** The value of `COPY_CAUSES` of a step and its row of `transfers`. */
function causes(trace: Trace, steps: DeviceSteps): (step: number, row: number) => number {
  const { transfers, devices } = trace.tables;
  const { units } = steps.work;
  const repeats = repeatsOf(trace);
  const tiny = tinyBytes(trace.tables);
  const shares = (row: number): boolean =>
    devices.sharesMemory[units.row[unitOf(steps.work, row)] as number] === 1;
  const [repeated, scalar, small, pageable, synchronous] = COPY_CAUSES.slice(1).map((name) =>
    COPY_CAUSES.indexOf(name),
  ) as [number, number, number, number, number];
  return (step, row) => {
    const direction = transfers.direction[row] as number;
    if (direction !== H2D && direction !== D2H) return 0;
    const bytes = transfers.bytes[row] as number;
    if (!(bytes > 0)) return 0;
    if (direction === H2D && repeats[row] === 1) return repeated;
    if (direction === D2H && bytes <= SCALAR) return scalar;
    if (bytes < tiny(direction, shares(row))) return small;
    if (shares(row) || bytes <= STAGED) return 0;
    // Frameworks copy synchronously by an asynchronous call with a wait right behind it.
    const wait = waitAfter(steps, step);
    if (wait >= 0 && steps.awaited[wait] === step) return synchronous;
    if (transfers.asynchronous[row] === 0) return (steps.awaited[step] as number) >= 0 ? synchronous : 0;
    const host = direction === H2D ? transfers.from[row] : transfers.to[row];
    return transfers.asynchronous[row] === 1 && host === PAGEABLE ? pageable : 0;
  };
}

/** Bytes below which a copy is latency and nothing else, by direction. */
function tinyBytes({ transfers }: Pick<Tables, 'transfers'>): (direction: number, shares: boolean) => number {
  const bytes = new Float64Array(2);
  const time = new Float64Array(2);
  for (let row = 0; row < transfers.length; row++) {
    const direction = transfers.direction[row] as number;
    const took = (transfers.end[row] as number) - (transfers.start[row] as number);
    const its = transfers.bytes[row] as number;
    if ((direction !== H2D && direction !== D2H) || !(its >= LARGE && took > 0)) continue;
    const at = Number(direction === D2H);
    bytes[at] = (bytes[at] as number) + its;
    time[at] = (time[at] as number) + took;
  }
  return (direction, shares) => {
    const at = Number(direction === D2H);
    const measured = (bytes[at] as number) / (time[at] as number) || (shares ? MEMORY : BUS) / 1e9;
    return Math.min(STAGED, LATENCY * measured);
  };
}
