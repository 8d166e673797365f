/** Red, green and blue from 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Reads `#rgb`, `#rrggbb`, and `rgb()` as browsers give it; black for what is none of these. d3-color knows more, and has 10 KB. */
export function rgbOf(colour: string): Rgb {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(colour)?.[1];
  if (hex) {
    const digits = hex.length < 6 ? [...hex].map((digit) => digit + digit).join('') : hex;
    const at = (i: number): number => Number.parseInt(digits.slice(i, i + 2), 16);
    return [at(0), at(2), at(4)];
  }
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  // `color(srgb …)`, which mixed colours come to, counts from 0 to 1.
  return colour.startsWith('color(') ? [red * 255, green * 255, blue * 255] : [red, green, blue];
}

/** Of a channel from 0 to 255, light from 0 to 1 (IEC 61966-2-1). */
export function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** The way back, rounded into the range that a screen has. */
export function channelOf(light: number): number {
  const share = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, share)));
}

/** CIELAB with the white D50, as d3-color and CSS have it: lightness from 0 to 100, and two axes of hue. */
type Lab = readonly [lightness: number, a: number, b: number];

const WHITE = [0.96422, 1, 0.82521] as const;
const EDGE = 6 / 29;
const curved = (t: number): number => (t > EDGE ** 3 ? Math.cbrt(t) : t / (3 * EDGE ** 2) + 4 / 29);
const straight = (t: number): number => (t > EDGE ? t ** 3 : 3 * EDGE ** 2 * (t - 4 / 29));

export function labOf(colour: string): Lab {
  const [r, g, b] = rgbOf(colour).map(linear) as [number, number, number];
  const x = curved((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / WHITE[0]);
  const y = curved((0.2225045 * r + 0.7168786 * g + 0.0606169 * b) / WHITE[1]);
  const z = curved((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / WHITE[2]);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The colour with its lightness changed by `step`, of 100; its hue and its chroma stay. */
export function lightened(colour: string, step: number): string {
  const [lightness, a, b] = labOf(colour);
  const fy = (lightness + step + 16) / 116;
  const x = WHITE[0] * straight(fy + a / 500);
  const y = WHITE[1] * straight(fy);
  const z = WHITE[2] * straight(fy - b / 200);
  const channels = [
    3.1338561 * x - 1.6168667 * y - 0.4906146 * z,
    -0.9787684 * x + 1.9161415 * y + 0.033454 * z,
    0.0719453 * x - 0.2289914 * y + 1.4052427 * z,
  ];
  return `rgb(${channels.map(channelOf).join(', ')})`;
}

/** Relative luminance as in WCAG 2. */
function luminance(colour: string): number {
  const [red, green, blue] = rgbOf(colour).map(linear) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast as in WCAG 2, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}
