import { RUNS } from '../../analyzer/analysis/activity.ts';
import { addConcurrency } from '../../analyzer/analysis/timeline.ts';
import type { ViewContext } from '../context.ts';
import { surface } from '../dom/canvas.ts';
import { h } from '../dom/element.ts';
import { duration } from '../format.ts';
import type { Profile } from '../profile.ts';
import { within, zoomed } from '../state/viewState.ts';
import type { Palette } from '../theme/palette.ts';
import { area } from './area.ts';
import type { Cursor } from './cursor.ts';
import { paintCursor, paintLength } from './measure.ts';
import { ticks, timeOf, xOf } from './scale.ts';

export const MINIMAP_HEIGHT = 36;
export const AXIS_HEIGHT = 22;
/** Distance in pixels at which the pointer takes an edge of the window and not the window. */
const GRIP = 6;

/** The whole run as cores in use, with a window on the part that the tracks show, and below it the axis of the tracks. */
export function createOverview(
  { profile, store, palette, onColours }: ViewContext,
  cursor: Cursor,
): { element: HTMLElement } {
  const { bounds } = profile;
  const canvas = h('canvas', {
    role: 'img',
    'aria-label': `Cores in use over the whole run of ${duration(bounds.to - bounds.from)}, and the axis of time`,
  });
  const element = h('div', { class: 'overview' }, canvas);
  const paintCores = coresPainter(profile);

  const drawn = surface(canvas, element, (context, width, height) => {
    const colours = palette();
    const { view, range } = store.get();
    context.fillStyle = colours.bg;
    context.fillRect(0, 0, width, height);
    paintCores(context, width, colours);
    if (range) {
      context.fillStyle = colours.accent;
      context.globalAlpha = 0.18;
      const left = xOf(range.from, bounds, width);
      context.fillRect(left, 0, Math.max(1, xOf(range.to, bounds, width) - left), MINIMAP_HEIGHT);
      context.globalAlpha = 1;
    }
    paintWindow(context, width);
    context.fillStyle = colours.line;
    context.fillRect(0, height - 1, width, 1);
    context.fillRect(0, MINIMAP_HEIGHT, width, 1);
    context.font = `11px ${colours.sans}`;
    context.textBaseline = 'middle';
    for (const { x, label } of ticks(view, bounds.from, width)) {
      const text = context.measureText(label).width;
      // A label that would leave the picture is left out: half a number is a wrong one.
      if (x + 4 + text > width) continue;
      context.fillStyle = colours.line;
      context.fillRect(Math.round(x), MINIMAP_HEIGHT + 8, 1, AXIS_HEIGHT - 8);
      context.fillStyle = colours.dim;
      context.fillText(label, Math.round(x) + 4, MINIMAP_HEIGHT + AXIS_HEIGHT / 2 + 1);
    }
    const axis = {
      context,
      palette: colours,
      view,
      width,
      y: MINIMAP_HEIGHT + 1,
      height: height - MINIMAP_HEIGHT - 2,
    };
    if (range) paintLength(axis, range);
    const { at } = cursor.get();
    if (at !== null) paintCursor(axis, at, bounds.from);
  });

  const paintWindow = (context: CanvasRenderingContext2D, width: number): void => {
    const { view } = store.get();
    if (view.from <= bounds.from && view.to >= bounds.to) return;
    const colours = palette();
    const x0 = xOf(view.from, bounds, width);
    const x1 = Math.max(x0 + 2, xOf(view.to, bounds, width));
    context.fillStyle = colours.veil;
    context.fillRect(0, 0, x0, MINIMAP_HEIGHT);
    context.fillRect(x1, 0, width - x1, MINIMAP_HEIGHT);
    context.strokeStyle = colours.accent;
    context.lineWidth = 1;
    context.strokeRect(Math.round(x0) + 0.5, 0.5, Math.max(2, Math.round(x1 - x0) - 1), MINIMAP_HEIGHT - 1);
    // What the edges can be taken by.
    context.fillStyle = colours.accent;
    for (const x of [x0, x1]) context.fillRect(Math.round(x) - 2, MINIMAP_HEIGHT / 2 - 7, 5, 14);
  };

  let grip: { readonly part: 'left' | 'right' | 'window'; readonly at: number } | null = null;
  const xOfEvent = (event: MouseEvent): number => event.clientX - canvas.getBoundingClientRect().left;
  /** The edge of the window that the pointer can take; null for none. */
  const edgeAt = (event: PointerEvent): 'left' | 'right' | null => {
    const { view } = store.get();
    if (event.offsetY > MINIMAP_HEIGHT || (view.from <= bounds.from && view.to >= bounds.to)) return null;
    const away = (time: number): number => Math.abs(xOfEvent(event) - xOf(time, bounds, drawn.width()));
    const [left, right] = [away(view.from), away(view.to)];
    if (Math.min(left, right) > GRIP) return null;
    return left < right ? 'left' : 'right';
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.offsetY > MINIMAP_HEIGHT) return;
    const width = drawn.width();
    const x = xOfEvent(event);
    const { view } = store.get();
    const left = xOf(view.from, bounds, width);
    const right = xOf(view.to, bounds, width);
    const edge = edgeAt(event);
    if (edge) grip = { part: edge, at: 0 };
    else {
      const length = view.to - view.from;
      const inside = x > left && x < right;
      const at = inside ? timeOf(x, bounds, width) - view.from : length / 2;
      grip = { part: 'window', at };
      if (!inside) move(x);
    }
    canvas.setPointerCapture(event.pointerId);
  });
  const move = (x: number): void => {
    if (!grip) return;
    const time = timeOf(x, bounds, drawn.width());
    const { view } = store.get();
    if (grip.part === 'left')
      store.set({ view: within({ from: Math.min(time, view.to), to: view.to }, bounds) });
    else if (grip.part === 'right')
      store.set({ view: within({ from: view.from, to: Math.max(time, view.from) }, bounds) });
    else {
      const from = time - grip.at;
      store.set({ view: within({ from, to: from + view.to - view.from }, bounds) });
    }
  };
  canvas.addEventListener('pointermove', (event) => {
    canvas.classList.toggle('on-edge', grip === null ? edgeAt(event) !== null : grip.part !== 'window');
    move(xOfEvent(event));
  });
  canvas.addEventListener('pointerup', () => {
    grip = null;
  });
  canvas.addEventListener('pointercancel', () => {
    grip = null;
  });
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const { view } = store.get();
      const onMap = event.offsetY <= MINIMAP_HEIGHT;
      const at = timeOf(xOfEvent(event), onMap ? bounds : view, drawn.width());
      store.set({ view: zoomed(view, at, 2 ** Math.max(-1, Math.min(1, event.deltaY / 200)), bounds) });
    },
    { passive: false },
  );
  store.on(['view', 'range'], drawn.redraw);
  cursor.on(['at'], drawn.redraw);
  onColours(drawn.redraw);
  return { element };
}

type Painter = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/**
 * Paints the cores in use over the whole run. The picture is kept: only the size and the theme change it, and the pointer draws over it at
 * each move. What is no canvas, and takes no pictures, is painted on itself.
 */
function coresPainter({
  timeline,
  lanes,
  bounds,
}: Profile): (context: CanvasRenderingContext2D, width: number, colours: Palette) => void {
  const paint = (context: Painter, width: number, colours: Palette): void => {
    context.fillStyle = colours.panel;
    context.fillRect(0, 0, width, MINIMAP_HEIGHT);
    const cores = new Float64Array(Math.max(1, Math.floor(width)));
    addConcurrency(timeline, lanes, RUNS, bounds.from, bounds.to, cores);
    const most = cores.reduce((top, value) => Math.max(top, value), 1);
    const box = { x: 0, y: 4, width, height: MINIMAP_HEIGHT - 4 };
    area(context, cores, box, most, colours.area, colours.areaLine);
  };
  let known: { readonly picture: OffscreenCanvas; readonly width: number; readonly colours: Palette } | null =
    null;
  return (context, width, colours) => {
    if (!(context instanceof CanvasRenderingContext2D)) {
      paint(context, width, colours);
      return;
    }
    const ratio = context.getTransform().a;
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.round(MINIMAP_HEIGHT * ratio)];
    if (known?.width !== width || known.colours !== colours || known.picture.width !== w) {
      known = { picture: new OffscreenCanvas(w, h), width, colours };
      const kept = known.picture.getContext('2d', { alpha: false });
      kept?.scale(ratio, ratio);
      if (kept) paint(kept, width, colours);
    }
    context.drawImage(known.picture, 0, 0, width, MINIMAP_HEIGHT);
  };
}
