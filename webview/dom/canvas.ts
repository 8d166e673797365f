import { atFrame } from './frame.ts';

/** A canvas that is as sharp as the screen, drawn at most once a frame, with its size in CSS pixels. */
export interface Surface {
  readonly canvas: HTMLCanvasElement;
  readonly width: () => number;
  readonly height: () => number;
  /** Draws at the next frame, once for any number of calls. */
  readonly redraw: () => void;
}

/** How a canvas is drawn, and its size in CSS pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly draw: (context: CanvasRenderingContext2D) => void;
}

const drawings = new WeakMap<HTMLCanvasElement, () => Drawing>();

/** Draws again what a canvas shows now, elsewhere; undefined for a canvas that is no surface. */
export const drawingOf = (canvas: HTMLCanvasElement): Drawing | undefined => drawings.get(canvas)?.();

/** Above this a canvas costs more memory than its sharpness is worth, and some browsers refuse it. */
const MAX_PIXELS = 16e6;

/**
 * Keeps `canvas` as large as `box` and calls `draw` with a context whose unit is a CSS pixel. `draw` runs at least once
 * for each size.
 */
export function surface(
  canvas: HTMLCanvasElement,
  box: HTMLElement,
  draw: (context: CanvasRenderingContext2D, width: number, height: number) => void,
): Surface {
  let width = 0;
  let height = 0;
  let pending = false;
  const context = canvas.getContext('2d', { alpha: false });
  const paint = (): void => {
    pending = false;
    if (!context || width < 1 || height < 1) return;
    const ratio = Math.min(window.devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / (width * height)));
    const w = Math.round(width * ratio);
    const h = Math.round(height * ratio);
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, width, height);
  };
  drawings.set(canvas, () => ({ width, height, draw: (other) => draw(other, width, height) }));
  const redraw = (): void => {
    if (pending) return;
    pending = true;
    atFrame(paint);
  };
  new ResizeObserver(() => {
    const w = Math.floor(box.clientWidth);
    const h = Math.floor(box.clientHeight);
    if (w === width && h === height) return;
    width = w;
    height = h;
    redraw();
  }).observe(box);
  return { canvas, width: () => width, height: () => height, redraw };
}
