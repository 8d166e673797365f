import { join } from 'node:path';
import type { Interner, StackId, Wait } from '../../model/index.ts';
import { IDLE } from '../stackOverlay.ts';
import type { Profile, ProfileNode } from './records.ts';
import type { Collection } from './sampledCollections.ts';
import type { Script, ThreadScripts } from './scripts/index.ts';
import type { SeenFunctions } from './seenFunctions.ts';

const COLLECTOR = '(garbage collector)';
/** What V8 calls what is no function, and what it is called here. */
const SPECIAL: Readonly<Record<string, string>> = {
  '(program)': '[native]',
  '(idle)': IDLE,
  [COLLECTOR]: '[garbage collector]',
};
/** Functions in which a thread does nothing but wait, by name and file. */
const WAITING_IN: Readonly<Record<string, Wait>> = {
  '(idle) ': 'poll',
  'spawnSync node:internal/child_process': 'child',
};
const ROOT = '(root)';
/** Whoever loads a module calls its code, and none of its functions. */
const LOADER = 'node:internal/modules/';
/** The agent's functions in which a thread waits for its profiler: nothing happens meanwhile. */
const AGENT_WAITS = new Set(['begin', 'lastSlice']);
/** Where the agent runs for itself; its other functions stand between the program and what it calls. */
const AGENT_FILES = ['threads.cjs', 'scripts.cjs'];
/** Stands between the program and `Atomics.wait`, which is no function of its own to V8. */
const WAIT_FILE = 'loop.cjs';
/** Stands between the program and the processes that it starts, and waits for them. */
const SPAWN_FILE = 'environment.cjs';
const ATOMICS_WAIT = 'Atomics.wait';
/** V8 has no function for them either, but it tells lines, and the script which of those copy a value through its text. */
const JSON_CLONE = 'JSON.parse(JSON.stringify)';
/** The interner tells 2^22 frames apart; a program must not use them all up. */
const MOST_FRAMES = 1 << 20;
/** Deeper calls are cut: a tree comes from the program. */
const DEEPEST = 2000;

/** A stack of a thread from `start` to `end`, Nanos. */
export interface Stretch {
  readonly start: number;
  end: number;
  readonly stack: StackId | -1;
  /** Samples of V8 that it was in. */
  count: number;
  /** What the thread waits for, as far as its stack tells. */
  readonly wait: Wait;
}

/** Times, Nanos, in which the samples of a slice were in garbage collection; of neighbours one. */
export function collectionsIn(profile: Profile): Collection[] {
  const nodes = new Set(profile.nodes.flatMap(({ id, name }) => (name === COLLECTOR ? [id] : [])));
  const found: { start: number; end: number }[] = [];
  if (nodes.size === 0) return found;
  let time = profile.start;
  let last = time;
  for (const [i, node] of profile.samples.entries()) {
    time += profile.deltas[i] as number;
    const end = Math.min(profile.end, time);
    if (end <= last) continue;
    const before = found.at(-1);
    if (nodes.has(node) && before?.end === last * 1e3) before.end = end * 1e3;
    else if (nodes.has(node)) found.push({ start: last * 1e3, end: end * 1e3 });
    last = end;
  }
  return found;
}

/** From V8's call trees to stacks. */
export class ProfileStacks {
  private readonly interner: Interner;
  private readonly seen: SeenFunctions;
  private readonly ownFolder: string;
  private readonly agentFiles: ReadonlySet<string>;
  private readonly waitFile: string;
  private readonly spawnFile: string;

  /** `seen`: learns where functions are defined. `ownFolder`: the agent's, whose functions are called by no name of theirs. */
  constructor(interner: Interner, seen: SeenFunctions, ownFolder: string) {
    this.interner = interner;
    this.seen = seen;
    this.ownFolder = ownFolder;
    this.agentFiles = new Set(AGENT_FILES.map((file) => join(ownFolder, file)));
    this.waitFile = join(ownFolder, WAIT_FILE);
    this.spawnFile = join(ownFolder, SPAWN_FILE);
  }

  /**
   * What a slice says, in order and without overlaps; equal neighbours are one. `scripts`: those of its
   * thread. `isWorker`: the program made that thread.
   */
  stretches(profile: Profile, scripts: ThreadScripts, isWorker = false): Stretch[] {
    const leaves = this.leaves(profile.nodes, scripts, isWorker);
    const result: Stretch[] = [];
    let time = profile.start;
    let last = time;
    for (const [i, node] of profile.samples.entries()) {
      // Ticks of V8's sampling thread may come out of turn.
      time += profile.deltas[i] as number;
      const end = Math.min(profile.end, time);
      const leaf = leaves.get(node);
      const stack = leaf?.next() ?? -1;
      if (end <= last) continue;
      const wait = leaf?.wait ?? 'none';
      append(result, { start: last * 1e3, end: end * 1e3, stack, count: 1, wait });
      last = end;
    }
    const tail = result.at(-1);
    if (tail && last < profile.end)
      append(result, { ...tail, start: last * 1e3, end: profile.end * 1e3, count: 0 });
    return result;
  }

  /** The stacks of each node's samples, line by line as far as that is known. */
  private leaves(
    nodes: readonly ProfileNode[],
    scripts: ThreadScripts,
    isWorker: boolean,
  ): Map<number, Leaf> {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const leaves = new Map<number, Leaf>();
    const totals = totalTicks(nodes);
    const isChild = new Set(nodes.flatMap(({ children }) => children));
    const open: Call[] = [];
    for (const node of nodes)
      if (!isChild.has(node.id))
        open.push({ node, parent: -1, caller: '', wait: 'none', depth: 0, isAgents: false });
    while (open.length > 0) {
      const call = open.pop() as Call;
      const { node, parent, caller, depth } = call;
      if (leaves.has(node.id) || depth > DEEPEST) continue;
      const script = scripts.of(node);
      const { file } = script;
      script.count(node.ticks.reduce((sum, { count }) => sum + count, 0));
      const own = script.place(node);
      const isEntry = isWorker && caller !== file && !caller.startsWith(LOADER);
      this.seen.add(file, own, isEntry);
      const stack = this.stackOf(call, script);
      const ticks = node.ticks.map(({ line, count }) => ({
        count,
        stack: this.stackOf(call, script, line, true),
      }));
      const wait = this.waitOf(call, file, stack);
      leaves.set(node.id, new Leaf(stack, ticks, wait));
      const isOwn = file.startsWith(this.ownFolder);
      // What the agent's wrappers call is the program's own.
      const isWrapper = isOwn && parent !== -1 && !this.agentFiles.has(file);
      const isAgents = call.isAgents || (isOwn && !isWrapper);
      const below = { caller: file, wait, depth: depth + 1, isAgents };
      for (const id of node.children) {
        const child = byId.get(id);
        if (!child) continue;
        const line = isOwn ? 0 : script.lineOfCall(node, child, totals.get(id) ?? 0);
        const calling = line > 0 ? this.stackOf(call, script, line) : stack;
        open.push({ node: child, parent: isWrapper ? parent : calling, ...below });
      }
    }
    return leaves;
  }

  /** What a thread waits for whose innermost function is that of a call. Native functions are how a function waits. */
  private waitOf({ node, parent, wait }: Call, file: string, stack: StackId | -1): Wait {
    if (this.agentFiles.has(file) && AGENT_WAITS.has(node.name)) return 'other';
    if (file === this.waitFile && node.name === 'wait') return 'lock';
    const isPart = stack === parent || node.url === '' || file.startsWith(this.ownFolder);
    return WAITING_IN[`${node.name} ${node.url}`] ?? (isPart ? wait : 'none');
  }

  /** `line`: of the script; absent when it is not known. `isInnermost`: it is what ran there, and not what called something. */
  private stackOf(
    { node, parent, isAgents }: Call,
    script: Script,
    line?: number,
    isInnermost = false,
  ): StackId | -1 {
    const { interner } = this;
    const { file } = script;
    if (this.agentFiles.has(file) && AGENT_WAITS.has(node.name))
      return interner.stack(-1, special(interner, IDLE));
    if (file === this.spawnFile && parent !== -1) return parent;
    if (isAgents || node.name === ROOT || interner.frameCount >= MOST_FRAMES) return parent;
    const known = node.url === '' ? SPECIAL[node.name] : undefined;
    if (known !== undefined) return interner.stack(parent, special(interner, known));
    if (file === this.waitFile && node.name === 'wait')
      return interner.stack(parent, special(interner, ATOMICS_WAIT));
    if (file.startsWith(this.ownFolder)) {
      const own = special(interner, '[perfscope]');
      return interner.stack(this.agentFiles.has(file) ? -1 : parent, own);
    }
    let stack = parent;
    for (const place of line === undefined ? [script.place(node)] : script.placesAt(node, line)) {
      const language = place.file === '' ? 'native' : 'javascript';
      const { name, functionLine } = place;
      stack = interner.stack(stack, interner.frame(name, place.file, place.line, functionLine, language));
    }
    const isClone = isInnermost && line !== undefined && script.isJsonClone(line);
    return isClone ? interner.stack(stack, special(interner, JSON_CLONE)) : stack;
  }
}

/** A node of the tree and how it is called. */
interface Call {
  readonly node: ProfileNode;
  readonly parent: StackId | -1;
  /** The caller's file. */
  readonly caller: string;
  /** What the caller waits for. */
  readonly wait: Wait;
  readonly depth: number;
  /** Below a function of the agent that calls nothing of the program. */
  readonly isAgents: boolean;
}

/** Samples in each node and what it called. Nodes come before what they called. */
function totalTicks(nodes: readonly ProfileNode[]): Map<number, number> {
  const totals = new Map(
    nodes.map(({ id, ticks }) => [id, ticks.reduce((sum, { count }) => sum + count, 0)]),
  );
  for (let at = nodes.length - 1; at >= 0; at--) {
    const { id, children } = nodes[at] as ProfileNode;
    const below = children.reduce((sum, child) => sum + (totals.get(child) ?? 0), 0);
    totals.set(id, (totals.get(id) ?? 0) + below);
  }
  return totals;
}

const special = (interner: Interner, name: string) => interner.frame(name, '', 0, 0, 'native');

/** Samples of one node: V8 counts them by line and does not tell which was when. */
class Leaf {
  readonly wait: Wait;
  private readonly stack: StackId | -1;
  private readonly ticks: { count: number; stack: StackId | -1 }[];

  constructor(stack: StackId | -1, ticks: { count: number; stack: StackId | -1 }[], wait: Wait) {
    this.stack = stack;
    this.ticks = ticks;
    this.wait = wait;
  }

  next(): StackId | -1 {
    const tick = this.ticks.at(-1);
    if (!tick) return this.stack;
    if (--tick.count <= 0) this.ticks.pop();
    return tick.stack;
  }
}

function append(stretches: Stretch[], added: Stretch): void {
  const last = stretches.at(-1);
  if (last && last.stack === added.stack && last.end === added.start) {
    last.end = added.end;
    last.count += added.count;
  } else stretches.push(added);
}
