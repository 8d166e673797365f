import type { StackId } from '../../model/index.ts';
import type { ImportedProfile } from '../importedProfile.ts';
import { isObject, type Json, listOf, numberOf, stringOf, u32Of } from '../json.ts';
import { pathOf } from '../sourceLanguage.ts';

const ROOT = '(root)';
const IDLE = '(idle)';
/** What V8 calls what is no function, and what it is called in recordings. */
const SPECIAL: Readonly<Record<string, string>> = {
  '(program)': '[native]',
  [IDLE]: '[idle]',
  '(garbage collector)': '[garbage collector]',
};

interface Node {
  readonly name: string;
  readonly file: string;
  readonly functionLine: number;
  /** Lines that ran, one for each tick; empty where V8 does not tell. */
  readonly lines: readonly { readonly line: number; readonly ticks: number }[];
  parent: number | null;
  stack: StackId | -1 | null;
  /** Samples that were given a line already. */
  taken: number;
}

/** The calls of a profile: a stack for each node, and for each sample of it the next of the lines that were counted for it. */
export class CallNodes {
  private readonly nodes = new Map<number, Node>();
  private readonly profile: ImportedProfile;
  /** Nodes that are none, or that contradict each other. */
  damaged = 0;

  constructor(profile: ImportedProfile, nodes: readonly unknown[]) {
    this.profile = profile;
    for (const value of nodes) this.add(value);
    // Chrome names children, its streamed form parents.
    for (const value of nodes) {
      if (!isObject(value)) continue;
      const id = numberOf(value.id);
      for (const child of listOf(value.children)) this.link(numberOf(child), id);
      if (value.parent !== undefined) this.link(id, numberOf(value.parent));
    }
  }

  get size(): number {
    return this.nodes.size;
  }

  isIdle(id: number): boolean {
    return this.nodes.get(id)?.name === SPECIAL[IDLE];
  }

  has(id: number): boolean {
    return this.nodes.has(id);
  }

  /** The stack of the next sample of a node; -1 for the root and for what is not there. */
  nextStack(id: number): StackId | -1 {
    const node = this.nodes.get(id);
    if (!node || this.isRoot(node)) return -1;
    const line = lineAt(node, node.taken++);
    return line === 0 ? this.stackOf(id) : this.withLine(node, line);
  }

  private add(value: unknown): void {
    const frame = isObject(value) && isObject(value.callFrame) ? value.callFrame : null;
    const id = isObject(value) ? numberOf(value.id) : Number.NaN;
    if (!isObject(value) || frame === null || Number.isNaN(id) || this.nodes.has(id)) {
      this.damaged++;
      return;
    }
    const called = stringOf(frame.functionName);
    const special = SPECIAL[called];
    this.nodes.set(id, {
      name: special ?? (called === '' ? '(anonymous)' : called),
      file: special === undefined ? pathOf(stringOf(frame.url)) : '',
      // V8 counts lines from 0.
      functionLine: special === undefined ? u32Of(numberOf(frame.lineNumber) + 1) : 0,
      lines: linesOf(value),
      parent: null,
      stack: null,
      taken: 0,
    });
  }

  private link(child: number, parent: number): void {
    const node = this.nodes.get(child);
    if (!node || !this.nodes.has(parent) || node.parent !== null || child === parent) this.damaged++;
    else node.parent = parent;
  }

  private isRoot({ name, parent }: Node): boolean {
    return name === ROOT && parent === null;
  }

  /** Without recursion: a chain of calls may be as long as the file. A circle of parents ends where it began. */
  private stackOf(id: number): StackId | -1 {
    const way: Node[] = [];
    let at: number | null = id;
    let below: StackId | -1 = -1;
    const seen = new Set<number>();
    while (at !== null) {
      const node = this.nodes.get(at);
      if (!node || this.isRoot(node)) break;
      if (node.stack !== null) {
        below = node.stack;
        break;
      }
      if (seen.has(at)) {
        this.damaged++;
        break;
      }
      seen.add(at);
      way.push(node);
      at = node.parent;
    }
    for (const node of way.reverse()) {
      below = this.profile.stack(below, this.frameOf(node, 0));
      node.stack = below;
    }
    return below;
  }

  private withLine(node: Node, line: number): StackId {
    const below = node.parent === null ? -1 : this.stackOf(node.parent);
    return this.profile.stack(below, this.frameOf(node, line));
  }

  private frameOf({ name, file, functionLine }: Node, line: number) {
    const language = file === '' || file.startsWith('wasm:') ? 'native' : 'javascript';
    return this.profile.frame(name, file, line, functionLine, language);
  }
}

function linesOf(value: Json): Node['lines'] {
  return listOf(value.positionTicks).flatMap((each) => {
    const [line, ticks] = isObject(each) ? [u32Of(each.line), u32Of(each.ticks)] : [0, 0];
    return line > 0 && ticks > 0 ? [{ line, ticks }] : [];
  });
}

/** The line of the n-th sample: the first line has the first of them, and so on; 0 beyond those that were counted. */
function lineAt({ lines }: Node, n: number): number {
  let left = n;
  for (const { line, ticks } of lines) {
    if (left < ticks) return line;
    left -= ticks;
  }
  return 0;
}
