import type { Interner, StackId } from '../../model/index.ts';
import { IDLE } from '../stackOverlay.ts';
import { pathOf } from './paths.ts';
import type { Profile, ProfileNode } from './records.ts';
import type { SeenFunctions } from './seenFunctions.ts';

/** What V8 calls what is no function, and what it is called here. */
const SPECIAL: Readonly<Record<string, string>> = {
  '(program)': '[native]',
  '(idle)': IDLE,
  '(garbage collector)': '[garbage collector]',
};
const ROOT = '(root)';
const ANONYMOUS = '(anonymous)';
/** Whoever loads a module calls its code, and none of its functions. */
const LOADER = 'node:internal/modules/';
/** Where the agent waits, for its profiler to come and to be done: nothing happens meanwhile. */
const WAITS = '/threads.cjs';
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
  private readonly seen: SeenFunctions;
  private readonly ownFolder: string;

  /** `seen`: learns where functions are defined. `ownFolder`: the agent's, whose functions are called by no name of theirs. */
  constructor(interner: Interner, seen: SeenFunctions, ownFolder: string) {
    this.interner = interner;
    this.seen = seen;
    this.ownFolder = ownFolder;
  }

  /** What a slice says, in order and without overlaps; equal neighbours are one. `isWorker`: of a thread that the program made. */
  stretches(profile: Profile, isWorker = false): Stretch[] {
    const leaves = this.leaves(profile.nodes, isWorker);
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
  private leaves(nodes: readonly ProfileNode[], isWorker: boolean): Map<number, Leaf> {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const leaves = new Map<number, Leaf>();
    const isChild = new Set(nodes.flatMap(({ children }) => children));
    const open: Call[] = [];
    for (const node of nodes)
      if (!isChild.has(node.id)) open.push({ node, parent: -1, caller: '', depth: 0, isAgents: false });
    while (open.length > 0) {
      const call = open.pop() as Call;
      const { node, parent, caller, depth } = call;
      if (leaves.has(node.id) || depth > DEEPEST) continue;
      const file = pathOf(node.url);
      const isEntry = isWorker && caller !== file && !caller.startsWith(LOADER);
      this.seen.add(file, node.name || ANONYMOUS, node.line, isEntry);
      const stack = this.stackOf(call, file, 0);
      const ticks = node.ticks.map(({ line, count }) => ({ count, stack: this.stackOf(call, file, line) }));
      leaves.set(node.id, new Leaf(stack, ticks));
      const isOwn = file.startsWith(this.ownFolder);
      // What the agent's wrappers call is the program's own.
      const isWrapper = isOwn && parent !== -1 && !file.endsWith(WAITS);
      const isAgents = call.isAgents || (isOwn && !isWrapper);
      for (const id of node.children) {
        const child = byId.get(id);
        if (child)
          open.push({
            node: child,
            parent: isWrapper ? parent : stack,
            caller: file,
            depth: depth + 1,
            isAgents,
          });
      }
    }
    return leaves;
  }

  /** `line`: of the node's function, 0 when unknown. */
  private stackOf({ node, parent, isAgents }: Call, file: string, line: number): StackId | -1 {
    const { interner } = this;
    if (isAgents && node.name === 'wait') return interner.stack(-1, special(interner, IDLE));
    if (isAgents || node.name === ROOT || interner.frameCount >= MOST_FRAMES) return parent;
    const known = node.url === '' ? SPECIAL[node.name] : undefined;
    if (known !== undefined) return interner.stack(parent, special(interner, known));
    if (file.startsWith(this.ownFolder)) return interner.stack(parent, special(interner, '[perfscope]'));
    const language = file === '' ? 'native' : 'javascript';
    return interner.stack(parent, interner.frame(node.name || ANONYMOUS, file, line, node.line, language));
  }
}

/** A node of the tree and how it is called. */
interface Call {
  readonly node: ProfileNode;
  readonly parent: StackId | -1;
  /** The caller's file. */
  readonly caller: string;
  readonly depth: number;
  /** Below a function of the agent that calls nothing of the program. */
  readonly isAgents: boolean;
}

const special = (interner: Interner, name: string) => interner.frame(name, '', 0, 0, 'native');

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
