import { trackCount } from '../../analyzer/analysis/spanTracks.ts';
import { fitted } from '../flame/paint.ts';
import { visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import type { Palette } from '../theme/palette.ts';
import { DrawList } from './drawList.ts';
import { rangeOf } from './hostSpans.ts';
import { CALLS_HEIGHT, RANGE_HEIGHT } from './rows.ts';
import { layoutSpans } from './spanLayout.ts';

type Context = CanvasRenderingContext2D;

const list = new DrawList();
const FONT_SIZE = 10.5;
const PAD = 5;
const NARROWEST_LABEL = 24;
const LEAST_LETTERS = 4;

export interface HostRow {
  readonly profile: Profile;
  readonly palette: Palette;
  readonly view: Interval;
  readonly lane: number;
  /** The top of what is drawn. */
  readonly y: number;
  readonly width: number;
}

/** What the program marked by name on a lane and operators of a framework, one inside the other from top to bottom. */
export function paintRanges(context: Context, { profile, palette, view, lane, y, width }: HostRow): void {
  const { ranges, recording } = profile;
  const height = RANGE_HEIGHT - 2;
  const fills = [palette.range, palette.operator, palette.backward];
  const lines = [palette.rangeLine, palette.operatorLine, palette.backwardLine];
  context.font = `${FONT_SIZE}px ${palette.sans}`;
  context.textBaseline = 'middle';
  const letter = context.measureText('n').width;
  const widthOf = (text: string): number => context.measureText(text).width;
  for (let track = 0; track < trackCount(ranges, lane); track++) {
    const box = { view, width, y: y + track * RANGE_HEIGHT, height };
    list.clear();
    layoutSpans(list, ranges, (ranges.first[lane] as number) + track, box, () => [0, 1]);
    for (let i = 0; i < list.length; i++) {
      const [x, top, wide, high] = [list.x[i], list.y[i], list.width[i], list.height[i]] as [
        number,
        number,
        number,
        number,
      ];
      const isOne = (list.item[i] as number) >= 0;
      const category = list.kind[i] as number;
      context.fillStyle = fills[category] ?? palette.range;
      context.fillRect(x, top, isOne && wide > 3 ? wide - 1 : wide, high);
      context.fillStyle = lines[category] ?? palette.rangeLine;
      if (isOne) context.fillRect(x, top, 1, high);
      if (!isOne || wide < NARROWEST_LABEL) continue;
      const row = ranges.row[list.item[i] as number] as number;
      const name = visible(rangeOf(recording.tables, ranges, row).name);
      const left = Math.max(0, x) + PAD;
      const shown = fitted(name, x + wide - left - 2, letter, widthOf);
      if (shown === '' || (shown !== name && shown.length < LEAST_LETTERS)) continue;
      context.fillStyle = palette.text;
      context.fillText(shown, left, top + high / 2 + 1);
    }
  }
}

/** The calls of a device's API: those that start work full, those that wait, allocate or load as a line. */
export function paintCalls(context: Context, { profile, palette, view, lane, y, width }: HostRow): void {
  const { calls } = profile;
  if (trackCount(calls, lane) === 0) return;
  list.clear();
  const box = { view, width, y, height: CALLS_HEIGHT - 2 };
  layoutSpans(list, calls, calls.first[lane] as number, box, (category) =>
    category === 0 ? [0, 1] : [0.34, 0.67],
  );
  const colours = [palette.kernel, palette.dim];
  for (let i = 0; i < list.length; i++) {
    context.fillStyle = colours[list.kind[i] as number] ?? palette.dim;
    const wide = list.width[i] as number;
    const gap = (list.item[i] as number) >= 0 && wide > 3 ? 1 : 0;
    context.fillRect(list.x[i] as number, list.y[i] as number, wide - gap, list.height[i] as number);
  }
}
