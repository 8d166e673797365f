import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { hcl } from 'd3';
import { channelOf, contrast, labOf, lightened, linear, rgbOf } from '../../webview/theme/colour.ts';

const sheet = readFileSync(join(import.meta.dirname, '../../webview/theme/tokens.css'), 'utf8');

/** The tokens that each theme comes to, each as the colour that it has outside of an editor. */
const THEMES = (() => {
  const block = (selector: string): Record<string, string> => {
    const at = sheet.indexOf(`\n${selector} {`);
    const body = sheet.slice(at, sheet.indexOf('\n}', at));
    const own = (value: string): string => /(#\w+)\)*$/.exec(value)?.[1] ?? value;
    return Object.fromEntries(
      [...body.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, own(value)]),
    );
  };
  const light = block(':root');
  const dark = { ...light, ...block(':root[data-theme="dark"]') };
  const contrasting = block(':root[data-contrast="more"]');
  return {
    light,
    dark,
    contrast: { ...light, ...contrasting },
    'dark contrast': { ...dark, ...contrasting, ...block(':root[data-theme="dark"][data-contrast="more"]') },
  };
})();
type ThemeName = keyof typeof THEMES;
const NAMES = Object.keys(THEMES) as ThemeName[];

/** How a colour is seen without one kind of cone: Machado, Oliveira and Fernandes 2009, severity 1, in linear light. */
const EYES: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

function seenBy(eye: string, colour: string): string {
  const light = rgbOf(colour).map(linear) as [number, number, number];
  const rows = EYES[eye] ?? [];
  return `rgb(${rows.map((row) => channelOf(row[0] * light[0] + row[1] * light[1] + row[2] * light[2])).join(', ')})`;
}

/** Difference of two colours, CIE 1976: 2.3 is just seen side by side. */
function difference(a: string, b: string): number {
  const [one, other] = [labOf(a), labOf(b)];
  return Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
}

/** Colours that stand beside each other and mean different things. */
const TOLD_APART: readonly (readonly string[])[] = [
  ['running', 'ready', 'gil', 'lock', 'io', 'track'],
  ['kernel', 'upload', 'download', 'fill', 'track'],
  ['kernel', 'device-copy', 'track'],
  ['area', 'area-line', 'panel'],
  ['queued', 'queued-line', 'track'],
  ['counter', 'counter-line', 'track'],
  ['operator', 'backward', 'range', 'bg'],
  ['good', 'bad', 'line'],
  ['collection', 'running', 'ready'],
  ['library', 'native', 'bg'],
  ['track-picked', 'bg'],
];

test('lightness is changed as d3 changes it', () => {
  for (const tokens of Object.values(THEMES)) {
    for (const colour of Object.values(tokens).filter((value) => /^#\w{6}$/.test(value))) {
      for (const step of [-3.5, 0, 2.5]) {
        const expected = hcl(colour);
        expected.l += step;
        const got = rgbOf(lightened(colour, step));
        const wanted = rgbOf(expected.formatRgb());
        // d3 rounds the matrices at other digits.
        for (let i = 0; i < 3; i++)
          expect(Math.abs((got[i] as number) - (wanted[i] as number))).toBeLessThanOrEqual(1);
      }
    }
  }
});

test('colours are read as browsers give them', () => {
  expect(rgbOf('#0af')).toEqual([0, 170, 255]);
  expect(rgbOf('#00aaff80')).toEqual([0, 170, 255]);
  expect(rgbOf('rgb(1, 2, 3)')).toEqual([1, 2, 3]);
  expect(rgbOf('rgba(1, 2, 3, 0.5)')).toEqual([1, 2, 3]);
  expect(rgbOf('color(srgb 1 0.5 0)')).toEqual([255, 127.5, 0]);
  expect(rgbOf('nonsense')).toEqual([0, 0, 0]);
});

test.each(NAMES)('the same token means something in every theme, and nothing is left out: %s', (name) => {
  for (const group of TOLD_APART) for (const token of group) expect(THEMES[name][token]).toMatch(/^#\w{6}$/);
});

test.each(NAMES.flatMap((name) => Object.keys(EYES).map((eye) => [name, eye] as const)))(
  'what means different things is told apart: %s, %s',
  (name, eye) => {
    const tokens = THEMES[name];
    const close: string[] = [];
    for (const group of TOLD_APART) {
      for (const [i, one] of group.entries()) {
        for (const other of group.slice(i + 1)) {
          const far = difference(seenBy(eye, tokens[one] ?? ''), seenBy(eye, tokens[other] ?? ''));
          if (far < LEAST) close.push(`${one} and ${other}: ${far.toFixed(1)}`);
        }
      }
    }
    expect(close).toEqual([]);
  },
);
/** Some times what is just seen: they do not lie side by side only. */
const LEAST = 8;

test.each(NAMES)('letters and lines have the contrast that they need on every ground: %s', (name) => {
  const tokens = THEMES[name];
  const isContrast = name.includes('contrast');
  const of = (token: string): string => tokens[token] ?? '';
  for (const ground of ['bg', 'panel', 'raise', 'track-hover', 'track-picked']) {
    for (const letters of ['text', 'dim', 'accent'])
      expect([letters, ground, contrast(of(letters), of(ground)) >= (isContrast ? 7 : 4.5)]).toEqual([
        letters,
        ground,
        true,
      ]);
  }
  for (const letters of ['good', 'bad', 'warn'])
    expect(contrast(of(letters), of('raise'))).toBeGreaterThanOrEqual(isContrast ? 7 : 4.5);
  // What is drawn is seen against its ground (WCAG 1.4.11), in the theme that is for that.
  if (!isContrast) return;
  for (const mark of ['line', 'edge', 'running', 'ready', 'gil', 'lock', 'io', 'area-line', 'counter-line'])
    expect([mark, contrast(of(mark), of('bg')) >= 3]).toEqual([mark, true]);
});

test.each(NAMES)('letters on every module’s colour have the contrast that small text needs: %s', (name) => {
  const tokens = THEMES[name];
  for (let i = 0; i < 8; i++)
    for (const step of [-3.5, 0, 3.5])
      expect(contrast(lightened(tokens[`own-${i}`] ?? '', step), '#ffffff')).toBeGreaterThanOrEqual(4.5);
});

test('sizes of letters come from one scale', () => {
  const folder = join(import.meta.dirname, '../../webview');
  const sheets = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.css'),
  );
  expect(sheets.length).toBeGreaterThan(10);
  const others = sheets.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/font(?:-size)?: [\d.]+px/g)].map(
      ([declaration]) => `${name}: ${declaration}, and not var(--t0) to var(--t5)`,
    ),
  );
  expect(others).toEqual([]);
  const scale = [...sheet.matchAll(/--t(\d): (\d+)px/g)].map(([, , size]) => Number(size));
  expect(scale).toEqual([...scale].sort((a, b) => a - b));
  expect(Math.min(...scale)).toBeGreaterThanOrEqual(11);
});
