import { duration, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import { placeDetail } from '../tasks/names.ts';
import type { Listed } from './listed.ts';
import { GROUP_HEIGHT, POOL_HEIGHT, type Row } from './rows.ts';

/** Places that may stand open at first: above it, the pools would bury the program. */
const OPEN_PLACES = 4;
export const POOLS = 'pools';

/** The id of the row of a place that made several pools. */
const idOf = (place: number): string => `made${place}`;

/** The rows of pools that are closed until the reader opens them. */
export function poolsCollapsedAtFirst({ places }: Pick<Profile, 'places'>): string[] {
  const several = places.flatMap(({ pools }, place) => (pools.length > 1 ? [idOf(place)] : []));
  return places.length > OPEN_PLACES ? [POOLS, ...several] : several;
}

/**
 * A row for each place of the program that made pools, and below it one for each of them where there are several: a program
 * that makes a pool for each of its calls has hundreds. None without pools that are found.
 */
export function poolRows(
  profile: Profile,
  collapsed: ReadonlySet<string>,
  listed: Listed,
  top: number,
): Row[] {
  const { places, recording, bounds } = profile;
  const { kind, start } = recording.tables.pools;
  // The line below a title tells the place, which says more than a number.
  const found = [...places.entries()]
    .map(([place, { pools }]) => ({
      ...{ place, pools },
      title: visible(kind[pools[0] ?? -1] ?? '') || 'pool',
      detail: placeDetail(profile, place),
    }))
    .filter(({ title, detail }) => listed.finds(`Pools ${title} ${detail}`));
  if (found.length === 0) return [];
  const isClosed = collapsed.has(POOLS);
  const head = { title: 'Pools', detail: '', y: top, height: GROUP_HEIGHT, level: 1 as const };
  const rows: Row[] = [{ kind: 'group', id: POOLS, lanes: [], collapsed: isClosed, ...head }];
  if (isClosed) return rows;
  let y = top + GROUP_HEIGHT;
  const add = (row: Omit<Row & { kind: 'pool' }, 'kind' | 'y' | 'height'>): void => {
    rows.push({ kind: 'pool', y, height: POOL_HEIGHT, ...row });
    y += POOL_HEIGHT;
  };
  for (const { place, pools, title, detail } of found) {
    if (pools.length === 1) {
      add({ id: null, collapsed: false, place, pools, title, detail, level: 2 });
      continue;
    }
    const id = idOf(place);
    add({ id, collapsed: collapsed.has(id), place, pools, title, detail, level: 2 });
    if (collapsed.has(id)) continue;
    for (const pool of pools) {
      const made = `made at ${duration((start[pool] as number) - bounds.from)}`;
      const single = { title: `pool #${pool + 1}`, detail: made, level: 3 as const };
      add({ id: null, collapsed: false, place, pools: [pool], ...single });
    }
  }
  return rows;
}
