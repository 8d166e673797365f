import type { FrameId, Interner, StackId, StringId } from '../../model/index.ts';
import type { Call } from './events.ts';
import type { ThreadScripts } from './scripts/index.ts';
import type { SeenFunctions } from './seenFunctions.ts';

/** Calls of the libraries that keep pools: the program's own are below them. */
const POOL_LIBRARY = /[\\/]node_modules[\\/](?:piscina|tinypool|workerpool)[\\/]/;
/** Texts and sites that a thread may bring. */
const MOST = 20_000;

/** The texts and call sites of one thread, by its numbers. */
export class ThreadNames {
  private readonly interner: Interner;
  private readonly seen: SeenFunctions;
  private readonly scripts: ThreadScripts;
  private readonly texts = new Map<number, string>();
  private readonly calls = new Map<number, readonly Call[]>();
  private readonly stacks = new Map<number, StackId | -1>();

  constructor(interner: Interner, seen: SeenFunctions, scripts: ThreadScripts) {
    this.interner = interner;
    this.seen = seen;
    this.scripts = scripts;
  }

  learnText(number: number, text: string): void {
    if (this.texts.size < MOST) this.texts.set(number, text);
  }

  learnSite(number: number, calls: readonly Call[]): void {
    if (this.calls.size < MOST) this.calls.set(number, calls);
  }

  text(number: number): string {
    return this.texts.get(number) ?? '';
  }

  /** -1 for none. */
  string(number: number): StringId | -1 {
    const text = this.texts.get(number);
    return text === undefined ? -1 : this.interner.string(text);
  }

  /** The library whose pool the site is in; empty for none. */
  library(site: number): string {
    const [first] = this.calls.get(site) ?? [];
    return /[\\/](piscina|tinypool|workerpool)[\\/]/.exec(first?.file ?? '')?.[1] ?? '';
  }

  /** The program's stack at a site, without what a pool's library calls; -1 when it is not known. */
  stack(site: number): StackId | -1 {
    const known = this.stacks.get(site);
    if (known !== undefined) return known;
    const calls = [...(this.calls.get(site) ?? [])];
    while (calls[0] && POOL_LIBRARY.test(calls[0].file)) calls.shift();
    let stack: StackId | -1 = -1;
    for (const call of calls.reverse()) stack = this.interner.stack(stack, this.frame(call));
    this.stacks.set(site, stack);
    return stack;
  }

  private frame({ name: called, file: url, line, column }: Call): FrameId {
    const place = this.scripts.at(url).callAt(line, column);
    const name = called === '' ? '(anonymous)' : called;
    const functionLine = this.seen.lineOf(place.file, name, place.line);
    return this.interner.frame(name, place.file, place.line, functionLine, 'javascript');
  }
}
