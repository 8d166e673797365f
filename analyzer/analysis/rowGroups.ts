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
  const ids = new Map<number, number>();
  const sizes: number[] = [];
  const groupOf = new Int32Array(length).fill(-1);
  for (let row = 0; row < length; row++) {
    const key = keyOf(row);
    if (key < 0) continue;
    let group = ids.get(key);
    if (group === undefined) {
      group = sizes.length;
      ids.set(key, group);
      sizes.push(0);
    }
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
