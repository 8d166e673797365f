import { momentAfter } from '../../analyzer/analysis/laneMoments.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import type { Palette } from '../theme/palette.ts';
import { xOf } from './scale.ts';

/**
 * Ticks closer than this are a texture and not messages: when they are that close in the mean, none is drawn, and zooming in
 * brings them back; one that would touch the one before it is left out.
 */
const PIXELS_EACH = 6;

export interface MessageRow {
  readonly profile: Profile;
  readonly palette: Palette;
  readonly lane: number;
  readonly view: Interval;
  readonly width: number;
  /** The lower edge of the lane's state. */
  readonly y: number;
}

/** A tick under the state of a lane where it sent a message. */
export function paintMessages(context: CanvasRenderingContext2D, row: MessageRow): void {
  const { profile, palette, lane, view, width, y } = row;
  const { messages } = profile;
  const first = momentAfter(messages, lane, view.from - 1);
  const last = momentAfter(messages, lane, view.to);
  if (first === last || (last - first) * PIXELS_EACH > width) return;
  context.fillStyle = palette.dim;
  let drawn = Number.NEGATIVE_INFINITY;
  for (let at = first; at < last; at++) {
    const x = Math.round(xOf(messages.time[at] as number, view, width));
    if (x - drawn < PIXELS_EACH) continue;
    drawn = x;
    context.beginPath();
    context.moveTo(x - 2.5, y + 4);
    context.lineTo(x + 2.5, y + 4);
    context.lineTo(x, y);
    context.closePath();
    context.fill();
  }
}
