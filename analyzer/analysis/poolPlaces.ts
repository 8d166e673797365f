import type { Tables } from '../model/index.ts';
import type { Site, SiteOf } from './sites.ts';

/** Pools of one kind, size and start method that one line of a program made: in a loop, or in a function called again. */
export interface PoolPlace {
  readonly site: Site;
  /** Rows of `pools`, ascending. */
  readonly pools: readonly number[];
}

export interface PoolPlaces {
  readonly places: readonly PoolPlace[];
  /** The place of each row of `pools`. */
  readonly ofPool: Uint32Array;
}

/** In the order in which the places made their first pool. A pool whose maker is unknown has a place of its own. */
export function poolPlacesOf({ pools }: Pick<Tables, 'pools'>, siteOf: SiteOf): PoolPlaces {
  const known = new Map<string, number>();
  const places: { site: Site; pools: number[] }[] = [];
  const ofPool = new Uint32Array(pools.length);
  for (let pool = 0; pool < pools.length; pool++) {
    const site = siteOf(pools.stack[pool] as number);
    const made = [pools.kind[pool], pools.size[pool], pools.startMethod[pool], site.function, site.line];
    const key = site.function < 0 ? String(pool) : made.join('\0');
    let place = known.get(key);
    if (place === undefined) {
      place = places.length;
      known.set(key, place);
      places.push({ site, pools: [] });
    }
    places[place]?.pools.push(pool);
    ofPool[pool] = place;
  }
  return { places, ofPool };
}
