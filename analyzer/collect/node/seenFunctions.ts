import type { Place } from './scripts/index.ts';

/** Functions of a program that a run may have. */
const MOST = 1 << 18;

/** Where functions are defined, as far as profiles have told: who names a function or a call need not know. */
export class SeenFunctions {
  private readonly files = new Map<string, Map<string, number[]>>();
  /** Functions of a file that others call, and how often they were seen so. */
  private readonly entries = new Map<string, Map<string, { readonly place: Place; count: number }>>();
  private count = 0;

  /** `script`: the file that runs, whose original may be another. `isEntry`: the caller is in another script. */
  add(script: string, place: Place, isEntry: boolean): void {
    const { file, name, functionLine: line } = place;
    if (file === '' || line === 0) return;
    let lines = this.files.get(file)?.get(name);
    if (!lines) {
      if (++this.count > MOST) return;
      lines = [];
      const names = this.files.get(file) ?? new Map<string, number[]>();
      this.files.set(file, names.set(name, lines));
    }
    if (!lines.includes(line)) lines.push(line);
    if (!isEntry) return;
    const entries = this.entries.get(script) ?? new Map();
    this.entries.set(script, entries);
    const key = `${name}\n${line}`;
    const entry = entries.get(key) ?? { place, count: 0 };
    entry.count++;
    entries.set(key, entry);
  }

  /** The line at which the function of a call at `line` is defined; 0 when unknown. */
  lineOf(file: string, name: string, line: number): number {
    const lines = this.files.get(file)?.get(name) ?? [];
    return Math.max(0, ...lines.filter((each) => each <= line));
  }

  /**
   * The function of that name that others call in a script; without a name, the one that is called most. Null when none was seen.
   */
  entryOf(script: string, name: string): Place | null {
    const entries = [...(this.entries.get(script)?.values() ?? [])];
    const its = name === '' ? entries : entries.filter(({ place }) => place.name === name);
    const [most] = its.sort((a, b) => b.count - a.count);
    return most?.place ?? null;
  }
}
