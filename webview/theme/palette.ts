import { ACTIVITIES } from '../../analyzer/analysis/activity.ts';
import type { Home } from '../../analyzer/analysis/origin.ts';
import { contrast, lightened } from './colour.ts';

/** The tokens as colours that a canvas takes. */
export interface Palette {
  readonly bg: string;
  readonly panel: string;
  readonly line: string;
  readonly edge: string;
  readonly text: string;
  readonly dim: string;
  readonly accent: string;
  readonly veil: string;
  readonly track: string;
  readonly trackHover: string;
  readonly trackPicked: string;
  readonly area: string;
  readonly areaLine: string;
  readonly counter: string;
  readonly counterLine: string;
  readonly pickling: string;
  readonly collection: string;
  readonly queued: string;
  readonly queuedLine: string;
  /** Work of devices. */
  readonly kernel: string;
  readonly upload: string;
  readonly download: string;
  readonly deviceCopy: string;
  readonly fill: string;
  /** What a program marked by name. */
  readonly range: string;
  readonly rangeLine: string;
  /** Operators of a framework, and what autograd runs. */
  readonly operator: string;
  readonly operatorLine: string;
  readonly backward: string;
  readonly backwardLine: string;
  readonly bad: string;
  readonly root: string;
  /** By the value of `ACTIVITIES`. */
  readonly activity: readonly string[];
  readonly own: readonly string[];
  readonly library: string;
  readonly native: string;
  readonly frameInk: string;
  readonly frameLight: string;
  readonly mono: string;
  readonly sans: string;
}

/** Reads the tokens that apply to `root`, each as the colour it comes to: a token may name a system colour. */
export function readPalette(root: HTMLElement): Palette {
  const probe = document.createElement('i');
  probe.hidden = true;
  // Where the system forces its colours, all of them would come to that of its letters.
  probe.style.setProperty('forced-color-adjust', 'none');
  root.append(probe);
  const colour = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  const font = (token: string): string => getComputedStyle(root).getPropertyValue(`--${token}`).trim();
  const palette: Palette = {
    bg: colour('bg'),
    panel: colour('panel'),
    line: colour('line'),
    edge: colour('edge'),
    text: colour('text'),
    dim: colour('dim'),
    accent: colour('accent'),
    veil: colour('veil'),
    track: colour('track'),
    trackHover: colour('track-hover'),
    trackPicked: colour('track-picked'),
    area: colour('area'),
    areaLine: colour('area-line'),
    counter: colour('counter'),
    counterLine: colour('counter-line'),
    pickling: colour('pickling'),
    collection: colour('collection'),
    queued: colour('queued'),
    queuedLine: colour('queued-line'),
    kernel: colour('kernel'),
    upload: colour('upload'),
    download: colour('download'),
    deviceCopy: colour('device-copy'),
    fill: colour('fill'),
    range: colour('range'),
    rangeLine: colour('range-line'),
    operator: colour('operator'),
    operatorLine: colour('operator-line'),
    backward: colour('backward'),
    backwardLine: colour('backward-line'),
    bad: colour('bad'),
    root: colour('root'),
    activity: ACTIVITIES.map((name) => (name === 'idle' ? 'transparent' : colour(name))),
    own: Array.from({ length: OWN_COLOURS }, (_, i) => colour(`own-${i}`)),
    library: colour('library'),
    native: colour('native'),
    frameInk: colour('frame-ink'),
    frameLight: colour('frame-light'),
    mono: font('mono'),
    sans: font('sans'),
  };
  probe.remove();
  return palette;
}

export const OWN_COLOURS = 8;

/** FNV-1a: the same text has the same colour in every recording, on every machine. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The colour of a module of the program's own, an index into `Palette.own`. */
export const hueOf = (module: string): number => hashOf(module) % OWN_COLOURS;

/** Fill and ink of a frame. */
export interface FrameColour {
  readonly fill: string;
  readonly ink: string;
}

/**
 * The colours of functions: the hue says the module, a small step in lightness tells neighbours of one module apart. The
 * ink is whichever of the two has more contrast to the fill.
 */
export function frameColours(palette: Palette): (home: Home, name: string) => FrameColour {
  const known = new Map<string, FrameColour>();
  return (home, name) => {
    const step = hashOf(name) % 3;
    const base =
      home.origin === 'own'
        ? (palette.own[hueOf(home.module)] as string)
        : home.origin === 'library'
          ? palette.library
          : home.origin === 'device'
            ? ofDevice(palette, name)
            : palette.native;
    const key = `${base} ${step}`;
    const found = known.get(key);
    if (found) return found;
    const fill = lightened(
      base,
      (step - 1) * (home.origin === 'own' || home.origin === 'device' ? 3.5 : 2.5),
    );
    const colour = { fill, ink: inkOn(fill, palette) };
    known.set(key, colour);
    return colour;
  };
}

/** By the names that `workName` gives. */
function ofDevice({ kernel, upload, download, deviceCopy, fill }: Palette, name: string): string {
  if (name.startsWith('[copy host to device')) return upload;
  if (name.startsWith('[copy device to host')) return download;
  if (name.startsWith('[copy ')) return deviceCopy;
  return name.startsWith('[') ? fill : kernel;
}

export function inkOn(fill: string, { frameInk, frameLight }: Palette): string {
  return contrast(fill, frameInk) >= contrast(fill, frameLight) ? frameInk : frameLight;
}
