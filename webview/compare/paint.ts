import type { CallTree } from '../../analyzer/analysis/callTree.ts';
import type { FlameBoxes } from '../flame/layout.ts';
import { fitted, ROW_HEIGHT } from '../flame/paint.ts';
import { visible } from '../format.ts';
import type { FrameColour, Palette } from '../theme/palette.ts';
import type { Difference } from './runs.ts';
import { stepOf } from './scale.ts';
import type { Unit } from './state.ts';
import { deltaWords } from './words.ts';

/** Space between the edge of a box and its label. */
const PAD = 6;
const FONT_SIZE = 11.5;

export interface DifferenceScene {
  readonly palette: Palette;
  readonly colourOf: (step: number) => FrameColour;
  readonly shape: CallTree;
  /** By function. */
  readonly names: readonly string[];
  readonly difference: Difference;
  readonly unit: Unit;
  readonly boxes: FlameBoxes;
  readonly scrollTop: number;
  readonly rootLabel: string;
  /** 1 for each function that the search found; null without a search. */
  readonly found: Uint8Array | null;
  readonly picked: number;
  /** Box under the pointer, and box that the keys are at; -1 for none. */
  readonly hover: number;
  readonly active: number;
  readonly zoom: number;
}

/** Draws the boxes that are in sight, each with its name and what it has changed by. */
export function paintDifference(
  context: CanvasRenderingContext2D,
  scene: DifferenceScene,
  width: number,
  height: number,
): void {
  const { palette, boxes, shape, scrollTop, found, difference } = scene;
  const { before, after } = difference;
  context.fillStyle = palette.bg;
  context.fillRect(0, 0, width, height);
  context.font = `${FONT_SIZE}px ${palette.mono}`;
  context.textBaseline = 'middle';
  const letter = context.measureText('M').width;
  const zoomRow = shape.depth[scene.zoom] ?? 0;
  for (let i = 0; i < boxes.count; i++) {
    const y = (boxes.row[i] as number) * ROW_HEIGHT - scrollTop;
    if (y > height || y + ROW_HEIGHT < 0) continue;
    const node = boxes.node[i] as number;
    const id = shape.function[node] as number;
    const merged = (boxes.merged[i] as number) > 0;
    const then = before.total[node] as number;
    const now = after.total[node] as number;
    const { fill, ink } = scene.colourOf(merged ? 0 : stepOf(then, now));
    const isCaller = (boxes.row[i] as number) < zoomRow;
    const fades = isCaller || (found !== null && (id < 0 || merged || found[id] === 0));
    context.globalAlpha = fades ? (isCaller ? 0.5 : 0.22) : 1;
    context.fillStyle = fill;
    const x = boxes.x[i] as number;
    const wide = boxes.width[i] as number;
    // A hair of background between neighbours; none where a box would vanish by it.
    context.fillRect(x, y, wide > 3 ? wide - 1 : Math.max(0.5, wide), ROW_HEIGHT - 1);
    context.globalAlpha = fades && !isCaller ? 0.55 : 1;
    if (merged || wide < 4 * letter) continue;
    context.fillStyle = fades ? palette.text : ink;
    const name = id < 0 ? scene.rootLabel : visible(scene.names[id] as string);
    const delta = deltaWords(then, now, scene.unit);
    label(context, { name, delta, x: Math.max(0, x) + PAD, y, room: wide - 2 * PAD, letter });
  }
  context.globalAlpha = 1;
  marks(context, scene);
}

/** The name as far as there is room; what it has changed by where it fits beside the whole of it. */
function label(
  context: CanvasRenderingContext2D,
  of: { name: string; delta: string; x: number; y: number; room: number; letter: number },
): void {
  const { name, delta, x, y, room, letter } = of;
  const middle = y + ROW_HEIGHT / 2;
  const shown = fitted(name, room, letter, (text) => context.measureText(text).width);
  if (shown === '') return;
  context.fillText(shown, x, middle);
  const used = context.measureText(shown).width + 1.5 * letter;
  if (shown !== name || used + delta.length * letter > room) return;
  const font = context.font;
  context.font = `600 ${font}`;
  context.fillText(delta, x + used, middle);
  context.font = font;
}

function marks(context: CanvasRenderingContext2D, scene: DifferenceScene): void {
  const { boxes, palette, picked, hover, active, scrollTop, shape } = scene;
  const frame = (i: number, colour: string, thick: number): void => {
    const y = (boxes.row[i] as number) * ROW_HEIGHT - scrollTop;
    const wide = Math.max(2, (boxes.width[i] as number) - 1);
    context.strokeStyle = colour;
    context.lineWidth = thick;
    const left = (boxes.x[i] as number) + thick / 2;
    context.strokeRect(left, y + thick / 2, wide - thick, ROW_HEIGHT - 1 - thick);
  };
  if (picked >= 0)
    for (let i = 0; i < boxes.count; i++) {
      const same = shape.function[boxes.node[i] as number] === picked && boxes.merged[i] === 0;
      if (same && (boxes.width[i] as number) >= 2) frame(i, palette.text, 1.5);
    }
  if (hover >= 0 && hover < boxes.count) frame(hover, palette.text, 1);
  if (active >= 0 && active < boxes.count) frame(active, palette.accent, 2.5);
}
