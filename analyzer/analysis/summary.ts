import {
  type Finding,
  LANE_KINDS,
  LANE_ROLES,
  LANGUAGES,
  type LaneKind,
  type LaneRole,
  type Language,
  type Recording,
  type Tables,
  toSeconds,
} from '../model/index.ts';
import { type CallTree, functionTotals } from './callTree.ts';
import { type DeviceSummary, type DirectionFigures, deviceSummary } from './deviceSummary.ts';
import { computes, type DeviceWork } from './deviceWork.ts';
import { type EfficiencySummary, efficiencySummary } from './efficiencySummary.ts';
import { type EngineSummary, engineSummary, type TierLine } from './engineSummary.ts';
import type { Functions } from './functions.ts';
import { type LoopSummary, loopSummary } from './loopSummary.ts';
import { type OperatorSummary, operatorSummary } from './operatorSummary.ts';
import { type PoolSummary, poolSummary, type TransferLine } from './poolSummary.ts';
import { byTicks, type TierTotals, tierTotals } from './tiers.ts';
import { Trace } from './trace.ts';
import { selfWeights } from './weights.ts';

/** What one run came to: the document of `perfscope summary --json` and the source of every other summary. Seconds. */
export interface Summary extends PoolSummary, EngineSummary, LoopSummary, DeviceSummary, OperatorSummary {
  readonly version: 1;
  readonly command: readonly string[];
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly complete: boolean;
  readonly mode: string;
  /** `record`, `attach`, or `import` for what another tool has recorded. */
  readonly origin: string;
  /** True where it is not told when anything happened; `wallSeconds` is then what all weights add up to. */
  readonly timeless: boolean;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** CPU of the command and its descendants by the kernel's own accounting; null when unknown. */
  readonly kernelCpuSeconds: number | null;
  /** CPU that perfscope itself used meanwhile. */
  readonly ownCpuSeconds: number;
  readonly host: Recording['meta']['host'];
  readonly warnings: readonly string[];
  readonly collectors: Recording['meta']['collectors'];
  readonly lanes: readonly LaneSummary[];
  readonly functions: readonly FunctionSummary[];
  /** With figures of devices for the directions that have one. */
  readonly transfers: readonly (TransferLine & Partial<DirectionFigures>)[];
  readonly efficiency: EfficiencySummary;
  readonly findings: readonly Finding[];
}

export interface LaneSummary {
  readonly id: number;
  readonly kind: LaneKind;
  readonly role: LaneRole;
  readonly process: number;
  readonly thread: number;
  readonly name: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** On a CPU; of a stream, with work of its device. */
  readonly runningSeconds: number;
  readonly readySeconds: number;
  readonly waitingSeconds: number;
  readonly gilWaitSeconds: number;
  readonly samples: number;
}

export interface FunctionSummary {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly language: Language;
  /** CPU seconds in the function itself, and with what it called. */
  readonly selfSeconds: number;
  readonly totalSeconds: number;
  /** The same in wall time, waiting included. */
  readonly selfWallSeconds: number;
  readonly totalWallSeconds: number;
  readonly samples: number;
  /** With those of what it called. */
  readonly totalSamples: number;
  /** Seconds of kernels that it, or what it called, launched; null where no device was seen. */
  readonly totalGpuSeconds: number | null;
  /** What V8 ran for it; empty where its log does not tell. */
  readonly tiers: readonly TierLine[];
}

/** `findings`: what the rules concluded, which is not this layer's to know. */
export function summarize(of: Recording | Trace, findings: readonly Finding[] = []): Summary {
  const trace = of instanceof Trace ? of : new Trace(of);
  const { meta, tables, functions, roles, laneTotals: totals } = trace;
  const tiers = tierTotals(tables, functions);
  const { lanes } = tables;
  const { summary: devices, directions } = deviceSummary(trace);
  const busy = busyOfStreams(devices);
  const laneSummaries: LaneSummary[] = [];
  let cpu = 0;
  for (let id = 0; id < lanes.length; id++) {
    const kind = LANE_KINDS[lanes.kind[id] as number] as LaneKind;
    cpu += totals.running[id] as number;
    laneSummaries.push({
      id,
      kind,
      role: LANE_ROLES[roles[id] as number] as LaneRole,
      process: lanes.process[id] as number,
      thread: lanes.thread[id] as number,
      name: lanes.name[id] as string,
      startSeconds: toSeconds((lanes.start[id] as number) - meta.clock.start),
      endSeconds: toSeconds((lanes.end[id] as number) - meta.clock.start),
      runningSeconds: busy.get(id) ?? toSeconds(totals.running[id] as number),
      readySeconds: toSeconds(totals.ready[id] as number),
      waitingSeconds: toSeconds(totals.waiting[id] as number),
      gilWaitSeconds: toSeconds(totals.gil[id] as number),
      samples: totals.samples[id] as number,
    });
  }
  const pools = poolSummary(trace);
  return {
    version: 1,
    command: meta.command,
    exitCode: meta.exitCode,
    signal: meta.signal,
    complete: meta.complete,
    mode: meta.mode,
    origin: meta.origin,
    timeless: meta.timeless === true,
    wallSeconds: toSeconds(meta.clock.end - meta.clock.start),
    cpuSeconds: toSeconds(cpu),
    kernelCpuSeconds: meta.kernelCpuSeconds,
    ownCpuSeconds: meta.ownCpuSeconds,
    host: meta.host,
    warnings: meta.warnings,
    collectors: meta.collectors,
    lanes: laneSummaries,
    functions: functionSummaries(trace, tiers),
    ...devices,
    ...pools,
    transfers: pools.transfers.map((line) => ({
      ...line,
      ...directions.get(line.direction),
    })),
    ...engineSummary(tables, functions, tiers),
    ...loopSummary(tables),
    ...operatorSummary(tables, functions),
    efficiency: efficiencySummary(trace.efficiency, functions, roles, meta.clock.start),
    findings,
  };
}

/** Seconds with work, by the lane of a stream. */
function busyOfStreams({ devices }: DeviceSummary): ReadonlyMap<number, number> {
  const busy = new Map<number, number>();
  for (const { streams } of devices)
    for (const { lane, busySeconds } of streams) busy.set(lane, (busy.get(lane) ?? 0) + busySeconds);
  return busy;
}

/** Every function that was seen, the one with most CPU time of its own first. */
function functionSummaries(trace: Trace, tiers: TierTotals): FunctionSummary[] {
  const { tables, functions, starts, tree, deviceWork: work } = trace;
  const cpu = functionTotals(tree, functions, selfWeights(tables, starts, tree, 'cpu'));
  const wall = functionTotals(tree, functions, selfWeights(tables, starts, tree, 'wall'));
  const samples = functionTotals(tree, functions, selfWeights(tables, starts, tree, 'samples'));
  const gpu = gpuTotals(tables, work, functions, tree);
  const result: FunctionSummary[] = [];
  for (let id = 0; id < functions.count; id++) {
    result.push({
      name: functions.name[id] as string,
      file: functions.file[id] as string,
      line: functions.line[id] as number,
      language: LANGUAGES[functions.language[id] as number] as Language,
      selfSeconds: toSeconds(cpu.self[id] as number),
      totalSeconds: toSeconds(cpu.total[id] as number),
      selfWallSeconds: toSeconds(wall.self[id] as number),
      totalWallSeconds: toSeconds(wall.total[id] as number),
      samples: samples.self[id] as number,
      totalSamples: samples.total[id] as number,
      totalGpuSeconds: gpu && toSeconds(gpu[id] as number),
      tiers: byTicks(tiers.ofFunction.get(id) ?? new Uint32Array(0)),
    });
  }
  return result.sort(
    (a, b) =>
      b.selfSeconds - a.selfSeconds ||
      b.totalSeconds - a.totalSeconds ||
      // Where another tool told no CPU time.
      b.selfWallSeconds - a.selfWallSeconds ||
      b.samples - a.samples,
  );
}

/** Nanos of kernels that each function launched with all that it called; null where no kernel was seen. */
function gpuTotals(
  { kernels }: Tables,
  work: DeviceWork,
  functions: Functions,
  tree: CallTree,
): Float64Array | null {
  if (kernels.length === 0) return null;
  const self = new Float64Array(tree.count);
  for (let row = 0; row < kernels.length; row++) {
    const stack = kernels.stack[row] as number;
    if (stack < 0 || !computes(work.kind[row] as number)) continue;
    const node = tree.ofStack[stack] as number;
    self[node] = (self[node] as number) + (work.end[row] as number) - (work.start[row] as number);
  }
  return functionTotals(tree, functions, self).total;
}
