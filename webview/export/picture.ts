import { paintView } from './paintView.ts';
import { SvgContext } from './svgContext.ts';

/** Above this no browser makes a canvas. */
const MAX_PIXELS = 64e6;

/** A view as it is seen, as the bytes of a PNG with the pixels of this screen. Throws an Error where the browser makes none. */
export async function pngOf(view: Element, ground: string): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = view.getBoundingClientRect();
  const ratio = Math.min(window.devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / Math.max(1, width * height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the browser has no canvas');
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(ratio, ratio);
  paintView(context, view);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!blob) throw new Error('the picture is too large');
  return new Uint8Array(await blob.arrayBuffer());
}

/** The same as the bytes of an SVG: its letters stay letters, in the fonts of whoever opens it. */
export function svgOf(view: Element, ground: string, title: string): Uint8Array<ArrayBuffer> {
  const measure = document.createElement('canvas').getContext('2d');
  if (!measure) throw new Error('the browser has no canvas');
  const { width, height } = view.getBoundingClientRect();
  const svg = new SvgContext(measure);
  svg.fillStyle = ground;
  svg.fillRect(0, 0, width, height);
  // Views draw with a part of a canvas' context, and this is that part.
  paintView(svg as unknown as CanvasRenderingContext2D, view);
  return new TextEncoder().encode(svg.picture(width, height, title));
}

/** A name for a file that every system takes. */
export const pictureName = (program: string, what: string, ending: string): string =>
  `${[program, what]
    .map((part) =>
      part
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, '')
        .slice(0, 40),
    )
    .filter((part) => part !== '')
    .join('-')}.${ending}`;
