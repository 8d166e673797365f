import { type CallSyntax, type FunctionSyntax, syntaxOf } from './syntax.ts';
import { Lines } from './text.ts';

/** A function of a script. Lines and columns are from 1 and of the script as it runs. */
export interface Extent {
  readonly name: string;
  /** Where V8 says that the function is. */
  readonly line: number;
  readonly column: number;
}

/** The code outside of all functions. */
const TOP = -1;
const SHARED = -2;
const NO_FUNCTION = -3;
/** Characters of a line, from which on it is the work of a tool that puts many statements into one. */
const LONGEST_LINE = 400;

/** Which lines of a script belong to which of its functions. */
export class Extents {
  /** Lines of the script. */
  readonly size: number;
  private readonly functions: readonly FunctionSyntax[];
  private readonly lines: Lines;
  private readonly firsts: Int32Array;
  private readonly lasts: Int32Array;
  /** The only function with code on each line, the script's own code not counted; `TOP` when there is none, `SHARED` for several. */
  private readonly owners: Int32Array;
  /** Names that V8 has used. */
  private readonly names = new Map<number, string>();
  /** Lines of calls by the called name, in each function and in all of the script; `SHARED` for several. */
  private readonly calls = new Map<FunctionSyntax | null, Map<string, number>>();
  private readonly allCalls = new Map<string, number>();
  /** Lines that copy a value through its text. */
  private readonly clones = new Set<number>();

  /** Throws when the text is no JavaScript. */
  constructor(text: string) {
    const { functions, calls, clones } = syntaxOf(text);
    this.functions = functions;
    this.lines = new Lines(text);
    for (const call of calls) this.learnCall(call);
    for (const { at } of clones) {
      const { line } = this.lines.placeOf(at);
      const next = this.lines.starts[line] ?? text.length;
      if (next - (this.lines.starts[line - 1] as number) <= LONGEST_LINE) this.clones.add(line);
    }
    this.size = this.lines.starts.length;
    this.firsts = Int32Array.from(this.functions, ({ start }) => this.lines.placeOf(start).line);
    this.lasts = Int32Array.from(this.functions, ({ end }) => this.lines.placeOf(end).line);
    this.owners = this.findOwners();
  }

  /**
   * The function to which a line belongs on which V8 has seen the one at `line` and `column`, called `name`. Null when it is that
   * function's own line, or nobody can tell: lines that several functions share stay with whoever was seen there.
   */
  inlinedAt(name: string, line: number, column: number, seenLine: number): Extent | null {
    const caller = line === 1 && column === 1 ? TOP : this.functionAt(line, column);
    if (caller === NO_FUNCTION) return null;
    if (caller !== TOP) this.names.set(caller, name);
    const owner = this.owners[seenLine] ?? SHARED;
    if (owner < 0 || owner === caller) return null;
    const [first = 0, last = 0] = [this.firsts[owner], this.lasts[owner]];
    // The line on which a function begins or ends is its caller's, too, if it is made there.
    if (caller === TOP && !(seenLine > first && seenLine < last)) return null;
    const { name: own, parameters } = this.functions[owner] as FunctionSyntax;
    if (own === null) return null;
    return { name: this.names.get(owner) ?? own, ...this.lines.placeOf(parameters) };
  }

  /**
   * The line at which the function at `line` and `column` calls one of the name `called`; 0 when there is none or are several.
   * `isAnywhere`: the only such call of the script will do, since V8 may have put the function that it is in into the caller.
   */
  callAt(line: number, column: number, called: string, isAnywhere: boolean): number {
    const caller = line === 1 && column === 1 ? TOP : this.functionAt(line, column);
    if (caller === NO_FUNCTION) return 0;
    const own = this.calls.get(this.functions[caller] ?? null)?.get(called);
    const found = own ?? (isAnywhere ? this.allCalls.get(called) : undefined) ?? 0;
    return Math.max(0, found);
  }

  /** Whether a line copies a value by making text of it and parsing that. */
  isJsonClone(line: number): boolean {
    return this.clones.has(line);
  }

  private learnCall({ name, at, owner }: CallSyntax): void {
    const { line } = this.lines.placeOf(at);
    const own = this.calls.get(owner) ?? new Map<string, number>();
    this.calls.set(owner, own);
    for (const lines of [own, this.allCalls])
      lines.set(name, (lines.get(name) ?? line) === line ? line : SHARED);
  }

  /** The function of which V8 says that it is there. */
  private functionAt(line: number, column: number): number {
    const offset = this.lines.offsetOf(line, column);
    let [low, high] = [-1, this.functions.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.functions[middle] as FunctionSyntax).start <= offset) low = middle;
      else high = middle;
    }
    const found = this.functions[low];
    return offset >= 0 && found && offset <= found.bodyStart ? low : NO_FUNCTION;
  }

  /** One pass over the lines: `open` holds the functions that have begun before a line and end behind it. */
  private findOwners(): Int32Array {
    const { firsts, lasts, size } = this;
    const owners = new Int32Array(size + 1).fill(TOP);
    const open: number[] = [];
    let next = 0;
    for (let line = 1; line <= size; line++) {
      while (open.length > 0 && (lasts[open.at(-1) as number] as number) <= line) open.pop();
      for (; next < firsts.length && (firsts[next] as number) < line; next++)
        if ((lasts[next] as number) > line) open.push(next);
      owners[line] = open.at(-1) ?? TOP;
    }
    for (let i = 0; i < firsts.length; i++) {
      for (const line of new Set([firsts[i] as number, lasts[i] as number]))
        owners[line] = owners[line] === TOP ? i : SHARED;
    }
    return owners;
  }
}
