import { firstAbove, laneOrder } from './ascending.ts';

/**
 * Intervals of lanes on tracks on which they do not overlap: what runs at the same time, or lies inside another, has a track
 * below. With running sums by category, so that a picture of a million intervals costs its pixels.
 *
 * The tracks of lane i are `first[i]` to `first[i + 1] - 1`; the *positions* of track t are `offset[t]` to `offset[t + 1] - 1`.
 */
export interface SpanTracks {
  readonly first: Uint32Array;
  readonly offset: Uint32Array;
  /** Row of the table at each position. */
  readonly row: Uint32Array;
  /** Nanos; `to` is at most the next `from` of the track. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** At each position, below `categories`. */
  readonly category: Uint8Array;
  readonly categories: number;
  /** First sum of each track in `sums`, in units of `categories` numbers. */
  readonly sumOffset: Uint32Array;
  /** Nanos of each category from the track's first position to every 16th. */
  readonly sums: Float64Array;
}

export interface SpanSource {
  readonly length: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** Lane of a row; -1 leaves it out. */
  readonly laneOf: (row: number) => number;
  readonly categoryOf: (row: number) => number;
  readonly categories: number;
}

const STRIDE = 16;

/**
 * `lanes`: how many there are. `most`: tracks that a lane gets at most; on the last one, an interval ends where the next begins.
 * n log n, with a constant that grows with the tracks.
 */
export function spanTracks(source: SpanSource, lanes: number, most: number): SpanTracks {
  const { length, start, end } = source;
  const lane = new Int32Array(length);
  for (let row = 0; row < length; row++) lane[row] = source.laneOf(row);
  const order = laneOrder(lane, start, lanes);
  const track = new Uint8Array(order.row.length);
  const first = new Uint32Array(lanes + 1);
  for (let its = 0; its < lanes; its++) {
    const from = order.offset[its] as number;
    const used = assign(order.row.subarray(from, order.offset[its + 1]), source, track.subarray(from), most);
    first[its + 1] = (first[its] as number) + used;
  }
  const tracks = first[lanes] as number;
  const offset = new Uint32Array(tracks + 1);
  for (let its = 0; its < lanes; its++)
    for (let at = order.offset[its] as number; at < (order.offset[its + 1] as number); at++) {
      const after = (first[its] as number) + (track[at] as number) + 1;
      offset[after] = (offset[after] as number) + 1;
    }
  for (let i = 0; i < tracks; i++) offset[i + 1] = (offset[i + 1] as number) + (offset[i] as number);
  const n = order.row.length;
  const next = offset.slice();
  const made = {
    row: new Uint32Array(n),
    from: new Float64Array(n),
    to: new Float64Array(n),
    category: new Uint8Array(n),
  };
  for (let its = 0; its < lanes; its++)
    for (let i = order.offset[its] as number; i < (order.offset[its + 1] as number); i++) {
      const on = (first[its] as number) + (track[i] as number);
      const at = next[on] as number;
      next[on] = at + 1;
      const row = order.row[i] as number;
      made.row[at] = row;
      made.from[at] = start[row] as number;
      made.to[at] = Math.max(start[row] as number, end[row] as number);
      made.category[at] = source.categoryOf(row);
      if (at > (offset[on] as number))
        made.to[at - 1] = Math.min(made.to[at - 1] as number, made.from[at] as number);
    }
  return withSums({ first, offset, ...made, categories: source.categories });
}

/** Puts each row of a lane, in order of its start, on the first track that is free; gives how many it took. */
function assign(rows: Uint32Array, { start, end }: SpanSource, track: Uint8Array, most: number): number {
  const free = new Float64Array(most).fill(Number.NEGATIVE_INFINITY);
  let used = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    let on = 0;
    while (on < most - 1 && (free[on] as number) > (start[row] as number)) on++;
    track[i] = on;
    free[on] = Math.max(free[on] as number, end[row] as number);
    used = Math.max(used, on + 1);
  }
  return used;
}

type WithoutSums = Omit<SpanTracks, 'sums' | 'sumOffset'>;

/** Tracks of intervals that are in order already. */
export const withSums = (tracks: WithoutSums): SpanTracks => ({ ...tracks, ...sumsOf(tracks) });

function sumsOf({
  offset,
  from,
  to,
  category,
  categories,
}: WithoutSums): Pick<SpanTracks, 'sums' | 'sumOffset'> {
  const tracks = offset.length - 1;
  const sumOffset = new Uint32Array(tracks + 1);
  for (let track = 0; track < tracks; track++) {
    const its = (offset[track + 1] as number) - (offset[track] as number);
    sumOffset[track + 1] = (sumOffset[track] as number) + Math.floor(its / STRIDE) + 1;
  }
  const sums = new Float64Array((sumOffset[tracks] as number) * categories);
  const sum = new Float64Array(categories);
  for (let track = 0; track < tracks; track++) {
    sum.fill(0);
    const begin = offset[track] as number;
    const end = offset[track + 1] as number;
    for (let at = begin; at <= end; at++) {
      if ((at - begin) % STRIDE === 0)
        sums.set(sum, ((sumOffset[track] as number) + (at - begin) / STRIDE) * categories);
      if (at === end) break;
      const its = category[at] as number;
      sum[its] = (sum[its] as number) + (to[at] as number) - (from[at] as number);
    }
  }
  return { sums, sumOffset };
}

/** The first position of a track that ends after `time`; `offset[track + 1]` when none does. */
export const spanPositionAt = ({ offset, to }: SpanTracks, track: number, time: number): number =>
  firstAbove(to, time, offset[track] as number, offset[track + 1] as number);

/** Nanos of each category on a track up to `time`, into `out`. `at`: `spanPositionAt` of `time`. */
export function spanTimeUntil(
  { offset, from, to, category, categories, sums, sumOffset }: SpanTracks,
  track: number,
  time: number,
  at: number,
  out: Float64Array,
): void {
  const begin = offset[track] as number;
  const base = ((sumOffset[track] as number) + Math.floor((at - begin) / STRIDE)) * categories;
  for (let its = 0; its < categories; its++) out[its] = sums[base + its] as number;
  const add = (position: number, until: number): void => {
    const its = category[position] as number;
    out[its] = (out[its] as number) + Math.max(0, until - (from[position] as number));
  };
  for (let i = at - ((at - begin) % STRIDE); i < at; i++) add(i, to[i] as number);
  if (at < (offset[track + 1] as number)) add(at, time);
}

/** The position on any track of a lane at `time`, or that begins within `reach` Nanos after it; -1 for none. `track`: counted from the lane's first. */
export function spanAt(tracks: SpanTracks, lane: number, track: number, time: number, reach: number): number {
  const on = (tracks.first[lane] as number) + track;
  if (track < 0 || on >= (tracks.first[lane + 1] as number)) return -1;
  const at = spanPositionAt(tracks, on, time);
  const isHere = at < (tracks.offset[on + 1] as number) && (tracks.from[at] as number) <= time + reach;
  return isHere ? at : -1;
}

/** How many tracks a lane has. */
export const trackCount = ({ first }: SpanTracks, lane: number): number =>
  (first[lane + 1] as number) - (first[lane] as number);
