import { expect, test } from '@jest/globals';
import { pictureName } from '../../webview/export/picture.ts';
import { escapedXml, SvgContext } from '../../webview/export/svgContext.ts';
import { tsvOf } from '../../webview/export/tsv.ts';
import { createKeys, nameOfKey } from '../../webview/help/keys.ts';
import { HOSTILE } from './syntheticRecording.ts';

/** A context that measures: seven pixels a letter. */
const measure = {
  font: '',
  measureText: (text: string) => ({ width: text.length * 7 }),
} as unknown as CanvasRenderingContext2D;

test('what is drawn becomes shapes at the same places, and moved grounds move them', () => {
  const svg = new SvgContext(measure);
  svg.fillStyle = '#112233';
  svg.fillRect(1, 2, 30, 4.5);
  svg.save();
  svg.translate(100, 50);
  svg.globalAlpha = 0.5;
  svg.fillRect(10, 0, -10, 5);
  svg.beginPath();
  svg.moveTo(0, 0);
  svg.lineTo(3, 4);
  svg.strokeStyle = 'rgb(1, 2, 3)';
  svg.setLineDash([2, 1]);
  svg.stroke();
  svg.restore();
  svg.fillRect(0, 0, 1, 1);
  const picture = svg.picture(200, 100, 'A title');
  expect(picture).toContain('<rect x="1" y="2" width="30" height="4.5" fill="#112233"/>');
  expect(picture).toContain('<rect x="100" y="50" width="10" height="5" fill="#112233" opacity="0.5"/>');
  expect(picture).toContain(
    '<path d="M100 50L103 54" fill="none" stroke="rgb(1, 2, 3)" stroke-width="1" stroke-dasharray="2 1" opacity="0.5"/>',
  );
  // The ground is where it was, and nothing is faded any more.
  expect(picture).toContain('<rect x="0" y="0" width="1" height="1" fill="#112233"/>');
  expect(picture).toMatch(/^<svg [^>]*width="200" height="100"[^>]*><title>A title<\/title>/);
});

test('what is clipped is clipped by what was the path, until it is restored', () => {
  const svg = new SvgContext(measure);
  svg.save();
  svg.beginPath();
  svg.rect(5, 5, 10, 10);
  svg.clip();
  svg.fillRect(0, 0, 50, 50);
  svg.restore();
  svg.fillRect(0, 0, 2, 2);
  const picture = svg.picture(60, 60, '');
  expect(picture).toContain('<clipPath id="clip0"><path d="M5 5L15 5L15 15L5 15Z"/></clipPath>');
  expect(picture).toContain('width="50" height="50" fill="#000" clip-path="url(#clip0)"/>');
  expect(picture).toContain('width="2" height="2" fill="#000"/>');
});

test('letters keep their font', () => {
  const svg = new SvgContext(measure);
  svg.font = 'italic 600 11.5px "DejaVu Sans", serif';
  svg.textAlign = 'center';
  svg.fillText('x', 1, 2);
  expect(svg.picture(9, 9, '')).toContain(
    'font-size="11.5" font-family="&quot;DejaVu Sans&quot;, serif" font-weight="600" font-style="italic" text-anchor="middle"',
  );
});

test('names from strangers stay text in a picture', () => {
  const svg = new SvgContext(measure);
  for (const name of [...HOSTILE, 'a\u0000b\u001f', '\ud800 half', ']]>&amp;']) svg.fillText(name, 0, 0);
  svg.font = '12px "x"; }</style><script>';
  svg.fillText('x', 0, 0);
  const picture = svg.picture(10, 10, HOSTILE[0]);
  expect(picture).not.toMatch(/<(?!\/?(svg|title|text)\b)/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  expect(picture).not.toMatch(/[\u0000-\u0008\u000b\u001f\ud800](?![\udc00-\udfff])/);
  expect(escapedXml('a<b>&"c')).toBe('a&lt;b&gt;&amp;&quot;c');
});

test('a table is lines with tabs; no name ends a cell or becomes a formula', () => {
  expect(
    tsvOf([
      ['Name', 'Self CPU'],
      ['two\nlines\tand a tab', '83\u202f412\u00a0ms'],
      ['=HYPERLINK("http://evil")', '-5 %'],
      ['@x', '-x'],
    ]),
  ).toBe("Name\tSelf CPU\ntwo lines and a tab\t83 412 ms\n'=HYPERLINK(\"http://evil\")\t-5 %\n'@x\t'-x\n");
});

test('a saved file has a name that every system takes', () => {
  expect(pictureName('../../etc/passwd', 'Flame graph', 'svg')).toBe('etc-passwd-flame-graph.svg');
  expect(pictureName('', 'Timeline', 'png')).toBe('timeline.png');
  expect(pictureName('con\u202e', '<b>', 'tsv')).toBe('con-b.tsv');
});

test('a key does what its line in the help says, and none has two meanings', () => {
  const keys = createKeys();
  const pressed: string[] = [];
  keys.add('Timeline', { keys: ['w', '+'], meaning: 'zoom in', run: (key) => pressed.push(key) });
  keys.add('Everywhere', { keys: ['f'], meaning: 'nothing now', run: () => false });
  expect([keys.press('+'), keys.press('f'), keys.press('toString'), keys.press('q')]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(pressed).toEqual(['+']);
  expect(keys.of('Timeline').map(({ meaning }) => meaning)).toEqual(['zoom in']);
  expect(() => keys.add('Timeline', { keys: ['+'], meaning: 'other', run: () => true })).toThrow(
    'the key + has two meanings',
  );
  expect(['F', 'f', 'Escape', '-', '?'].map(nameOfKey)).toEqual(['Shift F', 'F', 'Esc', '−', '?']);
});
