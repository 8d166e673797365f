import type { Interner, StackId } from '../../model/index.ts';
import { pathOf } from '../sourcePath.ts';
import { IDLE } from '../stackOverlay.ts';
import type { Profile, ProfileNode } from './records.ts';

/** What V8 calls what is no function, and what it is called here. */
const SPECIAL: Readonly<Record<string, string>> = {
  '(program)': '[native]',
  '(idle)': IDLE,
  '(garbage collector)': '[garbage collector]',
};
const ROOT = '(root)';
/** The interner tells 2^22 frames apart; a program must not use them all up. */
const MOST_FRAMES = 1 << 20;
/** Deeper calls are cut: a tree comes from the program. */
const DEEPEST = 2000;

/** A stack of a thread from `start` to `end`, Nanos. */
export interface Stretch {
  readonly start: number;
  end: number;
  readonly stack: StackId | -1;
}

/** From V8's call trees to stacks. */
export class ProfileStacks {
  private readonly interner: Interner;
  private readonly ownFolder: string;
  /** The agent's stack, once it was seen. */
  private own: StackId | -2 = -2;

  /** `ownFolder`: the agent's, whose functions are called by no name of theirs. */
  constructor(interner: Interner, ownFolder: string) {
    this.interner = interner;
    this.ownFolder = ownFolder;
  }

  /** What a slice says, in order and without overlaps; equal neighbours are one. */
  stretches(profile: Profile): Stretch[] {
    const leaves = this.leaves(profile.nodes);
    const result: Stretch[] = [];
    let time = profile.start;
    let last = time;
    for (const [i, node] of profile.samples.entries()) {
      // Ticks of V8's sampling thread may come out of turn.
      time += profile.deltas[i] as number;
      const end = Math.min(profile.end, time);
      const stack = leaves.get(node)?.next() ?? -1;
      if (end <= last) continue;
      append(result, last * 1e3, end * 1e3, stack);
      last = end;
    }
    const tail = result.at(-1);
    if (tail && last < profile.end) append(result, last * 1e3, profile.end * 1e3, tail.stack);
    return result;
  }

  /** The stacks of each node's samples, line by line as far as that is known. */
  private leaves(nodes: readonly ProfileNode[]): Map<number, Leaf> {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const leaves = new Map<number, Leaf>();
    const isChild = new Set(nodes.flatMap(({ children }) => children));
    const open: { node: ProfileNode; parent: StackId | -1; depth: number }[] = [];
    for (const node of nodes) if (!isChild.has(node.id)) open.push({ node, parent: -1, depth: 0 });
    while (open.length > 0) {
      const { node, parent, depth } = open.pop() as (typeof open)[number];
      if (leaves.has(node.id) || depth > DEEPEST) continue;
      const stack = this.stackOf(parent, node, 0);
      const ticks = node.ticks.map(({ line, count }) => ({ count, stack: this.stackOf(parent, node, line) }));
      leaves.set(node.id, new Leaf(stack, ticks));
      for (const id of node.children) {
        const child = byId.get(id);
        if (child) open.push({ node: child, parent: stack, depth: depth + 1 });
      }
    }
    return leaves;
  }

  /** `line`: of the node's function, 0 when unknown. */
  private stackOf(parent: StackId | -1, node: ProfileNode, line: number): StackId | -1 {
    const { interner } = this;
    if (node.name === ROOT || interner.frameCount >= MOST_FRAMES || parent === this.own) return parent;
    const special = node.url === '' ? SPECIAL[node.name] : undefined;
    if (special !== undefined) return interner.stack(parent, interner.frame(special, '', 0, 0, 'native'));
    const file = pathOf(node.url);
    if (file.startsWith(this.ownFolder)) {
      // None of the program's code runs below the agent's.
      this.own = interner.stack(-1, interner.frame('[perfscope]', '', 0, 0, 'native'));
      return this.own;
    }
    const name = node.name === '' ? '(anonymous)' : node.name;
    const language = file === '' ? 'native' : 'javascript';
    return interner.stack(parent, interner.frame(name, file, line, node.line, language));
  }
}

/** Samples of one node: V8 counts them by line and does not tell which was when. */
class Leaf {
  private readonly stack: StackId | -1;
  private readonly ticks: { count: number; stack: StackId | -1 }[];

  constructor(stack: StackId | -1, ticks: { count: number; stack: StackId | -1 }[]) {
    this.stack = stack;
    this.ticks = ticks;
  }

  next(): StackId | -1 {
    const tick = this.ticks.at(-1);
    if (!tick) return this.stack;
    if (--tick.count <= 0) this.ticks.pop();
    return tick.stack;
  }
}

function append(stretches: Stretch[], start: number, end: number, stack: StackId | -1): void {
  const last = stretches.at(-1);
  if (last && last.stack === stack && last.end === start) last.end = end;
  else stretches.push({ start, end, stack });
}
