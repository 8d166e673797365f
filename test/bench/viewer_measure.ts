import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../e2e/reportBrowser.ts';

/** The part of the benchmark that is measured; run by `viewer.mjs`. Each page has a browser of its own. */
const [folder = '', ...profiles] = process.argv.slice(2);
const SIZE = { width: 1400, height: 850 };
const OPENS_WITHIN_MS = 180_000;
const MOVES = 60;

interface Figure {
  readonly profile: string;
  readonly what: string;
  readonly value: number;
  readonly unit: 'ms' | 'MB' | 'x';
  /** At most; null for what is only said. */
  readonly goal: number | null;
}
const figures: Figure[] = [];
const executablePath = findChromium();
if (!executablePath) throw new Error('There is no Chromium on the path.');

const parentOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
};

/** The most memory that any renderer of this process's browsers has had, in MB: the kernel's own high-water mark. */
function peakOfRenderers(): number {
  let most = 0;
  for (const pid of readdirSync('/proc')
    .map(Number)
    .filter((each) => each > 1)) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue;
      let above = pid;
      while (above > 1 && above !== process.pid) above = parentOf(above);
      if (above !== process.pid) continue;
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      most = Math.max(most, Number(peak) / 1000);
    } catch {
      // It has ended meanwhile.
    }
  }
  return most;
}

async function inBrowser(work: (page: Page) => Promise<void>): Promise<void> {
  const browser: Browser = await chromium.launch({
    executablePath: executablePath as string,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--js-flags=--max-old-space-size=8000',
    ],
  });
  try {
    const page = await browser.newPage({ viewport: SIZE });
    // What runs in the page comes from here as text, in which the compiler has named functions by this.
    await page.addInitScript('globalThis.__name = (named) => named');
    await work(page);
  } finally {
    await browser.close();
  }
}

/** Milliseconds until `isThere` and two frames after it. */
async function opening(page: Page, address: string, isThere: () => boolean): Promise<number> {
  const began = performance.now();
  await page.goto(address, { timeout: OPENS_WITHIN_MS });
  await page.waitForFunction(isThere, null, { timeout: OPENS_WITHIN_MS });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return performance.now() - began;
}

/**
 * 95th percentile of the milliseconds from one frame to the next while a wheel turns in each, over the middle of the largest canvas.
 * `axis`: `deltaY` with Ctrl zooms, `deltaX` moves.
 */
function moving(page: Page, axis: 'deltaX' | 'deltaY'): Promise<number> {
  return page.evaluate(
    async ({ axis: turned, moves }) => {
      const area = (each: Element): number => each.clientWidth * each.clientHeight;
      const canvas = [...document.querySelectorAll('canvas')].sort((a, b) => area(b) - area(a))[0];
      if (!canvas) return Number.NaN;
      const box = (document.querySelector('.tracks canvas') ?? canvas).getBoundingClientRect();
      const [clientX, clientY] = [box.left + box.width * 0.4, box.top + box.height / 2];
      const frame = () => new Promise<number>((done) => requestAnimationFrame(() => done(performance.now())));
      const target = document.elementFromPoint(clientX, clientY) ?? canvas;
      const turn = (by: number): void => {
        const at = { clientX, clientY, bubbles: true, cancelable: true };
        target.dispatchEvent(new WheelEvent('wheel', { ...at, [turned]: by, ctrlKey: turned === 'deltaY' }));
      };
      const took: number[] = [];
      // Zoomed in a little, so that there is somewhere to move to.
      if (turned === 'deltaX')
        for (let i = 0; i < 8; i++)
          target.dispatchEvent(
            new WheelEvent('wheel', {
              clientX,
              clientY,
              bubbles: true,
              cancelable: true,
              deltaY: -100,
              ctrlKey: true,
            }),
          );
      let last = await frame();
      for (let i = 0; i < moves; i++) {
        turn((i < moves / 2 ? -1 : 1) * (turned === 'deltaY' ? 60 : 30));
        const now = await frame();
        took.push(now - last);
        last = now;
      }
      return took.sort((a, b) => a - b)[Math.floor(took.length * 0.95)] as number;
    },
    { axis, moves: MOVES },
  );
}

/** What a reader changes: the selected range in seconds, or the words that are searched for. */
type Change = { readonly range: readonly [number, number] } | { readonly search: string };

/** Milliseconds that the page's main thread works from a change until it rests, and those until the reader sees what was found. */
async function changing(page: Page, change: Change): Promise<{ work: number; seen: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  };
  const before = await busy();
  const seen = await page.evaluate(async (wanted) => {
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const said = document.querySelector('.matched')?.textContent;
    const began = performance.now();
    if ('range' in wanted) location.hash = `range=${wanted.range.join('-')}`;
    else {
      const box = document.querySelector<HTMLInputElement>('.search input');
      if (box) box.value = wanted.search;
      box?.dispatchEvent(new Event('input'));
    }
    await frame();
    const isSaid = (): boolean => document.querySelector('.matched')?.textContent !== said;
    // What is never said does not hold up the machine.
    while ('search' in wanted && !isSaid() && performance.now() - began < 5000) await frame();
    const took = performance.now() - began;
    while (document.documentElement.hasAttribute('data-settling')) await frame();
    return took;
  }, change);
  const work = (await busy()) - before;
  await session.detach();
  return { work, seen };
}

const serveSpeedscope = async (): Promise<{ address: string; close: () => void }> => {
  const root = join(
    dirname(createRequire(import.meta.url).resolve('speedscope/package.json')),
    'dist/release',
  );
  const types: Readonly<Record<string, string>> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.json': 'application/json',
  };
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const file = path.endsWith('.speedscope.json') ? join(folder, path) : join(root, path);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { address: `http://127.0.0.1:${port}`, close: () => server.close() };
};

async function ofSpeedscope(profile: string): Promise<{ opens: number; peak: number } | null> {
  if (!existsSync(join(folder, `${profile}.speedscope.json`))) return null;
  const server = await serveSpeedscope();
  let known: { opens: number; peak: number } | null = null;
  try {
    await inBrowser(async (page) => {
      const file = encodeURIComponent(`${server.address}/${profile}.speedscope.json`);
      const opens = await opening(
        page,
        `${server.address}/index.html#profileURL=${file}`,
        () =>
          /Left Heavy/.test(document.body.textContent ?? '') &&
          document.querySelectorAll('canvas').length > 1,
      );
      const zoom = await moving(page, 'deltaY');
      known = { opens, peak: peakOfRenderers() };
      say(profile, 'speedscope: first picture', opens, 'ms', null);
      say(profile, 'speedscope: memory, peak', known.peak, 'MB', null);
      say(profile, 'speedscope: frame while zooming, p95', zoom, 'ms', null);
    });
  } finally {
    server.close();
  }
  return known;
}

function say(profile: string, what: string, value: number, unit: Figure['unit'], goal: number | null): void {
  figures.push({ profile, what, value, unit, goal });
  const shown = value >= 100 ? value.toFixed(0) : value.toFixed(1);
  const against =
    goal === null ? '' : `${value <= goal ? 'reached' : 'NOT REACHED'} (${goal.toFixed(0)} ${unit})`;
  console.log(`${profile.padEnd(10)} ${what.padEnd(44)} ${shown.padStart(8)} ${unit.padEnd(3)} ${against}`);
}

for (const profile of profiles) {
  const peer = process.env.NO_PEER === undefined ? await ofSpeedscope(profile) : null;
  await inBrowser(async (page) => {
    const isDrawn = (): boolean => document.querySelector('.label') !== null;
    const opens = await opening(page, pathToFileURL(join(folder, `${profile}.html`)).href, isDrawn);
    const atFirst = peakOfRenderers();
    const isLarge = profile === 'large';
    say(profile, 'first picture', opens, 'ms', isLarge ? 10_000 : peer && peer.opens / 15);
    say(profile, 'memory, peak', atFirst, 'MB', isLarge ? 2000 : peer && peer.peak / 4);
    say(profile, 'frame while zooming, p95', await moving(page, 'deltaY'), 'ms', 33);
    say(profile, 'frame while moving, p95', await moving(page, 'deltaX'), 'ms', 33);
    await changing(page, { range: [0.5, 5.5] });
    const range = await changing(page, { range: [1, 6] });
    say(profile, 'another range: work', range.work, 'ms', isLarge ? null : 100);
    await changing(page, { search: 'nothing is called this' });
    const search = await changing(page, { search: 'm' });
    say(profile, 'search: seen after', search.seen, 'ms', 100);
    say(profile, 'memory, peak after all', peakOfRenderers(), 'MB', null);
  });
}
const missed = figures.filter(({ value, goal }) => goal !== null && !(value <= goal));
console.log(missed.length === 0 ? 'All goals are reached.' : `${missed.length} goals are not reached.`);
process.exitCode = missed.length === 0 ? 0 : 1;
