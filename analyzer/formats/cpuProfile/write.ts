import { laneOrder } from '../../analysis/ascending.ts';
import { callTree } from '../../analysis/callTree.ts';
import { functionsOf } from '../../analysis/functions.ts';
import { type Metric, rowStarts, rowWeight } from '../../analysis/weights.ts';
import type { Recording } from '../../model/index.ts';

interface Node {
  readonly id: number;
  readonly callFrame: object;
  hitCount: number;
  readonly children: number[];
  positionTicks?: { line: number; ticks: number }[];
}

/** V8 tells no file of what is none, and counts lines and columns from 0. */
const callFrame = (functionName: string, url = '', line = 0) => ({
  functionName,
  scriptId: '0',
  url,
  lineNumber: line - 1,
  columnNumber: line > 0 ? 0 : -1,
});

/**
 * A profile of V8 (chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile), for DevTools and editors. It knows one thread: of
 * several, each is a function that calls what the thread did, one after the other. A sample lasts as long as the metric says, in us.
 */
export function toCpuProfile({ tables, meta }: Recording, metric: Metric): object {
  const { lanes, samples, frames, stacks } = tables;
  const functions = functionsOf(tables);
  const tree = callTree(tables, functions);
  const starts = rowStarts(tables);
  const { offset, row } = laneOrder(samples.lane, samples.time, lanes.length);
  const nodes: Node[] = [{ id: 1, callFrame: callFrame('(root)'), hitCount: 0, children: [] }];
  const add = (parent: Node, frame: object): Node => {
    const node = { id: nodes.length + 1, callFrame: frame, hitCount: 0, children: [] };
    nodes.push(node);
    parent.children.push(node.id);
    return node;
  };
  const unit = metric === 'samples' ? 1e-3 : 1e3;
  const seen: number[] = [];
  const deltas: number[] = [];
  let [total, told] = [0, 0];
  const several = new Set(samples.lane).size > 1;
  for (let lane = 0; lane < lanes.length; lane++) {
    const root = nodes[0] as Node;
    let top: Node | null = several ? null : root;
    const ofTree = new Map<number, Node>();
    const nodeOf = (at: number): Node => {
      if (at === 0) {
        top ??= add(
          root,
          callFrame(`${lanes.name[lane]} (process ${lanes.process[lane]}, thread ${lanes.thread[lane]})`),
        );
        return top;
      }
      const known = ofTree.get(at);
      if (known) return known;
      const id = tree.function[at] as number;
      const frame = callFrame(
        functions.name[id] as string,
        functions.file[id] as string,
        functions.line[id] as number,
      );
      const node = add(nodeOf(tree.parent[at] as number), frame);
      ofTree.set(at, node);
      return node;
    };
    for (let i = offset[lane] as number; i < (offset[lane + 1] as number); i++) {
      const at = row[i] as number;
      const stack = samples.stack[at] as number;
      const weight = rowWeight(tables, starts, at, metric);
      if (stack < 0 || weight <= 0) continue;
      const node = nodeOf(tree.ofStack[stack] as number);
      node.hitCount++;
      countLine(node, frames.line[stacks.frame[stack] as number] as number);
      seen.push(node.id);
      // What was told is rounded in sum, so that it does not drift.
      deltas.push(Math.round(total) - told);
      told = Math.round(total);
      total += weight / unit;
    }
  }
  const startTime = Math.round(meta.clock.start / 1e3);
  return { nodes, startTime, endTime: startTime + Math.round(total), samples: seen, timeDeltas: deltas };
}

function countLine(node: Node, line: number): void {
  if (line <= 0) return;
  node.positionTicks ??= [];
  const known = node.positionTicks.find((each) => each.line === line);
  if (known) known.ticks++;
  else node.positionTicks.push({ line, ticks: 1 });
}
