import type { DeviceEfficiency } from './deviceEfficiency.ts';
import type { Efficiency } from './efficiency.ts';
import type { RegionEfficiency } from './efficiencyRegions.ts';
import {
  coresWords,
  cpuWords,
  deviceWords,
  type FactorWords,
  loadBalanceWords,
  parallelWords,
  serialWords,
} from './efficiencyWords.ts';

/** The order is that in which they are told. */
export const FACTORS = [
  'cores',
  'parallelPart',
  'parallel',
  'loadBalance',
  'communication',
  'gil',
  'overlap',
  'supply',
  'contention',
  'device',
  'deviceLoadBalance',
  'deviceCopies',
  'deviceOrchestration',
] as const;
export type Factor = (typeof FACTORS)[number];

/**
 * A factor of a region's efficiency and those that it is made of. `value`: 0 to 1, null where nothing can be judged, which
 * `sentence` then explains. The children of `parallel`, `communication` and `device` multiply to it; `cores` and `parallelPart` stand
 * beside them.
 */
export interface EfficiencyNode extends FactorWords {
  readonly factor: Factor;
  readonly value: number | null;
  readonly children: readonly EfficiencyNode[];
}

/** From which on the field calls a factor acceptable (POP). */
export const ACCEPTABLE = 0.8;

/** What is to be said of a region, in order. Nothing of devices where there are none. */
export function efficiencyTree(region: RegionEfficiency): EfficiencyNode[] {
  const { global, efficiency, device, time } = region;
  const nodes: EfficiencyNode[] = [];
  if (global && global.cores > 0)
    nodes.push(leaf('cores', Math.min(1, global.coresUsed / global.cores), coresWords(global)));
  if (global && global.serial !== null && time > 0)
    nodes.push(leaf('parallelPart', 1 - global.serial / time, serialWords(global.serial, time)));
  nodes.push(efficiency ? ofWorkers(efficiency) : leaf('parallel', null, parallelWords(null)));
  if (device) nodes.push(ofDevices(device, time));
  return nodes;
}

/** Every node below and beside each other, with how deep it lies. */
export function flattened(
  nodes: readonly EfficiencyNode[],
  depth = 0,
): { readonly node: EfficiencyNode; readonly depth: number }[] {
  return nodes.flatMap((node) => [{ node, depth }, ...flattened(node.children, depth + 1)]);
}

const leaf = (factor: Factor, value: number | null, words: FactorWords): EfficiencyNode => ({
  factor,
  value,
  ...words,
  children: [],
});

function ofWorkers(its: Efficiency): EfficiencyNode {
  const words = cpuWords(its);
  const waits = (['gil', 'overlap', 'supply'] as const).map((factor) =>
    leaf(factor, its[factor], words[factor]),
  );
  return {
    ...leaf('parallel', its.parallel, parallelWords(its)),
    children: [
      leaf('loadBalance', its.loadBalance, loadBalanceWords(its)),
      { ...leaf('communication', its.communication, words.communication), children: waits },
      leaf('contention', its.contention, words.contention),
    ],
  };
}

function ofDevices(its: DeviceEfficiency, time: number): EfficiencyNode {
  const words = deviceWords(its, time);
  return {
    ...leaf('device', its.device, words.device),
    children: [
      leaf('deviceLoadBalance', its.loadBalance, words.loadBalance),
      leaf('deviceCopies', its.communication, words.copies),
      leaf('deviceOrchestration', its.orchestration, words.orchestration),
    ],
  };
}
