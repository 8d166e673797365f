import {
  firstFailure,
  pickledUntil,
  ranUntil,
  type TaskLanes,
  taskPositionAt,
} from '../../analyzer/analysis/taskLanes.ts';
import type { DrawList } from './drawList.ts';
import type { LaneBox } from './layout.ts';

/** What a box of a strip shows where it is not a function: a value of `kind` that is no number of `Functions`. */
export const UNKNOWN_FUNCTION = -1;
/** Tasks of several functions share the pixel. */
export const MIXED = -2;
export const PICKLING = -3;

/** What a task gets at least, in pixels: at the share of its time a short one in a long run would not be seen. */
const LEAST_HEIGHT = 2;
/** Distance at which failures that follow each other still can be told apart. */
const MARK_GAP = 9;

/**
 * Draws the tasks of a lane, each at its time: its run over the whole height, what it took to unpickle its arguments and
 * to pickle its result before and after it. A task narrower than a pixel shares it with its neighbours, and the height of
 * a colour is then its share of the pixel's time. `item` of a box is the position of its task, -1 for several.
 *
 * Costs two binary searches a pixel and no more than the tasks that are at least a pixel wide.
 */
export function layoutTasks(list: DrawList, tasks: TaskLanes, lane: number, box: LaneBox): void {
  const { view, width } = box;
  const scale = width / (view.to - view.from);
  const end = tasks.offset[lane + 1] as number;
  let at = taskPositionAt(tasks, lane, view.from);
  let cursor = view.from;
  const open = { x: 0, end: Number.NaN, kind: 0, ran: 0, pickled: 0 };
  const close = (): void => {
    if (!Number.isNaN(open.end)) column(list, open, box);
    open.end = Number.NaN;
  };
  while (at < end) {
    cursor = Math.max(cursor, tasks.from[at] as number);
    if (cursor >= view.to) break;
    const x0 = (cursor - view.from) * scale;
    const x1 = Math.min(width, ((tasks.to[at] as number) - view.from) * scale);
    if (x1 - x0 >= 1) {
      close();
      wide(list, tasks, at, cursor, box);
      cursor = tasks.to[at++] as number;
      continue;
    }
    // A cursor on an edge of a pixel may lie a hair before it.
    const pixel = Math.floor(x0 + 1e-3);
    const until = Math.min(view.to, view.from + (pixel + 1) / scale);
    if (until <= cursor) {
      // Times of a stranger's recording may be beyond what doubles resolve: go on in any case.
      at++;
      continue;
    }
    const next = taskPositionAt(tasks, lane, until);
    const ran = ranUntil(tasks, lane, until, next) - ranUntil(tasks, lane, cursor, at);
    const pickled = pickledUntil(tasks, lane, until, next) - pickledUntil(tasks, lane, cursor, at);
    const reaches = next < end && (tasks.from[next] as number) < until ? next + 1 : next;
    const isOne = (tasks.sameUntil[at] as number) >= reaches;
    const kind = isOne ? (tasks.function[at] as number) : MIXED;
    const heights = {
      ran: Math.max(LEAST_HEIGHT, Math.round(Math.min(1, ran * scale) * box.height)),
      pickled: Math.round(Math.min(1, pickled * scale) * box.height),
    };
    const fits = open.kind === kind && open.ran === heights.ran && open.pickled === heights.pickled;
    if (fits && open.end === pixel) open.end = pixel + 1;
    else {
      close();
      Object.assign(open, { x: pixel, end: pixel + 1, kind, ...heights });
    }
    at = next;
    cursor = until;
  }
  close();
}

interface Column {
  readonly x: number;
  readonly end: number;
  readonly kind: number;
  readonly ran: number;
  readonly pickled: number;
}

/** The run from the bottom up, pickling above it. */
function column(list: DrawList, { x, end, kind, ran, pickled }: Column, { y, height, width }: LaneBox): void {
  const wideness = Math.min(width, end) - x;
  list.push(x, y + height - ran, wideness, ran, kind);
  const rest = Math.min(pickled, height - ran);
  if (rest > 0) list.push(x, y + height - ran - rest, wideness, rest, PICKLING);
}

function wide(list: DrawList, tasks: TaskLanes, at: number, cursor: number, box: LaneBox): void {
  const { view, width, y, height } = box;
  const scale = width / (view.to - view.from);
  const xOf = (time: number): number => Math.min(width, (Math.max(time, cursor) - view.from) * scale);
  const [x0, x1, x2, x3] = [
    xOf(cursor),
    xOf(tasks.start[at] as number),
    xOf(tasks.end[at] as number),
    xOf(tasks.to[at] as number),
  ];
  // Quiet parts are a little lower, so that they are told from runs without their colour.
  const low = Math.round(height * 0.6);
  if (x1 > x0) list.push(x0, y + height - low, x1 - x0, low, PICKLING, at);
  if (x2 > x1) list.push(x1, y, x2 - x1, height, tasks.function[at] as number, at);
  if (x3 > x2) list.push(x2, y + height - low, x3 - x2, low, PICKLING, at);
}

/** Calls `mark` with the x and the position of failed tasks of a lane in sight, as many as can be told apart. */
export function failuresInSight(
  tasks: TaskLanes,
  lane: number,
  { view, width }: Pick<LaneBox, 'view' | 'width'>,
  mark: (x: number, position: number) => void,
): void {
  const { failed, offset, end: ends } = tasks;
  const scale = width / (view.to - view.from);
  const last = offset[lane + 1] as number;
  let position = taskPositionAt(tasks, lane, view.from);
  while (position < last) {
    const index = firstFailure(tasks, position);
    const at = failed[index];
    if (at === undefined || at >= last) return;
    const x = ((ends[at] as number) - view.from) * scale;
    if ((tasks.from[at] as number) >= view.to) return;
    mark(Math.min(width, x), at);
    position = Math.max(at + 1, taskPositionAt(tasks, lane, view.from + (x + MARK_GAP) / scale));
  }
}

/** The position of the task that a lane was in at `time`, or that begins within the same pixel; -1 for none. */
export function taskAt(tasks: TaskLanes, lane: number, time: number, pixel: number): number {
  const at = taskPositionAt(tasks, lane, time);
  const isHere = at < (tasks.offset[lane + 1] as number) && (tasks.from[at] as number) <= time + pixel;
  return isHere ? at : -1;
}
