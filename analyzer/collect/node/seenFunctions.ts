/** Functions of a program that a run may have. */
const MOST = 1 << 18;

/** Where functions are defined, as far as profiles have told: who names a function or a call need not know. */
export class SeenFunctions {
  private readonly files = new Map<string, Map<string, number[]>>();
  /** Functions of a file that others call, and how often they were seen so. */
  private readonly entries = new Map<string, Map<string, { name: string; line: number; count: number }>>();
  private count = 0;

  /** `isEntry`: its caller is in another file. */
  add(file: string, name: string, line: number, isEntry: boolean): void {
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
    const entries = this.entries.get(file) ?? new Map();
    this.entries.set(file, entries);
    const key = `${name}\n${line}`;
    const entry = entries.get(key) ?? { name, line, count: 0 };
    entry.count++;
    entries.set(key, entry);
  }

  /** The line at which the function of a call at `line` is defined; 0 when unknown. */
  lineOf(file: string, name: string, line: number): number {
    const lines = this.files.get(file)?.get(name) ?? [];
    return Math.max(0, ...lines.filter((each) => each <= line));
  }

  /**
   * The function of that name that others call in a file; without a name, the one that is called most. Null when none was seen.
   */
  entryOf(file: string, name: string): { readonly name: string; readonly line: number } | null {
    const entries = [...(this.entries.get(file)?.values() ?? [])];
    const its = name === '' ? entries : entries.filter((entry) => entry.name === name);
    const [most] = its.sort((a, b) => b.count - a.count);
    return most ?? null;
  }
}
