import type { Activity } from './activity.ts';

/** The escape sequence that begins a style; empty for plain text. */
export type Style = string;

export interface Palette {
  /** False when pictures must do without colour. */
  readonly colours: boolean;
  readonly bold: Style;
  readonly dim: Style;
  readonly faint: Style;
  readonly accent: Style;
  readonly title: Style;
  readonly good: Style;
  readonly warn: Style;
  readonly bad: Style;
  readonly activity: Readonly<Record<Activity, Style>>;
  /** Backgrounds for the part of a cell in which a lane was kept from running. */
  readonly tint: { readonly ready: Style; readonly gil: Style; readonly lock: Style };
  /** Boxes of a flame graph. */
  readonly own: readonly Style[];
  readonly native: readonly Style[];
  readonly device: readonly Style[];
  readonly library: readonly Style[];
  readonly focus: Style;
  readonly match: Style;
}

/** Bits of colour a terminal has, as `tty.WriteStream.getColorDepth` gives them. */
export type ColourDepth = 1 | 4 | 8 | 24;

const BOLD = '\x1b[1m';
const INVERSE = '\x1b[7m';

/**
 * A colour as `#rrggbb`, its SGR foreground code for terminals of 16 colours, and its number among 256. That one is chosen
 * and not computed: the nearest of 256 to a dark violet is a grey, and the colours are there to tell states apart.
 */
type Colour = readonly [hex: string, code: number, of256: number];

/** Colour-blind-safe state colours, the same in every view of perfscope. The second of each pair is for a light background. */
const DARK = {
  dim: ['#9ba6b7', 37, 248],
  faint: ['#667085', 90, 243],
  accent: ['#7fb0ff', 94, 111],
  good: ['#35b58b', 32, 72],
  warn: ['#e69f00', 33, 214],
  bad: ['#e5657a', 91, 203],
  run: ['#5b93dc', 94, 68],
  ready: ['#e69f00', 33, 214],
  gil: ['#c27dbb', 95, 176],
  lock: ['#e07a7a', 91, 174],
  io: ['#4fb3a5', 36, 73],
} as const satisfies Record<string, Colour>;

const LIGHT = {
  dim: ['#5d6778', 90, 240],
  faint: ['#9aa3b2', 90, 247],
  accent: ['#2563c9', 34, 26],
  good: ['#1f7d5f', 32, 29],
  warn: ['#a86f00', 33, 130],
  bad: ['#c23349', 31, 160],
  run: ['#3b78c3', 34, 25],
  ready: ['#b87f00', 33, 136],
  gil: ['#a0479a', 35, 133],
  lock: ['#c94f4f', 31, 167],
  io: ['#23786c', 36, 30],
} as const satisfies Record<string, Colour>;

function channels(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function sgr([hex, code, of256]: Colour, depth: ColourDepth, ground: 'text' | 'back'): Style {
  const base = ground === 'text' ? 38 : 48;
  if (depth === 24) return `\x1b[${base};2;${channels(hex).join(';')}m`;
  if (depth === 8) return `\x1b[${base};5;${of256}m`;
  return `\x1b[${ground === 'text' ? code : code + 10}m`;
}

export function paletteFor(depth: ColourDepth, light: boolean): Palette {
  if (depth === 1) return MONOCHROME;
  const theme: Record<keyof typeof DARK, Colour> = light ? LIGHT : DARK;
  const text = (colour: Colour): Style => sgr(colour, depth, 'text');
  const box = (back: Colour, fore: Colour): Style => sgr(back, depth, 'back') + sgr(fore, depth, 'text');
  const white: Colour = ['#ffffff', 97, 231];
  const black: Colour = ['#1b2130', 30, 234];
  const quiet: Colour = light ? black : ['#b4bdca', 37, 250];
  const greys: Colour[] = light
    ? [
        ['#d5dae1', 47, 253],
        ['#c9cfd8', 47, 251],
      ]
    : [
        ['#343b47', 90, 238],
        ['#2c323d', 90, 236],
      ];
  const tans: Colour[] = light
    ? [
        ['#e3d4b6', 33, 187],
        ['#d9c7a3', 33, 180],
      ]
    : [
        ['#6a5a3a', 33, 58],
        ['#5c4f34', 33, 94],
      ];
  // Sixteen colours have no quiet background of their own: black and white are the least loud.
  const library: Style[] =
    depth === 4 ? [`\x1b[${light ? '47;30' : '100;37'}m`] : greys.map((c) => box(c, quiet));
  return {
    colours: true,
    bold: BOLD,
    dim: text(theme.dim),
    faint: text(theme.faint),
    accent: text(theme.accent),
    title: BOLD + text(theme.accent),
    good: text(theme.good),
    warn: text(theme.warn),
    bad: text(theme.bad),
    activity: {
      running: text(theme.run),
      ready: text(theme.ready),
      gil: text(theme.gil),
      lock: text(theme.lock),
      io: text(theme.io),
      idle: text(theme.faint),
      ended: text(theme.faint),
    },
    tint: {
      ready: sgr(light ? ['#f5d9a0', 33, 223] : ['#5c430a', 33, 94], depth, 'back'),
      gil: sgr(light ? ['#e6c5e3', 35, 182] : ['#553552', 35, 53], depth, 'back'),
      lock: sgr(light ? ['#f3c9c9', 31, 217] : ['#5f3333', 31, 52], depth, 'back'),
    },
    own: [box(['#3f6fb0', 34, 25], white), box(['#4f86c6', 34, 67], white), box(['#345f99', 34, 24], white)],
    native: depth === 4 ? ['\x1b[43;30m'] : tans.map((c) => box(c, light ? black : ['#efe4cc', 97, 230])),
    device: [box(['#157a6e', 36, 29], white), box(['#2f9e8f', 36, 36], black)],
    library,
    focus: `${INVERSE}${BOLD}`,
    match: box(['#e69f00', 33, 214], black),
  };
}

const MONOCHROME: Palette = {
  colours: false,
  bold: BOLD,
  dim: '',
  faint: '',
  accent: '',
  title: BOLD,
  good: '',
  warn: '',
  bad: '',
  activity: { running: '', ready: '', gil: '', lock: '', io: '', idle: '', ended: '' },
  tint: { ready: '', gil: '', lock: '' },
  own: [BOLD],
  native: [''],
  device: [''],
  library: [''],
  focus: INVERSE,
  match: `${BOLD}\x1b[4m`,
};

/** No style at all: what tests compare with. */
export const UNSTYLED: Palette = {
  ...MONOCHROME,
  bold: '',
  title: '',
  own: [''],
  focus: '',
  match: '',
};

/** `COLORFGBG` is how terminals that say so name their ground: `15;0` is light on dark. */
export function isLight(env: NodeJS.ProcessEnv): boolean {
  const ground = Number(env.COLORFGBG?.split(';').at(-1) || 0);
  return ground === 7 || ground === 15;
}
