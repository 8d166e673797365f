import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import { isOfPool, type Machinery, machineryOf } from './activity.ts';
import { type Origin, placeOf } from './origin.ts';

/** A function as views show it. */
export interface LiveFunction {
  readonly name: string;
  readonly file: string;
  /** Where it is, in few cells. */
  readonly place: string;
  readonly origin: Origin;
}

/** Self and total of a function, in Nanos of CPU. */
export interface HotFunction {
  readonly id: number;
  readonly called: LiveFunction;
  readonly self: number;
  readonly total: number;
}

/** Weights of some lanes: Nanos of CPU by node of the call tree, with what its callees used. */
export interface CallWeights {
  readonly total: ArrayLike<number>;
  /** Everything: the root's total. */
  readonly whole: number;
  readonly hot: readonly HotFunction[];
}

const MOST_FUNCTIONS = 4194304;

/**
 * The calls of a run as one tree of functions that grows with every batch. Node 0 is the root; a parent precedes its
 * children. Totals are kept, not computed: a sample walks up its stack once, and what a picture costs does not depend on
 * the size of the tree. Memory grows with the distinct stacks of a run and not with its length.
 */
export class LiveCalls {
  readonly functions: LiveFunction[] = [];
  readonly parent: number[] = [-1];
  readonly functionOf: number[] = [-1];
  readonly firstChild: number[] = [-1];
  readonly nextSibling: number[] = [-1];
  private readonly total: number[] = [0];
  private readonly machinery: Machinery[] = ['none'];
  private readonly functionSelf: number[] = [];
  private readonly functionTotal: number[] = [];
  /** Number of the walk that met a function last: a recursive call counts once. */
  private readonly met: number[] = [];
  private walk = 0;

  private readonly strings: string[] = [];
  private readonly frameFunction: number[] = [];
  private readonly stackNode: number[] = [];
  private readonly functionIds = new Map<string, number>();
  private readonly nodeIds = new Map<number, number>();

  /** Takes the strings, frames and stacks that a batch brought. */
  learn({ strings, frames, stacks }: Pick<SessionBatch, 'strings' | 'frames' | 'stacks'>): void {
    for (let i = 0; i < strings.length; i++) this.strings.push(strings.value[i] ?? '');
    for (let i = 0; i < frames.length; i++) {
      const name = this.strings[frames.name[i] ?? -1] ?? '';
      const file = this.strings[frames.file[i] ?? -1] ?? '';
      this.frameFunction.push(
        this.functionId(name, file, frames.functionLine[i] ?? 0, frames.language[i] ?? 0),
      );
    }
    for (let i = 0; i < stacks.length; i++) {
      const parent = stacks.parent[i] ?? -1;
      const below = parent < 0 ? 0 : (this.stackNode[parent] ?? 0);
      this.stackNode.push(this.nodeId(below, this.frameFunction[stacks.frame[i] ?? -1] ?? 0));
    }
  }

  /** The node of a stack; the root for no stack. */
  nodeOf(stack: number): number {
    return stack < 0 ? 0 : (this.stackNode[stack] ?? 0);
  }

  /** What a thread that waits at this node waits in. */
  machineryAt(node: number): Machinery {
    return this.machinery[node] ?? 'none';
  }

  /** The function of a frame; -1 when unknown. */
  functionOfFrame(frame: number): number {
    return this.frameFunction[frame] ?? -1;
  }

  /** A text by its row of `strings`. */
  text(row: number): string {
    return this.strings[row] ?? '';
  }

  /** The innermost function of the reader's own on the way to a node. */
  ownCode(node: number): LiveFunction | undefined {
    return this.functions[this.innermost(node, (id) => this.functions[id]?.origin === 'own')];
  }

  /**
   * The innermost of the reader's own functions on the way to a node, else the innermost of all; -1 for the root. Below a
   * pool's code it is what that has called: a forked worker has the frames of its parent as well, which do nothing there.
   */
  speaker(node: number): number {
    if (this.machineryAt(node) === 'pool') return this.servant(node);
    const own = this.innermost(node, (id) => this.functions[id]?.origin === 'own');
    return own >= 0 ? own : (this.functionOf[node] ?? -1);
  }

  /** The innermost function that is asked for on the way to a node; -1 when there is none. */
  innermost(node: number, wanted: (id: number) => boolean): number {
    for (let at = node; at > 0; at = this.parent[at] ?? 0) {
      const id = this.functionOf[at] ?? -1;
      if (id >= 0 && wanted(id)) return id;
    }
    return -1;
  }

  called(node: number): LiveFunction | undefined {
    return this.functions[this.functionOf[node] ?? -1];
  }

  /** The node of a function that has most of its time; the root when none has any. */
  heaviest(id: number, { total }: Pick<CallWeights, 'total'>): number {
    let heaviest = 0;
    let most = 0;
    for (let node = 1; node < this.functionOf.length; node++) {
      if (this.functionOf[node] !== id || (total[node] ?? 0) <= most) continue;
      heaviest = node;
      most = total[node] ?? 0;
    }
    return heaviest;
  }

  /** Counts `weight` for a node, and in the totals of all that called it. */
  add(node: number, weight: number): void {
    this.spread(node, weight, this.total, this.functionSelf, this.functionTotal);
  }

  /** Nanos of CPU of the whole run. */
  get whole(): number {
    return this.total[0] ?? 0;
  }

  /** Weights of the whole run. */
  all(): CallWeights {
    return {
      total: this.total,
      whole: this.whole,
      hot: this.ranked(this.functionSelf, this.functionTotal),
    };
  }

  /** Weights of one lane, from its own self weights. */
  of(self: ReadonlyMap<number, number>): CallWeights {
    const total = new Float64Array(this.parent.length);
    const functionSelf = new Float64Array(this.functions.length);
    const functionTotal = new Float64Array(this.functions.length);
    for (const [node, weight] of self) this.spread(node, weight, total, functionSelf, functionTotal);
    return { total, whole: total[0] ?? 0, hot: this.ranked(functionSelf, functionTotal) };
  }

  private spread(
    node: number,
    weight: number,
    total: number[] | Float64Array,
    functionSelf: number[] | Float64Array,
    functionTotal: number[] | Float64Array,
  ): void {
    const walk = ++this.walk;
    const leaf = this.functionOf[node] ?? -1;
    if (leaf >= 0) functionSelf[leaf] = (functionSelf[leaf] ?? 0) + weight;
    for (let at = node; at >= 0; at = this.parent[at] ?? -1) {
      total[at] = (total[at] ?? 0) + weight;
      const id = this.functionOf[at] ?? -1;
      if (id < 0 || this.met[id] === walk) continue;
      this.met[id] = walk;
      functionTotal[id] = (functionTotal[id] ?? 0) + weight;
    }
  }

  private ranked(self: ArrayLike<number>, total: ArrayLike<number>): HotFunction[] {
    const hot: HotFunction[] = [];
    for (let id = 0; id < this.functions.length; id++) {
      const called = this.functions[id];
      if (called && (total[id] ?? 0) > 0)
        hot.push({ id, called, self: self[id] ?? 0, total: total[id] ?? 0 });
    }
    return hot.sort((a, b) => b.self - a.self || b.total - a.total || a.id - b.id);
  }

  private functionId(name: string, file: string, line: number, language: number): number {
    const key = `${name}\0${file}\0${line}`;
    let id = this.functionIds.get(key);
    if (id === undefined) {
      id = this.functions.length;
      this.functionIds.set(key, id);
      // What a function is inside of is told without the word for it, which takes nine cells.
      const short = name.replaceAll('.<locals>.', '.');
      this.functions.push({ name: short, file, ...placeOf(name, file, line, language) });
      this.functionSelf.push(0);
      this.functionTotal.push(0);
      this.met.push(0);
    }
    return id;
  }

  private nodeId(below: number, called: number): number {
    const key = below * MOST_FUNCTIONS + called;
    let node = this.nodeIds.get(key);
    if (node === undefined) {
      node = this.parent.length;
      this.nodeIds.set(key, node);
      this.parent.push(below);
      this.functionOf.push(called);
      this.firstChild.push(-1);
      this.nextSibling.push(this.firstChild[below] ?? -1);
      this.firstChild[below] = node;
      this.total.push(0);
      this.machinery.push(this.machineryFrom(node));
    }
    return node;
  }

  /** What the innermost function of a pool's code calls on the way to a node, or that function itself. */
  private servant(node: number): number {
    let its = this.functionOf[node] ?? -1;
    for (let at = node; at > 0; at = this.parent[at] ?? 0) {
      const called = this.called(at);
      if (!called || isOfPool(called)) break;
      its = this.functionOf[at] ?? -1;
    }
    return its;
  }

  private machineryFrom(node: number): Machinery {
    const calls: LiveFunction[] = [];
    for (let at = node; at > 0; at = this.parent[at] ?? 0) {
      const called = this.called(at);
      if (!called || called.origin === 'own') break;
      calls.push(called);
    }
    return machineryOf(calls);
  }
}
