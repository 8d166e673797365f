import type { Palette } from '../theme/palette.ts';
import { type BoxColours, PURE } from './colours.ts';
import type { FlameBoxes } from './layout.ts';

export const ROW_HEIGHT = 21;
/** Space between the edge of a box and its label. */
const PAD = 6;
const FONT_SIZE = 11.5;
/** The strip of what a box's time is made of. */
const STRIP_HEIGHT = 4;

export interface FlameScene {
  readonly palette: Palette;
  readonly boxes: FlameBoxes;
  readonly colours: BoxColours;
  /** Function of each node; -1 for the root. */
  readonly functionOf: (node: number) => number;
  /** What is written in a box: a name, and where there is room, quietly, where it is. */
  readonly labelOf: (node: number, called: number) => { readonly name: string; readonly source: string };
  /** Whether a function ran on a device. */
  readonly onDevice: (called: number) => boolean;
  readonly scrollTop: number;
  /** 1 for each function that the search found; null without a search. */
  readonly found: Uint8Array | null;
  /** Function whose boxes are framed; -1 for none. */
  readonly picked: number;
  /** Box under the pointer, and box that the keys are at; -1 for none. */
  readonly hover: number;
  readonly active: number;
  /** Rows above this one are what the picture was zoomed into: they are drawn quietly. */
  readonly quietRows: number;
}

/** Draws the boxes that are in sight: fills first, labels after them, marks on top. */
export function paintFlame(
  context: CanvasRenderingContext2D,
  scene: FlameScene,
  width: number,
  height: number,
): void {
  const { palette, boxes, colours, scrollTop, found } = scene;
  context.fillStyle = palette.bg;
  context.fillRect(0, 0, width, height);
  context.font = `${FONT_SIZE}px ${palette.mono}`;
  context.textBaseline = 'middle';
  const letter = context.measureText('M').width;
  for (let i = 0; i < boxes.count; i++) {
    const y = (boxes.row[i] as number) * ROW_HEIGHT - scrollTop;
    if (y > height || y + ROW_HEIGHT < 0) continue;
    const node = boxes.node[i] as number;
    const merged = (boxes.merged[i] as number) > 0;
    const called = merged ? -1 : scene.functionOf(node);
    const colour = colours.colour(node, called, i);
    const x = boxes.x[i] as number;
    const wide = boxes.width[i] as number;
    const isCaller = (boxes.row[i] as number) < scene.quietRows;
    const fades = (found !== null && (called < 0 || found[called] === 0)) || isCaller;
    context.globalAlpha = fades ? (isCaller ? 0.5 : 0.22) : merged ? 0.6 : 1;
    context.fillStyle = colour.fill;
    box(context, x, y, wide);
    const striped = called >= 0 && wide > 3 && strip(context, scene, i, y);
    if (!striped && called >= 0 && scene.onDevice(called)) footing(context, palette, x, y, wide);
    context.globalAlpha = fades && !isCaller ? 0.55 : 1;
    if (wide < 4 * letter || merged) continue;
    const ink = fades ? palette.text : colour.ink;
    const middle = y + (striped ? ROW_HEIGHT - STRIP_HEIGHT : ROW_HEIGHT) / 2;
    label(context, { ...scene.labelOf(node, called), x: x + PAD, middle, room: wide - 2 * PAD, letter, ink });
  }
  context.globalAlpha = 1;
  marks(context, scene);
}

/**
 * Below the label of a box whose time is of more than one kind: the parts, each as wide as its share, in the order of the legend. False
 * for others.
 */
function strip(
  context: CanvasRenderingContext2D,
  { palette, boxes, colours }: FlameScene,
  i: number,
  y: number,
): boolean {
  const parts = colours.parts?.(boxes.node[i] as number, i);
  if (!parts) return false;
  let whole = 0;
  let most = 0;
  for (const part of parts) {
    whole += Math.max(0, part);
    most = Math.max(most, part);
  }
  if (!(whole > 0) || most >= PURE * whole) return false;
  const wide = (boxes.width[i] as number) - 1;
  const top = y + ROW_HEIGHT - 1 - STRIP_HEIGHT;
  let x = boxes.x[i] as number;
  context.fillStyle = palette.bg;
  context.fillRect(x, top - 1, wide, STRIP_HEIGHT + 1);
  for (let kind = 0; kind < parts.length; kind++) {
    const part = (Math.max(0, parts[kind] as number) / whole) * wide;
    if (part <= 0) continue;
    context.fillStyle = colours.fills[kind] ?? palette.library;
    context.fillRect(x, top, part, STRIP_HEIGHT);
    x += part;
  }
  return true;
}

/** A hair of background between neighbours; none where a box would vanish by it. */
function box(context: CanvasRenderingContext2D, x: number, y: number, width: number): void {
  const wide = width > 3 ? width - 1 : Math.max(0.5, width);
  if (wide < 6) context.fillRect(x, y, wide, ROW_HEIGHT - 1);
  else {
    context.beginPath();
    context.roundRect(x, y, wide, ROW_HEIGHT - 1, 2);
    context.fill();
  }
}

/** Under what ran on a device: a module of the host may have the same colour. */
function footing(
  context: CanvasRenderingContext2D,
  { bg }: Palette,
  x: number,
  y: number,
  width: number,
): void {
  context.fillStyle = bg;
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * 0.55;
  context.fillRect(x, y + ROW_HEIGHT - 4, width > 3 ? width - 1 : Math.max(0.5, width), 1.5);
  context.globalAlpha = alpha;
}

interface Label {
  readonly name: string;
  readonly source: string;
  readonly x: number;
  readonly middle: number;
  readonly room: number;
  readonly letter: number;
  readonly ink: string;
}

/** Writes as much as there is room for; the place only where it fits whole. */
function label(
  context: CanvasRenderingContext2D,
  { name, source, x, middle, room, letter, ink }: Label,
): void {
  const shown = fitted(name, room, letter, (text) => context.measureText(text).width);
  if (shown === '') return;
  context.fillStyle = ink;
  context.fillText(shown, x, middle);
  if (shown !== name || source === '') return;
  const used = context.measureText(name).width + 1.5 * letter;
  if (used + source.length * letter > room) return;
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * 0.72;
  context.fillText(source, x + used, middle);
  context.globalAlpha = alpha;
}

/** Letters of the Latin script are as wide as an M in a monospaced font; others are measured. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of plain letters begins there.
const PLAIN = /^[\u0000-\u024f]*$/;

/**
 * The longest beginning of `text` that is at most `room` wide, with an ellipsis when it is cut; empty when not even three
 * letters fit. `letter`: width of a plain letter. All in CSS pixels.
 */
export function fitted(
  text: string,
  room: number,
  letter: number,
  widthOf: (text: string) => number,
): string {
  const letters = Math.floor(room / letter);
  if (letters < 3) return '';
  if (PLAIN.test(text)) return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
  const characters = [...text];
  if (widthOf(text) <= room) return text;
  let low = 0;
  let high = Math.min(characters.length, letters);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (widthOf(`${characters.slice(0, middle).join('')}…`) <= room) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? '' : `${characters.slice(0, low).join('')}…`;
}

function marks(context: CanvasRenderingContext2D, scene: FlameScene): void {
  const { boxes, palette, picked, hover, active, scrollTop } = scene;
  const frame = (i: number, colour: string, thick: number): void => {
    const y = (boxes.row[i] as number) * ROW_HEIGHT - scrollTop;
    const wide = Math.max(2, (boxes.width[i] as number) - 1);
    context.strokeStyle = colour;
    context.lineWidth = thick;
    context.strokeRect(
      (boxes.x[i] as number) + thick / 2,
      y + thick / 2,
      wide - thick,
      ROW_HEIGHT - 1 - thick,
    );
  };
  if (picked >= 0) {
    for (let i = 0; i < boxes.count; i++) {
      const same = boxes.merged[i] === 0 && scene.functionOf(boxes.node[i] as number) === picked;
      if (same && (boxes.width[i] as number) >= 2) frame(i, palette.text, 1.5);
    }
  }
  if (hover >= 0 && hover < boxes.count) frame(hover, palette.text, 1);
  if (active >= 0 && active < boxes.count) frame(active, palette.accent, 2.5);
}
