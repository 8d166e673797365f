import type { TaskLanes } from '../../analyzer/analysis/taskLanes.ts';
import { fitted } from '../flame/paint.ts';
import type { Profile } from '../profile.ts';
import { taskName } from '../tasks/names.ts';
import { type FrameColour, frameColours, inkOn, type Palette } from '../theme/palette.ts';
import { DrawList } from './drawList.ts';
import type { LaneBox } from './layout.ts';
import { failuresInSight, layoutTasks, MIXED, PICKLING } from './taskLayout.ts';

type Context = CanvasRenderingContext2D;

const list = new DrawList();
const FONT_SIZE = 10.5;
const PAD = 4;
const LEAST_PAD = 2;
/** Of a name that is cut, with its dots: fewer tell nothing. */
const LEAST_LETTERS = 5;
const NARROWEST_LABEL = 26;
/** Boxes of this width have a hair of background between them, or neighbours of one function would be one. */
const SEPARATE_FROM = 3;

export interface Strip {
  readonly profile: Profile;
  readonly palette: Palette;
  readonly tasks: TaskLanes;
  readonly lane: number;
  readonly box: LaneBox;
}

/** Draws a lane's strip of tasks: boxes, the names that fit into them, and marks on those that failed. */
export function paintTasks(context: Context, { profile, palette, tasks, lane, box }: Strip): void {
  list.clear();
  layoutTasks(list, tasks, lane, box);
  const colourOf = taskColours(profile, palette);
  let filled = Number.NaN;
  for (let i = 0; i < list.length; i++) {
    const kind = list.kind[i] as number;
    if (kind !== filled) context.fillStyle = colourOf(kind).fill;
    filled = kind;
    const width = list.width[i] as number;
    const gap = (list.item[i] as number) >= 0 && width > SEPARATE_FROM && kind !== PICKLING ? 1 : 0;
    context.fillRect(list.x[i] as number, list.y[i] as number, width - gap, list.height[i] as number);
  }
  paintNames(context, profile, palette, box);
  failuresInSight(tasks, lane, box, (x, at) => {
    const raised = (profile.recording.tables.tasks.exception[tasks.row[at] as number] as number) >= 0;
    paintFailure(context, palette, Math.max(5, x), box, raised);
  });
}

function paintNames(context: Context, profile: Profile, palette: Palette, box: LaneBox): void {
  const colourOf = taskColours(profile, palette);
  context.font = `${FONT_SIZE}px ${palette.mono}`;
  context.textBaseline = 'middle';
  const letter = context.measureText('M').width;
  for (let i = 0; i < list.length; i++) {
    const kind = list.kind[i] as number;
    const width = list.width[i] as number;
    if (width < NARROWEST_LABEL || kind === PICKLING || (list.item[i] as number) < 0) continue;
    const whole = taskName(profile, kind);
    const widthOf = (text: string): number => context.measureText(text).width;
    // A name that is whole with less space around it says more than its first letters.
    const pad = whole.length * letter <= width - 2 * PAD ? PAD : LEAST_PAD;
    const name = fitted(whole, width - 2 * pad, letter, widthOf);
    if (name === '' || (name !== whole && name.length < LEAST_LETTERS)) continue;
    context.fillStyle = colourOf(kind).ink;
    context.fillText(name, (list.x[i] as number) + pad, box.y + box.height / 2 + 0.5);
  }
}

/** A cross at the end of a task that raised; an open triangle where one was not seen to end. */
function paintFailure(context: Context, palette: Palette, x: number, box: LaneBox, raised: boolean): void {
  const middle = box.y + box.height / 2;
  const left = Math.round(x) - 9;
  context.fillStyle = palette.bg;
  context.fillRect(left, middle - 5, 9, 10);
  context.strokeStyle = palette.bad;
  context.lineWidth = 1.6;
  context.beginPath();
  if (raised) {
    context.moveTo(left + 2, middle - 3);
    context.lineTo(left + 7, middle + 3);
    context.moveTo(left + 7, middle - 3);
    context.lineTo(left + 2, middle + 3);
  } else {
    context.moveTo(left + 2, middle - 3.5);
    context.lineTo(left + 7, middle);
    context.lineTo(left + 2, middle + 3.5);
  }
  context.stroke();
}

const known = new WeakMap<Palette, Map<number, FrameColour>>();

/** The colour of a box by its `kind`: that of the function, as everywhere else, or a quiet one of its own. */
function taskColours(profile: Profile, palette: Palette): (kind: number) => FrameColour {
  let colours = known.get(palette);
  if (!colours) {
    colours = new Map([
      [PICKLING, { fill: palette.pickling, ink: inkOn(palette.pickling, palette) }],
      [MIXED, { fill: palette.counterLine, ink: inkOn(palette.counterLine, palette) }],
    ]);
    known.set(palette, colours);
  }
  const mine = colours;
  const colourOf = frameColours(palette);
  return (kind) => {
    const found = mine.get(kind);
    if (found) return found;
    const home = profile.homes[kind];
    const colour = home
      ? colourOf(home, profile.functions.name[kind] as string)
      : { fill: palette.root, ink: inkOn(palette.root, palette) };
    mine.set(kind, colour);
    return colour;
  };
}
