import { type SpanTracks, spanPositionAt, spanTimeUntil } from '../../analyzer/analysis/spanTracks.ts';
import type { DrawList } from './drawList.ts';
import type { LaneBox } from './layout.ts';

/** Where a box of a category stands in its track: its upper and lower edge as shares of the height, from the top. */
export type ShapeOf = (category: number) => readonly [top: number, bottom: number];

/** What there was at all gets this much in pixels: at the share of its time a short one in a long run would not be seen. */
const LEAST_HEIGHT = 2;

/**
 * Draws the intervals of a track, each at its time. What is narrower than a pixel shares it with its neighbours: the height of
 * a category is then its share of the pixel's time, in the order of the categories from the bottom up. `item` of a box is the position of its
 * interval, -1 for several.
 *
 * Costs two binary searches a pixel and no more than the intervals that are at least a pixel wide.
 */
export function layoutSpans(
  list: DrawList,
  tracks: SpanTracks,
  track: number,
  box: LaneBox,
  shapeOf: ShapeOf,
): void {
  const { view, width } = box;
  const scale = width / (view.to - view.from);
  const end = tracks.offset[track + 1] as number;
  const columns = new Columns(list, tracks.categories, box);
  const until = new Float64Array(tracks.categories);
  const times = new Float64Array(tracks.categories);
  let at = spanPositionAt(tracks, track, view.from);
  let cursor = view.from;
  while (at < end) {
    cursor = Math.max(cursor, tracks.from[at] as number);
    if (cursor >= view.to) break;
    const x0 = (cursor - view.from) * scale;
    const x1 = Math.min(width, ((tracks.to[at] as number) - view.from) * scale);
    if (x1 - x0 >= 1) {
      columns.close();
      const category = tracks.category[at] as number;
      const [top, bottom] = shapeOf(category);
      list.push(x0, box.y + top * box.height, x1 - x0, (bottom - top) * box.height, category, at);
      cursor = tracks.to[at++] as number;
      continue;
    }
    // A cursor on an edge of a pixel may lie a hair before it.
    const pixel = Math.floor(x0 + 1e-3);
    const edge = Math.min(view.to, view.from + (pixel + 1) / scale);
    if (edge <= cursor) {
      // Times of a stranger's recording may be beyond what doubles resolve: go on in any case.
      at++;
      continue;
    }
    const next = spanPositionAt(tracks, track, edge);
    spanTimeUntil(tracks, track, cursor, at, times);
    spanTimeUntil(tracks, track, edge, next, until);
    for (let category = 0; category < times.length; category++)
      times[category] = ((until[category] as number) - (times[category] as number)) * scale;
    // What took no time that a clock could tell has been there all the same.
    if (times.every((time) => !(time > 0))) times[tracks.category[at] as number] = Number.MIN_VALUE;
    columns.add(pixel, times);
    at = next;
    cursor = edge;
  }
  columns.close();
}

/** Columns of a pixel each, of which neighbours that are alike become one box. */
class Columns {
  private readonly list: DrawList;
  private readonly box: LaneBox;
  private readonly heights: Uint16Array;
  private readonly open: Uint16Array;
  private x = 0;
  private end = Number.NaN;

  constructor(list: DrawList, categories: number, box: LaneBox) {
    this.list = list;
    this.box = box;
    this.heights = new Uint16Array(categories);
    this.open = new Uint16Array(categories);
  }

  /** `shares`: of the pixel's time, by category. */
  add(pixel: number, shares: Float64Array): void {
    let room = this.box.height;
    for (let category = 0; category < shares.length; category++) {
      const share = shares[category] as number;
      const wanted = share > 0 ? Math.max(LEAST_HEIGHT, Math.round(Math.min(1, share) * this.box.height)) : 0;
      this.heights[category] = Math.min(room, wanted);
      room -= this.heights[category] as number;
    }
    const fits =
      this.end === pixel && this.heights.every((height, category) => height === this.open[category]);
    if (!fits) {
      this.close();
      this.x = pixel;
      this.open.set(this.heights);
    }
    this.end = pixel + 1;
  }

  close(): void {
    if (Number.isNaN(this.end)) return;
    const wide = Math.min(this.box.width, this.end) - this.x;
    let bottom = this.box.y + this.box.height;
    for (let category = 0; category < this.open.length; category++) {
      const height = this.open[category] as number;
      if (height === 0) continue;
      bottom -= height;
      this.list.push(this.x, bottom, wide, height, category);
    }
    this.end = Number.NaN;
  }
}
