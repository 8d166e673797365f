/** Values that can be made again: the most recently used ones, up to a size in all. */
export class Recent<V> {
  private readonly most: number;
  private readonly values = new Map<object, { readonly value: V; readonly size: number }>();
  private size = 0;

  constructor(most: number) {
    this.most = most;
  }

  get(key: object): V | null {
    const entry = this.values.get(key);
    if (!entry) return null;
    // A Map keeps the order of insertion: the first is the one that was not used for the longest time.
    this.values.delete(key);
    this.values.set(key, entry);
    return entry.value;
  }

  /** Keeps a value that is not there. The latest stays, whatever its size. */
  set(key: object, value: V, size: number): void {
    for (const [other, entry] of this.values) {
      if (this.size + size <= this.most) break;
      this.values.delete(other);
      this.size -= entry.size;
    }
    this.values.set(key, { value, size });
    this.size += size;
  }
}
