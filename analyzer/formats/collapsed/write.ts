import { callTree } from '../../analysis/callTree.ts';
import { deviceWork } from '../../analysis/deviceWork.ts';
import { withForwardLaunches } from '../../analysis/forwardLaunches.ts';
import { functionsOf } from '../../analysis/functions.ts';
import { type DeviceMetric, deviceCalls, deviceWeights, isDeviceMetric } from '../../analysis/kernelCalls.ts';
import { type Metric, rowStarts, selfWeights } from '../../analysis/weights.ts';
import type { Recording } from '../../model/index.ts';

/**
 * Collapsed stacks (github.com/brendangregg/FlameGraph): a line a stack, functions from the outermost in, separated by
 * semicolons, a space, a whole number. The number is microseconds of the metric, or observations for `samples`; of a metric of
 * devices the kernel or the copy is the innermost function.
 */
export function toCollapsed(recording: Recording, metric: Metric | DeviceMetric): string {
  const { functions, tree, self } = weighed(recording, metric);
  const unit = metric === 'samples' ? 1 : 1000;
  const paths: string[] = [''];
  let text = '';
  for (let node = 1; node < tree.count; node++) {
    const above = paths[tree.parent[node] as number] as string;
    const name = collapsedName(functions.name[tree.function[node] as number] as string);
    const path = above === '' ? name : `${above};${name}`;
    paths.push(path);
    const weight = Math.round((self[node] as number) / unit);
    if (weight > 0) text += `${path} ${weight}\n`;
  }
  return text;
}

function weighed({ tables }: Recording, metric: Metric | DeviceMetric) {
  const functions = functionsOf(tables);
  const tree = callTree(tables, functions);
  if (!isDeviceMetric(metric))
    return { functions, tree, self: selfWeights(tables, rowStarts(tables), tree, metric) };
  const launched = withForwardLaunches(tables);
  const work = deviceWork(launched);
  const calls = deviceCalls(launched, work, functions, tree);
  return { ...calls, self: deviceWeights(launched, work, calls, metric).self };
}

/** A name may hold what separates the fields of the format. */
const collapsedName = (name: string): string => name.replaceAll(';', ':').replace(/[\r\n]+/g, ' ');
