/**
 * The columnar table that every kind of data in a recording is kept in.
 *
 * A table is a schema (column name to kind) and one array per column. Rows are never objects: a million samples are six
 * typed arrays, which decode from a file without a copy and pass through `postMessage` without one.
 */
export type ColumnKind = 'u8' | 'u16' | 'u32' | 'i32' | 'i64' | 'f64' | 'utf8';

/** Column name to kind, in the order in which the columns are stored. */
export type Schema = Readonly<Record<string, ColumnKind>>;

interface ColumnArrays {
  u8: Uint8Array;
  u16: Uint16Array;
  u32: Uint32Array;
  i32: Int32Array;
  /** Integer nanoseconds kept in doubles: exact below 2^53, and several times faster than BigInt64Array in JS. */
  i64: Float64Array;
  f64: Float64Array;
  utf8: string[];
}

export type ColumnArray<K extends ColumnKind = ColumnKind> = ColumnArrays[K];

/** A table with `length` rows; every column holds at least that many values, and exactly that many once decoded. */
export type Table<S extends Schema> = { readonly length: number } & {
  readonly [C in keyof S]: ColumnArrays[S[C]];
};

/** One row, as written to a `TableBuilder`. */
export type Row<S extends Schema> = { readonly [C in keyof S]: S[C] extends 'utf8' ? string : number };

const constructors = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  i64: Float64Array,
  f64: Float64Array,
} as const;

export function newColumn(kind: ColumnKind, capacity: number): ColumnArray {
  return kind === 'utf8' ? new Array<string>(capacity).fill('') : new constructors[kind](capacity);
}

/** A column of `length` times `value`; of texts, of empty ones. */
export function constantColumn(kind: ColumnKind, length: number, value: number): ColumnArray {
  const column = newColumn(kind, length);
  return Array.isArray(column) ? column : column.fill(value);
}

/** Row `at` of a table as an object: for the edges, where rows are few. */
export function rowOf<S extends Schema>(schema: S, table: Table<S>, at: number): Row<S> {
  const row: Record<string, unknown> = {};
  for (const name of Object.keys(schema)) row[name] = (table[name] as ColumnArray)[at];
  return row as Row<S>;
}

export function emptyTable<S extends Schema>(schema: S): Table<S> {
  return new TableBuilder(schema, 0).finish();
}

/**
 * Appends rows. `push` is for the edges, where rows are few; a collector's hot loop writes to `columns` itself, after
 * `reserve`, and sets `length`.
 */
export class TableBuilder<S extends Schema> {
  length = 0;
  readonly schema: S;
  private readonly names: (keyof S & string)[];
  private readonly arrays: Record<string, ColumnArray>;
  private capacity: number;

  constructor(schema: S, capacity = 64) {
    this.schema = schema;
    this.names = Object.keys(schema);
    this.capacity = capacity;
    // Not one by one: V8 would keep more than a dozen in a hash table, and each look at a column would be one into that.
    this.arrays = Object.fromEntries(
      this.names.map((name) => [name, newColumn(schema[name] as ColumnKind, capacity)]),
    );
  }

  /** The columns as they are now; a later `reserve` may replace them. */
  get columns(): { readonly [C in keyof S]: ColumnArrays[S[C]] } {
    return this.arrays as { readonly [C in keyof S]: ColumnArrays[S[C]] };
  }

  /** Makes room for `rows` more rows. */
  reserve(rows: number): void {
    const wanted = this.length + rows;
    if (wanted <= this.capacity) return;
    let capacity = Math.max(64, this.capacity);
    while (capacity < wanted) capacity *= 2;
    for (const name of this.names) {
      const old = this.arrays[name] as ColumnArray;
      const grown = newColumn(this.schema[name] as ColumnKind, capacity);
      if (Array.isArray(grown)) for (let i = 0; i < this.length; i++) grown[i] = (old as string[])[i] ?? '';
      else grown.set(old as Uint8Array);
      this.arrays[name] = grown;
    }
    this.capacity = capacity;
  }

  /** Appends one row and gives its number. */
  push(row: Row<S>): number {
    this.reserve(1);
    this.set(this.length, row);
    return this.length++;
  }

  /** Overwrites the row at `at`, which must be there. */
  set(at: number, row: Row<S>): void {
    for (const name of this.names) {
      const column = this.arrays[name] as (number | string)[];
      column[at] = row[name] as number | string;
    }
  }

  /** Appends every row of `table`. */
  append(table: Table<S>): void {
    this.reserve(table.length);
    for (const name of this.names) {
      const from = table[name] as ColumnArray;
      const to = this.arrays[name] as ColumnArray;
      if (Array.isArray(to))
        for (let i = 0; i < table.length; i++) to[this.length + i] = (from as string[])[i] ?? '';
      else to.set((from as Uint8Array).subarray(0, table.length), this.length);
    }
    this.length += table.length;
  }

  /** The rows so far, in arrays of their exact length (copies: the builder may go on). */
  finish(): Table<S> {
    const table: Record<string, unknown> = { length: this.length };
    for (const name of this.names) table[name] = (this.arrays[name] as ColumnArray).slice(0, this.length);
    return table as Table<S>;
  }

  /** Forgets all rows and keeps the memory. */
  clear(): void {
    this.length = 0;
  }
}
