import { ACTIVITIES } from '../../analyzer/analysis/activity.ts';
import { h } from '../dom/element.ts';
import { visible } from '../format.ts';
import type { Colouring } from '../state/flameState.ts';
import { contrast } from '../theme/colour.ts';
import { type FrameColour, frameColours, hashOf, type Palette } from '../theme/palette.ts';
import { ACTIVITY_NAMES } from '../timeline/describe.ts';
import type { Shape } from './shape.ts';
import type { LaneGroup } from './split.ts';

/** How boxes are coloured: by what they are, or by what their time is made of. */
export interface BoxColours {
  /** `node` of the arranged tree, and its function; -1 for the root. `box`: its number in the picture. */
  readonly colour: (node: number, called: number, box: number) => FrameColour;
  /** Parts of a box's time, by category, drawn as a strip below its label; null where the fill says all. */
  readonly parts: ((node: number, box: number) => Float64Array) | null;
  readonly fills: readonly string[];
}

/** Below this share of a part a box is of one kind to the eye. */
export const PURE = 0.98;

/** With whichever ink has most contrast: bright fills are few among modules, which a dark theme's inks are made for. */
function plainly(fill: string, { frameInk, frameLight, bg }: Palette): FrameColour {
  const inks = [frameInk, frameLight, bg].sort((a, b) => contrast(fill, b) - contrast(fill, a));
  return { fill, ink: inks[0] as string };
}

export function moduleColours({ functions, homes }: Shape, palette: Palette): BoxColours {
  const colourOf = frameColours(palette);
  const root = plainly(palette.root, palette);
  return {
    fills: [],
    parts: null,
    colour: (_, called) => {
      const home = homes[called];
      return called < 0 || !home ? root : colourOf(home, functions.name[called] as string);
    },
  };
}

/** By the largest part of a box's time. What has no parts, such as a kernel by the states of threads, is quiet. */
export function partColours(
  parts: (node: number, box: number) => Float64Array,
  fills: readonly string[],
  palette: Palette,
): BoxColours {
  const colours = fills.map((fill) => plainly(fill, palette));
  const root = plainly(palette.root, palette);
  const none = plainly(palette.library, palette);
  return {
    fills,
    parts,
    colour: (node, called, box) => {
      if (called < 0) return root;
      const its = parts(node, box);
      let most = -1;
      for (let i = 0; i < its.length; i++)
        if ((its[i] as number) > (most < 0 ? 0 : (its[most] as number))) most = i;
      return colours[most] ?? none;
    },
  };
}

/** Idle time is as quiet as the empty track of a lane, but a box of it must be seen. */
export const stateFills = ({ activity, line }: Palette): string[] =>
  activity.map((fill) => (fill === 'transparent' ? line : fill));

export const laneFills = (groups: readonly LaneGroup[], { own, library }: Palette): string[] => [
  ...groups.map((_, i) => own[i % own.length] as string),
  library,
];

/** What a colour stands for. */
export interface LegendEntry {
  readonly fill: string;
  readonly words: string;
}

/** Own modules that the legend names, heaviest first. */
const NAMED = 4;

/** The modules with most time of their own, and the quiet tones that are there. `self`: by node of the shape's tree. */
export function moduleLegend({ tree, homes }: Shape, self: Float64Array, palette: Palette): LegendEntry[] {
  const byModule = new Map<string, number>();
  const others = { library: 0, native: 0, device: 0 };
  for (let node = 1; node < tree.count; node++) {
    const time = self[node] as number;
    const home = homes[tree.function[node] as number];
    if (!(time > 0) || !home) continue;
    if (home.origin === 'own') byModule.set(home.module, (byModule.get(home.module) ?? 0) + time);
    else others[home.origin] += time;
  }
  const own = [...byModule].sort((a, b) => b[1] - a[1]);
  const named = own.slice(0, NAMED).map(([module]) => ({
    fill: palette.own[hashOf(module) % palette.own.length] as string,
    words: visible(module),
  }));
  return [
    ...named,
    ...(others.library > 0 ? [{ fill: palette.library, words: 'libraries' }] : []),
    ...(others.native > 0 ? [{ fill: palette.native, words: 'machine code' }] : []),
    ...(others.device > 0 ? [{ fill: palette.kernel, words: 'on the device' }] : []),
  ];
}

export const stateLegend = (palette: Palette): LegendEntry[] =>
  stateFills(palette).map((fill, i) => ({ fill, words: ACTIVITY_NAMES[ACTIVITIES[i] ?? 'idle'] }));

export const laneLegend = (groups: readonly LaneGroup[], more: boolean, palette: Palette): LegendEntry[] =>
  laneFills(groups, palette)
    .map((fill, i) => ({ fill, words: groups[i]?.words ?? 'others' }))
    .slice(0, more ? undefined : groups.length);

/** What the colours mean, in a sentence. */
export const colouringMeans = (colouring: Colouring): string =>
  colouring === 'module'
    ? 'Your own modules have colours, libraries and machine code are quiet.'
    : `A box has the colour of what most of it is${colouring === 'state' ? ', by wall time' : ''}; the strip below its name has all of it.`;

export const legendItems = (entries: readonly LegendEntry[]): HTMLElement[] =>
  entries.map(({ fill, words }) => {
    const swatch = h('i', { class: 'swatch' });
    swatch.style.background = fill;
    return h('li', {}, swatch, h('bdi', {}, words));
  });
