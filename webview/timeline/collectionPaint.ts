import { momentAfter } from '../../analyzer/analysis/laneMoments.ts';
import type { MessageRow } from './messagePaint.ts';
import { xOf } from './scale.ts';

const HEIGHT = 4;

/** A bar on the lower edge of the state of a lane while its heap was collected. */
export function paintCollections(context: CanvasRenderingContext2D, row: MessageRow): void {
  const { profile, palette, lane, view, width, y } = row;
  const { collections } = profile;
  const { end } = profile.recording.tables.spans;
  context.fillStyle = palette.collection;
  // The one before the first may reach into what is in sight.
  const first = Math.max(collections.offset[lane] as number, momentAfter(collections, lane, view.from) - 1);
  const last = momentAfter(collections, lane, view.to);
  let drawn = 0;
  for (let at = first; at < last; at++) {
    const x0 = Math.max(drawn, xOf(collections.time[at] as number, view, width));
    const x1 = Math.min(width, xOf(end[collections.row[at] as number] as number, view, width));
    if (x1 < 0 || x0 > x1 + 1) continue;
    drawn = Math.max(x1, x0 + 1);
    context.fillRect(x0, y - HEIGHT, drawn - x0, HEIGHT);
  }
}
