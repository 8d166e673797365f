/** Orders of lanes within their group, and of groups. `recorded`: in which they were first seen. */
export const LANE_SORTS = ['busiest', 'name', 'start', 'recorded'] as const;
export type LaneSort = (typeof LANE_SORTS)[number];

/** What the colour of a lane tells: what it did, or whose code it was in. */
export const LANE_COLOURS = ['state', 'module'] as const;
export type LaneColour = (typeof LANE_COLOURS)[number];

/** Which lanes the timeline lists, in which order and in which colours. */
export interface LaneList {
  readonly sort: LaneSort;
  readonly colour: LaneColour;
  /** In the language of the search box: what the name of a lane, or of what it belongs to, has in it. Empty: all lanes. */
  readonly filter: string;
  /** Leaves out lanes that did next to nothing. */
  readonly hidesIdle: boolean;
  /** Lanes that stand above the others and stay there, in this order. */
  readonly pinned: readonly number[];
}

export const ALL_LANES: LaneList = {
  sort: 'busiest',
  colour: 'state',
  filter: '',
  hidesIdle: false,
  pinned: [],
};

/** Pins lanes, or where all of them are, lets them go. */
export function withPinned(list: LaneList, lanes: readonly number[]): LaneList {
  const others = list.pinned.filter((lane) => !lanes.includes(lane));
  const areAll = lanes.every((lane) => list.pinned.includes(lane));
  return { ...list, pinned: areAll ? others : [...others, ...lanes] };
}

/** Adds what differs from `ALL_LANES` to the fragment of an address. */
export function writeLaneList(hash: URLSearchParams, list: LaneList): void {
  if (list.sort !== ALL_LANES.sort) hash.set('sort', list.sort);
  if (list.colour !== ALL_LANES.colour) hash.set('lane-colour', list.colour);
  if (list.filter !== '') hash.set('filter', list.filter);
  if (list.hidesIdle) hash.set('idle', 'hidden');
  if (list.pinned.length > 0) hash.set('pinned', list.pinned.join('.'));
}

/** Null where the fragment says nothing of it. `lanes`: how many there are; others are passed over. */
export function readLaneList(hash: URLSearchParams, lanes: number): LaneList | null {
  const pinned = (hash.get('pinned') ?? '')
    .split('.')
    .filter((part) => /^\d{1,15}$/.test(part) && Number(part) < lanes)
    .map(Number);
  const list: LaneList = {
    sort: LANE_SORTS.find((name) => name === hash.get('sort')) ?? ALL_LANES.sort,
    colour: LANE_COLOURS.find((name) => name === hash.get('lane-colour')) ?? ALL_LANES.colour,
    filter: (hash.get('filter') ?? '').slice(0, 200),
    hidesIdle: hash.get('idle') === 'hidden',
    pinned: [...new Set(pinned)],
  };
  const isFirst =
    list.sort === ALL_LANES.sort &&
    list.colour === ALL_LANES.colour &&
    list.filter === '' &&
    !list.hidesIdle &&
    list.pinned.length === 0;
  return isFirst ? null : list;
}
