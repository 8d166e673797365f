import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Frame,
  type Locator,
  type Page,
} from 'playwright-core';
import { plain } from '../reading.ts';
import { findChromium } from '../reportBrowser.ts';

/** VS Code as a person at a keyboard has it. */
export interface Workbench {
  readonly page: Page;
  /** Runs a command by its name in the palette. */
  readonly command: (title: string) => Promise<void>;
  /** Opens a file of the workspace by its name. */
  readonly open: (file: string) => Promise<void>;
  /** The page of the perfscope panel that is in sight, once `selector` is in it. */
  readonly viewer: (selector?: string) => Promise<Frame>;
  /** The pages of so many panels that are in sight at once. */
  readonly viewers: (count: number) => Promise<Frame[]>;
  /** Waits for a message in the corner, and gives its text. */
  readonly message: (containing: string) => Promise<string>;
  /** What the terminal in sight shows, once it has `containing`. */
  readonly terminal: (containing: string) => Promise<string>;
  /** The item of the status bar that has `text`. */
  readonly status: (text: string) => Locator;
  /** Picks the row with `text` in the list that a command has opened. */
  readonly pick: (text: string) => Promise<void>;
  /** Chooses a colour theme by its name. */
  readonly theme: (name: string) => Promise<void>;
  /** What the console of the workbench or of a panel said against perfscope. */
  readonly complaints: readonly string[];
  /** Keeps a picture where PERFSCOPE_ARTIFACTS says, if it does. */
  readonly picture: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const PATIENCE = 40_000;
const POLL_MS = 100;

let shared: Browser | null = null;

export async function openWorkbench(address: string, context?: BrowserContext): Promise<Workbench> {
  shared ??= await chromium.launch({
    executablePath: findChromium() ?? '',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
  });
  const own = context ?? (await shared.newContext({ viewport: { width: 1440, height: 900 } }));
  const page = await own.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = message.text();
    // Code-server's own parts that need a native build are missing, and say so.
    const isOurs = /dist\/(panel|main|web)\.|Content Security Policy/.test(
      `${text} ${message.location().url}`,
    );
    if (message.type() === 'error' && isOurs) complaints.push(text.slice(0, 500));
  });
  await page.goto(address);
  await page.waitForSelector('.monaco-workbench');
  await page.waitForSelector('.activitybar .action-label[aria-label^="perfscope"]');
  const workbench: Workbench = {
    page,
    complaints,
    command: async (title) => {
      await choose(page, `>${title}`, title);
    },
    open: async (file) => {
      await choose(page, file, file);
    },
    viewer: async (selector = '.label') => {
      const [frame] = await framesWith(page, `#perfscope ${selector}`, 1);
      if (!frame) throw new Error('one was waited for');
      return frame;
    },
    viewers: (count) => framesWith(page, '#perfscope .label', count),
    message: async (containing) => {
      const found = page.locator('.notification-list-item', { hasText: containing }).first();
      await found.waitFor();
      return (await found.textContent()) ?? '';
    },
    terminal: async (containing) => {
      const rows = page.locator('.terminal-wrapper.active .xterm-rows');
      await rows.filter({ hasText: containing }).waitFor();
      return plain(await rows.textContent());
    },
    status: (text) => page.locator('.statusbar-item', { hasText: text }),
    pick: async (text) => {
      await page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first().click();
    },
    theme: async (name) => {
      await choose(page, '>Preferences: Color Theme', 'Preferences: Color Theme');
      await page.keyboard.type(name);
      await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().click();
    },
    picture: async (name) => {
      const folder = process.env.PERFSCOPE_ARTIFACTS;
      if (folder === undefined) return;
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: join(folder, `vscode-${name}.png`) });
    },
    close: async () => {
      await own.close();
    },
  };
  return workbench;
}

export async function closeBrowser(): Promise<void> {
  await shared?.close();
  shared = null;
}

const CLICKS = 4;
const SHORT = 4000;

/** Types into the quick open box and takes the row that begins with `row`. */
async function choose(page: Page, typed: string, row: string): Promise<void> {
  const box = page.locator('.quick-input-widget .quick-input-box input');
  // A page that is just being made in the editor has the keys and hands none on yet.
  for (let left = CLICKS; left > 0; left--) {
    await page.keyboard.press(typed.startsWith('>') ? 'F1' : 'Control+p');
    if (await comes(box, 'visible', left)) break;
  }
  await box.fill(typed);
  const found = page.locator('.quick-input-list .monaco-list-row', { hasText: row }).first();
  // The list is drawn anew while it fills, and a click on a row that is gone is none. What is chosen may open a list of its own.
  for (let left = CLICKS; left > 0; left--) {
    await found.click();
    if (await comes(found, 'hidden', left)) return;
  }
}

/** Whether something comes to be soon; at the last of several tries it has to. */
export async function comes(what: Locator, state: 'visible' | 'hidden', left: number): Promise<boolean> {
  const waited = what.waitFor({ state, timeout: left > 1 ? SHORT : PATIENCE });
  if (left <= 1) await waited;
  return waited.then(
    () => true,
    () => false,
  );
}

/** The frames in sight that have `selector`, as soon as there are so many. Frames come and go while panels are made. */
async function framesWith(page: Page, selector: string, count: number): Promise<Frame[]> {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const found: Frame[] = [];
    for (const frame of page.frames().slice(1)) {
      const first = frame.locator(selector).first();
      if (await first.isVisible().catch(() => false)) found.push(frame);
    }
    if (found.length === count) return found;
    await page.waitForTimeout(POLL_MS);
  }
  throw new Error(`there are not ${count} panels that show ${selector}`);
}
