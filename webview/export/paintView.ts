import { drawingOf } from '../dom/canvas.ts';

/** Where an element is, in CSS pixels from the corner of the picture. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a view as it is seen: its canvases by the code that draws them, its elements by their grounds, lines and letters. What is
 * scrolled out of sight or hidden for the eye is left out. `context` has CSS pixels as its unit.
 */
export function paintView(context: CanvasRenderingContext2D, view: Element): void {
  const origin = view.getBoundingClientRect();
  const boxOf = (rect: DOMRect): Box => ({
    x: rect.left - origin.left,
    y: rect.top - origin.top,
    width: rect.width,
    height: rect.height,
  });
  const visit = (element: Element, ground: string): void => {
    const style = getComputedStyle(element);
    const rect = element.getBoundingClientRect();
    if (style.display === 'none' || style.visibility === 'hidden' || element.matches('.unseen, .tools, kbd'))
      return;
    if (style.display !== 'contents' && (rect.width === 0 || rect.height === 0)) return;
    const box = boxOf(rect);
    context.save();
    context.globalAlpha *= Number(style.opacity);
    const own = isSeen(style.backgroundColor) ? style.backgroundColor : ground;
    if (isSeen(style.backgroundColor)) paintBox(context, box, style.backgroundColor);
    paintStripes(context, box, style.backgroundImage);
    if (element.matches('.twisty')) paintTwisty(context, box, element);
    else paintLines(context, box, style);
    if (element instanceof HTMLCanvasElement) paintCanvas(context, element, box);
    const clips = style.overflowX !== 'visible' || style.overflowY !== 'visible';
    if (clips) {
      context.beginPath();
      context.rect(box.x, box.y, box.width, box.height);
      context.clip();
    }
    for (const child of element.childNodes) {
      if (child instanceof Element) visit(child, own);
      else if (child instanceof Text) paintText(context, child, style, boxOf);
    }
    context.restore();
  };
  visit(view, 'transparent');
}

const isSeen = (colour: string): boolean => colour !== 'transparent' && !/^rgba\(.*, 0\)$/.test(colour);

function paintBox(context: CanvasRenderingContext2D, { x, y, width, height }: Box, colour: string): void {
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
}

/** A ground of several colours beside each other, as the legend has it for tasks. */
function paintStripes(context: CanvasRenderingContext2D, { x, y, width, height }: Box, image: string): void {
  const colours = image.startsWith('linear-gradient') ? (image.match(/rgba?\([^)]*\)/g) ?? []) : [];
  for (const [i, colour] of colours.entries())
    paintBox(
      context,
      { x: x + (width * i) / colours.length, y, width: width / colours.length, height },
      colour,
    );
}

/** What style sheets draw as a triangle: to the right, or down where its group is open. */
function paintTwisty(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Box,
  element: Element,
): void {
  context.fillStyle = getComputedStyle(element).borderLeftColor;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + width, element.closest('[aria-expanded=true]') ? y : y + height / 2);
  context.lineTo(element.closest('[aria-expanded=true]') ? x + width / 2 : x, y + height);
  context.closePath();
  context.fill();
}

function paintLines(context: CanvasRenderingContext2D, box: Box, style: CSSStyleDeclaration): void {
  const { x, y, width, height } = box;
  const sides = [
    ['Top', x, y, width, 0],
    ['Bottom', x, y + height, width, 0],
    ['Left', x, y, 0, height],
    ['Right', x + width, y, 0, height],
  ] as const;
  for (const [side, left, top, w, h] of sides) {
    const size = Number.parseFloat(style[`border${side}Width`]);
    const colour = style[`border${side}Color`];
    // A triangle is drawn by wide borders of nothing: what is wider than a line is none.
    if (!(size > 0 && size <= 4) || !isSeen(colour) || style[`border${side}Style`] !== 'solid') continue;
    if (box.width < 2 * size || box.height < 2 * size) continue;
    context.fillStyle = colour;
    context.fillRect(
      side === 'Right' ? left - size : left,
      side === 'Bottom' ? top - size : top,
      w === 0 ? size : w,
      h === 0 ? size : h,
    );
  }
}

function paintCanvas(context: CanvasRenderingContext2D, canvas: HTMLCanvasElement, { x, y }: Box): void {
  const drawing = drawingOf(canvas);
  if (!drawing) return;
  context.save();
  context.translate(x, y);
  context.beginPath();
  context.rect(0, 0, drawing.width, drawing.height);
  context.clip();
  drawing.draw(context);
  context.restore();
}

/** Line by line, where the browser has set them; what does not fit ends in dots, as it does there. */
function paintText(
  context: CanvasRenderingContext2D,
  node: Text,
  style: CSSStyleDeclaration,
  boxOf: (rect: DOMRect) => Box,
): void {
  const text = node.data;
  if (text.trim() === '') return;
  const range = document.createRange();
  range.selectNodeContents(node);
  const lines = [...range.getClientRects()];
  if (lines.length === 0) return;
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const { words, rect } of linesOf(node, range, lines)) {
    const { x, y, height } = boxOf(rect);
    const room = roomFor(node.parentElement, rect);
    context.fillText(fitted(context, words, room), x, y + height / 2);
  }
}

function linesOf(node: Text, range: Range, rects: readonly DOMRect[]): { words: string; rect: DOMRect }[] {
  if (rects.length === 1) return [{ words: node.data, rect: rects[0] as DOMRect }];
  const lines: { words: string; rect: DOMRect }[] = [];
  for (const part of node.data.matchAll(/\S+\s*/g)) {
    range.setStart(node, part.index);
    range.setEnd(node, part.index + part[0].length);
    const rect = range.getClientRects()[0];
    const last = lines.at(-1);
    if (!rect) continue;
    if (last && Math.abs(last.rect.top - rect.top) < 2) last.words += part[0];
    else lines.push({ words: part[0], rect });
  }
  return lines;
}

/** Pixels up to where an element that cuts its text cuts it. */
function roomFor(element: Element | null, rect: DOMRect): number {
  for (let at = element; at && getComputedStyle(at).display !== 'block'; at = at.parentElement)
    if (getComputedStyle(at).overflowX !== 'visible') return at.getBoundingClientRect().right - rect.left;
  const box =
    element && getComputedStyle(element).overflowX !== 'visible' ? element.getBoundingClientRect() : null;
  return box ? box.right - rect.left : Number.POSITIVE_INFINITY;
}

function fitted(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (context.measureText(text).width <= room + 1) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}
