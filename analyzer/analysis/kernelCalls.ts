import { LANGUAGES, MEMORY_KINDS, type Tables } from '../model/index.ts';
import type { CallTree } from './callTree.ts';
import { type DeviceWork, launchOf, movesMemory, NO_WORK, WORK_KINDS } from './deviceWork.ts';
import type { Functions } from './functions.ts';
import { EVERYTHING, type Selection } from './weights.ts';
import { workCounter } from './workSelection.ts';

/**
 * What a piece of device work counts for. `gpu`: time of kernels. `copy`: time of copies and fills. Nanoseconds on the device,
 * summed over streams: work at the same time counts twice, as CPU time of several threads does.
 */
export const DEVICE_METRICS = ['gpu', 'copy'] as const;
export type DeviceMetric = (typeof DEVICE_METRICS)[number];

export const isDeviceMetric = (metric: string): metric is DeviceMetric =>
  DEVICE_METRICS.some((each) => each === metric);

/** Functions and calls of a recording with those of its devices behind them, and where each piece of work stands among them. */
export interface DeviceCalls {
  readonly functions: Functions;
  readonly tree: CallTree;
  /** The node of each piece of work; that of its launching stack is its parent, the root where that is not known. */
  readonly ofWork: Uint32Array;
  /** The first node and the first function that are a device's. */
  readonly firstNode: number;
  readonly firstFunction: number;
}

const WAYS: Readonly<Record<string, string>> = {
  H2D: 'host to device',
  D2H: 'device to host',
  D2D: 'within a device',
  P2P: 'between devices',
};

/** The function that a piece of work is shown as: a kernel by its name, a copy by its direction and the host's memory. */
export function workName(
  { strings, kernels, transfers }: Pick<Tables, 'strings' | 'kernels' | 'transfers'>,
  work: DeviceWork,
  at: number,
): string {
  const kind = WORK_KINDS[work.kind[at] as number] ?? 'marker';
  if (at < work.kernels) {
    const name = strings.value[kernels.name[at] as number] as string;
    return kind === 'memset' ? `[${name || 'fill'}]` : name || `[${kind}]`;
  }
  const row = at - work.kernels;
  const [from, to] = [transfers.from[row], transfers.to[row]].map((memory) => MEMORY_KINDS[memory as number]);
  const host = kind === 'H2D' ? from : kind === 'D2H' ? to : 'unknown';
  return `[copy ${WAYS[kind] ?? kind}${host === 'unknown' || host === undefined ? '' : `, ${host}`}]`;
}

/**
 * Hangs device work under the stacks that launched it. Functions and nodes of the host keep their numbers, so that whoever knows
 * them need not know of devices.
 */
export function deviceCalls(
  tables: Tables,
  work: DeviceWork,
  functions: Functions,
  tree: CallTree,
): DeviceCalls {
  // Most runs have no device, and trees of a hundred thousand calls are not copied for nothing.
  if (work.length === 0)
    return {
      ...{ functions, tree, ofWork: new Uint32Array(0) },
      ...{ firstNode: tree.count, firstFunction: functions.count },
    };
  const called = workFunctions(tables, work, functions.count);
  const parent = [...tree.parent];
  const itsFunction = [...tree.function];
  const depth = [...tree.depth];
  const ofWork = new Uint32Array(work.length);
  const ids = new Map<number, number>();
  for (let at = 0; at < work.length; at++) {
    const id = called.ofWork[at] as number;
    if (id < 0) continue;
    const { stack } = launchOf(tables, work, at);
    const below = stack < 0 ? 0 : (tree.ofStack[stack] as number);
    const key = below * (called.names.length + 1) + id - functions.count;
    let node = ids.get(key);
    if (node === undefined) {
      node = parent.length;
      ids.set(key, node);
      parent.push(below);
      itsFunction.push(id);
      depth.push((depth[below] as number) + 1);
    }
    ofWork[at] = node;
  }
  const kernel = LANGUAGES.indexOf('kernel');
  const added = called.names.length;
  return {
    functions: {
      count: functions.count + added,
      name: [...functions.name, ...called.names],
      file: [...functions.file, ...called.names.map(() => '')],
      line: grown(functions.line, added, 0, Uint32Array),
      language: grown(functions.language, added, kernel, Uint8Array),
      ofFrame: functions.ofFrame,
    },
    tree: {
      count: parent.length,
      parent: Int32Array.from(parent),
      function: Int32Array.from(itsFunction),
      depth: Uint16Array.from(depth),
      ofStack: tree.ofStack,
    },
    ofWork,
    firstNode: tree.count,
    firstFunction: functions.count,
  };
}

function grown<A extends Uint32Array | Uint8Array>(
  known: A,
  more: number,
  value: number,
  make: new (length: number) => A,
): A {
  const all = new make(known.length + more);
  all.set(known);
  all.fill(value, known.length);
  return all;
}

/** A function for each name of work; -1 for what counts for nothing. Names of kernels are looked up once a string. */
function workFunctions(
  tables: Pick<Tables, 'strings' | 'kernels' | 'transfers'>,
  work: DeviceWork,
  first: number,
): { readonly names: readonly string[]; readonly ofWork: Int32Array } {
  const names: string[] = [];
  const byName = new Map<string, number>();
  const byKey = new Map<number, number>();
  const ofWork = new Int32Array(work.length).fill(-1);
  const { kernels, transfers } = tables;
  for (let at = 0; at < work.length; at++) {
    const kind = work.kind[at] as number;
    if (metricOf(kind) === null) continue;
    const row = at - work.kernels;
    const detail =
      row < 0
        ? (kernels.name[at] as number)
        : (transfers.from[row] as number) * 256 + (transfers.to[row] as number);
    const key = detail * 256 + kind;
    let id = byKey.get(key);
    if (id === undefined) {
      const name = workName(tables, work, at);
      id = byName.get(name) ?? first + names.length;
      if (!byName.has(name)) names.push(name);
      byName.set(name, id);
      byKey.set(key, id);
    }
    ofWork[at] = id;
  }
  return { names, ofWork };
}

const MARKER = WORK_KINDS.indexOf('marker');

/** The metric that work of a kind counts for; null for markers, which take no time, and for what is no work. */
export function metricOf(kind: number): DeviceMetric | null {
  if (kind === NO_WORK || kind === MARKER) return null;
  return movesMemory(kind) ? 'copy' : 'gpu';
}

/** Weights of the nodes of a tree, Nanos, and how sure it is that the work hangs where it does. */
export interface DeviceWeights {
  readonly self: Float64Array;
  /** Nanos times percent of certainty, by node. */
  readonly sure: Float64Array;
}

export function deviceWeights(
  tables: Pick<Tables, 'kernels' | 'transfers'>,
  work: DeviceWork,
  { tree, ofWork }: DeviceCalls,
  metric: DeviceMetric,
  selection: Selection = EVERYTHING,
): DeviceWeights {
  const self = new Float64Array(tree.count);
  const sure = new Float64Array(tree.count);
  const counts = workCounter(tables, work, selection);
  for (let at = 0; at < work.length; at++) {
    if (metricOf(work.kind[at] as number) !== metric) continue;
    const time = counts(at);
    if (time <= 0) continue;
    const node = ofWork[at] as number;
    self[node] = (self[node] as number) + time;
    const { stack, certainty } = launchOf(tables, work, at);
    if (stack >= 0) sure[node] = (sure[node] as number) + time * Math.min(100, certainty);
  }
  return { self, sure };
}
