import type { Interpreters } from './interpreters.ts';
import type { Layout } from './layouts/layout.ts';
import type { Memory } from './memory.ts';
import type { Objects } from './objects.ts';

/** Threads whose names are read at once; the rest keep the names that the kernel knows. */
const MAX_NAMES = 4096;

/**
 * What the program calls its threads and processes, from the modules that keep these names.
 *
 *     sys.modules['threading'] . _active            {Thread.ident: Thread} . _name
 *     sys.modules['multiprocessing.process'] . _current_process . _name
 */
export class Names {
  private readonly memory: Memory;
  private readonly layout: Layout;
  private readonly objects: Objects;
  private readonly interpreters: Interpreters;
  /** Dicts of modules by name: a module keeps its dict for life. */
  private readonly moduleDicts = new Map<string, number>();
  /** How many modules there were when one was last looked for in vain. */
  private readonly modulesSearched = new Map<string, number>();

  constructor(memory: Memory, layout: Layout, objects: Objects, interpreters: Interpreters) {
    this.memory = memory;
    this.layout = layout;
    this.objects = objects;
    this.interpreters = interpreters;
  }

  /** Name of each thread that `threading` knows, by its `ident`, which is the `threadId` of its state. */
  threads(): Map<number, string> {
    const { objects } = this;
    const names = new Map<number, string>();
    const dict = this.moduleDict('threading');
    const active = dict === 0 ? 0 : objects.lookup(dict, '_active');
    if (active === 0) return names;
    const { keys, values } = objects.entries(active);
    for (let i = 0; i < Math.min(keys.length, MAX_NAMES); i++) {
      const ident = objects.integer(keys[i] as number);
      const name = objects.attribute(values[i] as number, '_name');
      const text = name === 0 ? null : objects.text(name);
      if (ident !== null && text !== null) names.set(ident, text);
    }
    return names;
  }

  /** The name that `multiprocessing` gave the process; null when the program does not use it. */
  process(): string | null {
    const { objects } = this;
    const dict = this.moduleDict('multiprocessing.process');
    const process = dict === 0 ? 0 : objects.lookup(dict, '_current_process');
    const name = process === 0 ? 0 : objects.attribute(process, '_name');
    return name === 0 ? null : objects.text(name);
  }

  /** The text `sys.version`; null when it cannot be read. */
  pythonVersion(): string | null {
    const dict = this.moduleDict('sys');
    const version = dict === 0 ? 0 : this.objects.lookup(dict, 'version');
    return version === 0 ? null : this.objects.text(version);
  }

  private moduleDict(name: string): number {
    const known = this.moduleDicts.get(name);
    if (known !== undefined) return known;
    const main = this.interpreters.addresses.at(-1);
    if (main === undefined) return 0;
    const modules = this.memory.pointerAt(main + this.layout.interpreter.modules);
    const entries = modules === 0 ? null : this.objects.entries(modules);
    // A search reads the name of every module, a thousand of them in a large program: only again when there are more.
    if (entries === null || this.modulesSearched.get(name) === entries.keys.length) return 0;
    const module = this.objects.lookup(modules, name);
    const dict = module === 0 ? 0 : this.objects.moduleDict(module);
    if (dict === 0) this.modulesSearched.set(name, entries.keys.length);
    else this.moduleDicts.set(name, dict);
    return dict;
  }
}
