import { coveredShares } from '../../analyzer/analysis/coverage.ts';
import type { DeviceBusy } from '../../analyzer/analysis/deviceBusy.ts';
import { WORK_KINDS, type WorkKind } from '../../analyzer/analysis/deviceWork.ts';
import { trackCount } from '../../analyzer/analysis/spanTracks.ts';
import { workLabel } from '../devices/names.ts';
import { fitted } from '../flame/paint.ts';
import { bytes } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import { inkOn, type Palette } from '../theme/palette.ts';
import { area } from './area.ts';
import { TRACK_HEIGHT } from './deviceRows.ts';
import { DrawList } from './drawList.ts';
import { LANE_HEIGHT } from './rows.ts';
import { xOf } from './scale.ts';
import { layoutSpans } from './spanLayout.ts';

type Context = CanvasRenderingContext2D;

const list = new DrawList();
const GAP = 4;
const FONT_SIZE = 10.5;
const PAD = 4;
/** Of a name that is cut, with its dots: fewer tell nothing. */
const LEAST_LETTERS = 5;
const NARROWEST_LABEL = 26;
const SEPARATE_FROM = 3;

/**
 * Kernels have the whole height; copies to the device stand at the bottom, those back at the top, and fills are low, so that
 * they are told apart without their colours.
 */
const SHAPES: Readonly<Record<WorkKind, readonly [top: number, bottom: number]>> = {
  kernel: [0, 1],
  native: [0, 1],
  memset: [0.7, 1],
  marker: [0.4, 0.6],
  H2D: [0.3, 1],
  D2H: [0, 0.7],
  D2D: [0.15, 0.85],
  P2P: [0.15, 0.85],
};
const shapes = WORK_KINDS.map((kind) => SHAPES[kind]);

/** The colour of each of `WORK_KINDS`. */
const coloursOf = ({
  kernel,
  native,
  fill,
  dim,
  upload,
  download,
  deviceCopy,
}: Palette): readonly string[] => {
  const colours: Readonly<Record<WorkKind, string>> = {
    kernel,
    native,
    memset: fill,
    marker: dim,
    H2D: upload,
    D2H: download,
    D2D: deviceCopy,
    P2P: deviceCopy,
  };
  return WORK_KINDS.map((kind) => colours[kind]);
};

export interface StreamRow {
  readonly profile: Profile;
  readonly palette: Palette;
  readonly view: Interval;
  readonly lane: number;
  /** The top of the row. */
  readonly y: number;
  readonly width: number;
  /** The selected piece of work, -1 for none. */
  readonly work: number;
}

/** The top and the height of a track's boxes, from the top of its row. */
export const trackBox = (track: number): { readonly y: number; readonly height: number } =>
  track === 0
    ? { y: GAP, height: LANE_HEIGHT - 2 * GAP }
    : { y: LANE_HEIGHT - GAP + 2 + (track - 1) * TRACK_HEIGHT, height: TRACK_HEIGHT - 2 };

/** The work of a stream, with names where there is room. */
export function paintStream(context: Context, row: StreamRow): void {
  const { profile, palette, view, lane, width } = row;
  const { tracks } = profile.devices;
  const colours = coloursOf(palette);
  for (let track = 0; track < trackCount(tracks, lane); track++) {
    const place = trackBox(track);
    const box = { view, width, y: row.y + place.y, height: place.height };
    context.fillStyle = palette.track;
    context.fillRect(0, box.y, width, box.height);
    list.clear();
    layoutSpans(list, tracks, (tracks.first[lane] as number) + track, box, (kind) => shapes[kind] ?? [0, 1]);
    paintBoxes(context, colours);
    paintNames(context, profile, palette, colours);
  }
  paintSelected(context, row);
}

function paintBoxes(context: Context, colours: readonly string[]): void {
  let filled = -1;
  for (let i = 0; i < list.length; i++) {
    const kind = list.kind[i] as number;
    if (kind !== filled) context.fillStyle = colours[kind] ?? '#000';
    filled = kind;
    const width = list.width[i] as number;
    const gap = (list.item[i] as number) >= 0 && width > SEPARATE_FROM ? 1 : 0;
    context.fillRect(list.x[i] as number, list.y[i] as number, width - gap, list.height[i] as number);
  }
}

function paintNames(context: Context, profile: Profile, palette: Palette, colours: readonly string[]): void {
  const { tracks, work } = profile.devices;
  context.font = `${FONT_SIZE}px ${palette.mono}`;
  context.textBaseline = 'middle';
  const letter = context.measureText('M').width;
  const widthOf = (text: string): number => context.measureText(text).width;
  for (let i = 0; i < list.length; i++) {
    const position = list.item[i] as number;
    const width = list.width[i] as number;
    const height = list.height[i] as number;
    if (position < 0 || width < NARROWEST_LABEL || height < FONT_SIZE - 1) continue;
    const at = tracks.row[position] as number;
    const isCopy = at >= work.kernels;
    const whole = isCopy
      ? bytes(profile.recording.tables.transfers.bytes[at - work.kernels] as number)
      : workLabel(profile, at);
    const left = Math.max(0, list.x[i] as number) + PAD;
    const name = fitted(whole, (list.x[i] as number) + width - left - PAD, letter, widthOf);
    if (name === '' || (name !== whole && name.length < LEAST_LETTERS)) continue;
    context.fillStyle = inkOn(colours[list.kind[i] as number] ?? '#000', palette);
    context.fillText(name, left, (list.y[i] as number) + height / 2 + 0.5);
  }
}

function paintSelected(
  context: Context,
  { profile, palette, view, lane, y, width, work: at }: StreamRow,
): void {
  const { work, tracks } = profile.devices;
  if (at < 0 || work.lane[at] !== lane) return;
  const x0 = xOf(work.start[at] as number, view, width);
  const x1 = xOf(work.end[at] as number, view, width);
  const place = trackBox(trackOf(tracks, lane, at));
  context.strokeStyle = palette.text;
  context.lineWidth = 1.5;
  context.strokeRect(
    Math.round(x0) - 0.5,
    y + place.y - 0.5,
    Math.max(3, Math.round(x1 - x0)),
    place.height + 1,
  );
}

/** The track of a piece of work, counted from the first of its lane. */
export function trackOf(tracks: Profile['devices']['tracks'], lane: number, at: number): number {
  const position = positionOfWork(tracks, lane, at);
  for (let track = trackCount(tracks, lane) - 1; track > 0; track--)
    if (position >= (tracks.offset[(tracks.first[lane] as number) + track] as number)) return track;
  return 0;
}

/** The position of a row on a lane; -1 for none. */
export function positionOfWork(
  { first, offset, row }: Profile['devices']['tracks'],
  lane: number,
  at: number,
): number {
  const from = offset[first[lane] as number] as number;
  const to = offset[first[lane + 1] as number] as number;
  for (let position = from; position < to; position++) if (row[position] === at) return position;
  return -1;
}

export interface DeviceRow {
  readonly palette: Palette;
  readonly view: Interval;
  readonly busy: DeviceBusy | null;
  readonly y: number;
  readonly height: number;
  readonly width: number;
}

/** How busy a device was: the share of the time with a kernel, and below it that with a copy or a fill. */
export function paintDevice(context: Context, { palette, view, busy, y, height, width }: DeviceRow): void {
  if (!busy) return;
  const bins = new Float64Array(Math.max(1, Math.round(width)));
  const below = 6;
  coveredShares(busy.kernels, view.from, view.to, bins);
  const top = { x: 0, y: y + 4, width, height: height - below - 6 };
  context.globalAlpha *= 0.75;
  area(context, bins, top, 1, palette.kernel, palette.kernel);
  coveredShares(busy.memory, view.from, view.to, bins);
  const bottom = { x: 0, y: y + height - below - 1, width, height: below };
  area(context, bins, bottom, 1, palette.upload, null);
  context.globalAlpha /= 0.75;
}
