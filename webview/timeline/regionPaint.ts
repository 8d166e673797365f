import type { LaneRegions } from '../../analyzer/analysis/laneRegions.ts';
import { fitted } from '../flame/paint.ts';
import { counted } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import type { Palette } from '../theme/palette.ts';
import { isSelectedRegion } from './regionSteps.ts';
import { regionTitle } from './regions.ts';
import { REGION_HEIGHT } from './rows.ts';
import { xOf } from './scale.ts';

const FONT_SIZE = 10.5;
const PAD = 5;
/** A region is as long as what it holds, and what nobody can see need not be drawn. */
const NARROWEST = 0.5;

const NONE: LaneRegions = { regions: [], level: new Uint8Array(0), levels: 0 };

export interface RegionRow {
  readonly profile: Profile;
  readonly palette: Palette;
  readonly view: Interval;
  /** The selected part of the run: a region that is all of it is framed. */
  readonly range: Interval | null;
  readonly lane: number;
  /** The top of the strip. */
  readonly y: number;
  readonly width: number;
}

/** What a lane had under way: parallel regions as filled boxes with their names, serial ones as a line between them. */
export function paintRegions(context: CanvasRenderingContext2D, row: RegionRow): void {
  const { profile, palette, view, lane, width } = row;
  const height = REGION_HEIGHT - 2;
  context.font = `${FONT_SIZE}px ${palette.sans}`;
  context.textBaseline = 'middle';
  const letter = context.measureText('n').width;
  const widthOf = (text: string): number => context.measureText(text).width;
  const { regions, level, levels } = profile.regions.get(lane) ?? NONE;
  const drawnTo = new Float64Array(levels).fill(Number.NEGATIVE_INFINITY);
  for (const [i, region] of regions.entries()) {
    const its = level[i] as number;
    const y = row.y + its * REGION_HEIGHT;
    const x0 = Math.max(-2, xOf(region.start, view, width));
    const x1 = Math.min(width + 2, xOf(region.end, view, width));
    if (x1 <= 0 || x0 >= width) continue;
    if (x1 - x0 < NARROWEST && x1 < (drawnTo[its] as number) + NARROWEST) continue;
    drawnTo[its] = Math.max(drawnTo[its] as number, x1);
    const isParallel = region.kind === 'parallel';
    const wide = Math.max(1, x1 - x0 - 1);
    if (isParallel) {
      context.fillStyle = palette.area;
      context.fillRect(x0, y, wide, height);
      context.fillStyle = palette.areaLine;
      context.fillRect(x0, y, wide, 2);
    } else {
      context.fillStyle = palette.edge;
      context.fillRect(x0, y + height / 2, wide, 1);
    }
    if (isSelectedRegion(profile, region, row.range)) {
      context.strokeStyle = palette.text;
      context.lineWidth = 1.5;
      context.strokeRect(Math.round(x0) + 0.5, y - 0.5, Math.max(3, Math.round(wide) - 1), height + 1);
    }
    const tasks = isParallel ? ` · ${counted(region.tasks, 'task')}` : '';
    const title = regionTitle(region);
    const room = x1 - Math.max(0, x0) - 2 * PAD;
    const whole = widthOf(title + tasks) <= room ? title + tasks : fitted(title, room, letter, widthOf);
    if (whole === '') continue;
    const left = Math.max(0, x0) + PAD;
    if (!isParallel) {
      context.fillStyle = palette.bg;
      context.fillRect(left - 3, y, widthOf(whole) + 6, height);
    }
    context.fillStyle = isParallel ? palette.text : palette.dim;
    context.fillText(whole, left, y + height / 2 + 1);
  }
}
