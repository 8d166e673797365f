import { type TableName, WITHOUT_DEVICE } from '../model/index.ts';

/** The format version that brought a table, where that was not the first. */
const TABLE_SINCE: Partial<Record<TableName, number>> = {
  pools: 2,
  tasks: 2,
  lockWaits: 2,
  functionTiers: 3,
  deopts: 3,
  devices: 4,
  kernels: 4,
  operators: 4,
  sources: 5,
};

interface LaterColumns {
  readonly since: number;
  /** Column name to what rows of older versions have in it. */
  readonly unknown: Readonly<Record<string, number>>;
}

/** The same for columns. */
const COLUMNS_SINCE: Partial<Record<TableName, readonly LaterColumns[]>> = {
  transfers: [
    { since: 3, unknown: { estimated: 0 } },
    { since: 4, unknown: WITHOUT_DEVICE },
  ],
};

/** Whether recordings of `version` have the table. */
export const hasTable = (name: TableName, version: number): boolean => version >= (TABLE_SINCE[name] ?? 1);

/** Columns of a table that recordings of `version` do not have yet, each with what its rows have instead. */
export function laterColumns(name: TableName, version: number): Readonly<Record<string, number>> {
  const later = (COLUMNS_SINCE[name] ?? []).filter(({ since }) => version < since);
  return Object.assign({}, ...later.map(({ unknown }) => unknown));
}
