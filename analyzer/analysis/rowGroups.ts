/**
 * The rows of a table that agree in something, group by group: rows `rows[offsets[g]]` to `rows[offsets[g + 1] - 1]` are
 * group `g`, in their own order. Two flat arrays, because a list a group is what a million rows cannot afford.
 */
export interface RowGroups {
  readonly count: number;
  readonly rows: Uint32Array;
  readonly offsets: Uint32Array;
}

/** Groups rows 0 to `length - 1` by a whole number; rows whose key is negative are left out. */
export function rowGroups(length: number, keyOf: (row: number) => number): RowGroups {
  const ids = new NumberedKeys();
  const sizes: number[] = [];
  const groupOf = new Int32Array(length).fill(-1);
  for (let row = 0; row < length; row++) {
    const key = keyOf(row);
    if (key < 0) continue;
    const group = ids.numberOf(key);
    if (group === sizes.length) sizes.push(0);
    groupOf[row] = group;
    sizes[group] = (sizes[group] as number) + 1;
  }
  const offsets = new Uint32Array(sizes.length + 1);
  for (let group = 0; group < sizes.length; group++)
    offsets[group + 1] = (offsets[group] as number) + (sizes[group] as number);
  const rows = new Uint32Array(offsets[sizes.length] as number);
  const next = offsets.slice();
  for (let row = 0; row < length; row++) {
    const group = groupOf[row] as number;
    if (group < 0) continue;
    const at = next[group] as number;
    rows[at] = row;
    next[group] = at + 1;
  }
  return { count: sizes.length, rows, offsets };
}

/** The rows of one group. */
export const groupRows = ({ rows, offsets }: RowGroups, group: number): Uint32Array =>
  rows.subarray(offsets[group] as number, offsets[group + 1] as number);

/** A value of each row. `Float64Array.from` goes through an iterator, which a million rows feel. */
export function columnOf(rows: ArrayLike<number>, of: (row: number) => number): Float64Array {
  const column = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) column[i] = of(rows[i] as number);
  return column;
}

/** Keys below it are looked up in an array: in a map, a million rows of a few groups in turn take 50 ms. */
const DENSE = 2 ** 16;

/** Numbers whole keys from 0 in the order in which they come. */
export class NumberedKeys {
  private readonly dense = new Int32Array(DENSE).fill(-1);
  private readonly others = new Map<number, number>();
  private count = 0;

  numberOf(key: number): number {
    const isDense = key >= 0 && key < DENSE;
    const known = isDense ? (this.dense[key] as number) : (this.others.get(key) ?? -1);
    if (known >= 0) return known;
    if (isDense) this.dense[key] = this.count;
    else this.others.set(key, this.count);
    return this.count++;
  }
}
