import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { hcl } from 'd3';
import { notesOf, particulars } from '../../webview/header/notes.ts';
import { headerStats } from '../../webview/header/stats.ts';
import { fromBase64, toBase64 } from '../../webview/payload.ts';
import { reportPage } from '../../webview/reportPage.ts';
import { contrast } from '../../webview/theme/colour.ts';
import { exactRecording, HOSTILE, syntheticMeta } from './syntheticRecording.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

test('bytes survive the page', () => {
  const bytes = Uint8Array.from({ length: 100_003 }, (_, i) => (i * 31) & 255);
  expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  expect(toBase64(new Uint8Array(0))).toBe('');
  expect(() => fromBase64('no base64 at all!')).toThrow();
});

test('the page runs the viewer only, and loads nothing', () => {
  const script = 'console.log("</script><!-- x")';
  const page = reportPage({
    recording: new Uint8Array([1, 2, 3]),
    advice: { findings: [], rules: 3, doubt: HOSTILE[0] },
    script,
    style: 'b{content:"</style>"}',
    title: HOSTILE[0],
    sha256,
  });
  const code = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? '';
  expect(code).not.toContain('</script');
  expect(code).not.toContain('<!--');
  expect(page).toContain(`script-src 'sha256-${sha256(code)}'`);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toContain('unsafe');
  expect(page).not.toContain('<img');
  expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  expect(page.match(/<script/g)).toHaveLength(3);
  // Without scripts it says what it needs, and not that it opens.
  expect(page).toMatch(/<noscript><p>[^<]*needs JavaScript[^<]*<\/p><\/noscript>/);
  expect(page).toContain('class="scripted"');
});

test('notes say what a reader must know, and nothing when all went well', () => {
  expect(notesOf(syntheticMeta(1e9))).toEqual([]);
  const collector = syntheticMeta(1e9).collectors[0];
  if (!collector) throw new Error('the recording has a collector');
  const notes = notesOf(
    syntheticMeta(1e9, {
      complete: false,
      exitCode: 3,
      warnings: ['Disk was full.'],
      collectors: [{ ...collector, achievedHz: 40, missed: 500, dropped: 2, torn: 400, warnings: ['Slow.'] }],
    }),
  ).map((note) => note.replace(/[\u00a0\u202f]/g, ' '));
  expect(notes).toEqual([
    'The recording ends before the run did.',
    'Disk was full.',
    'The command ended with exit code 3.',
    'Slow.',
    'cpython looked 40 Hz instead of 100 Hz: short events may be missing.',
    'cpython came too late for 500 of 1 500 looks.',
    'cpython lost 2 records.',
    '400 of 1 000 stacks changed while they were read.',
  ]);
  expect(particulars(syntheticMeta(1e9)).map(([name]) => name)).toContain('machine');
});

test('the header shows devices and volumes only where there are some', () => {
  const names = headerStats(exactRecording(), 2e8).map(({ name }) => name);
  expect(names).toEqual(['wall', 'CPU', 'sampled at', 'perfscope used']);
});

test('letters on every module’s colour have the contrast that small text needs', () => {
  const tokens = readFileSync(join(import.meta.dirname, '../../webview/theme/tokens.css'), 'utf8');
  const colours = [...tokens.matchAll(/--own-\d: (#\w+)/g)].map((match) => match[1] as string);
  expect(colours).toHaveLength(16);
  for (const colour of colours) {
    for (const step of [-3.5, 0, 3.5]) {
      const shade = hcl(colour);
      shade.l += step;
      expect(contrast(shade.formatRgb(), '#ffffff')).toBeGreaterThanOrEqual(4.5);
    }
  }
});
