import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { adviceOf } from '../../analyzer/advice/index.ts';
import { RULES } from '../../analyzer/advice/registry.ts';
import type { Rule } from '../../analyzer/advice/rule.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import type { Recording } from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { reportPage } from '../../webview/reportPage.ts';

/** The browser of this machine; null where there is none. */
export function findChromium(): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  return null;
}

/** A page with what went wrong in it: requests it made, what it wrote to the console, what it threw. */
export interface OpenedPage {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

export interface ReportBrowser {
  /** Opens a report of `recording` from a file, without a network. `hash`: fragment of the address; `change`: what becomes of the page's text first. */
  readonly open: (
    recording: Recording | Uint8Array,
    options?: BrowserContextOptions & { hash?: string; change?: (page: string) => string },
  ) => Promise<OpenedPage>;
  readonly scriptBytes: number;
  readonly close: () => Promise<void>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

/** Bundles the viewer as the build does and starts the browser. `rulesOf`: the rules that a page's findings come from. */
export async function startReportBrowser(
  executablePath: string,
  rulesOf: (title: string) => readonly Rule[] = () => RULES,
): Promise<ReportBrowser> {
  const bundled = async (file: string): Promise<string> => {
    const { outputFiles } = await build({
      entryPoints: [file],
      bundle: true,
      target: 'es2022',
      minify: true,
      write: false,
      format: 'iife',
      logLevel: 'warning',
    });
    return outputFiles[0]?.text ?? '';
  };
  const [script, style] = await Promise.all([bundled('webview/main.ts'), bundled('webview/viewer.css')]);
  const folder = mkdtempSync(join(tmpdir(), 'perfscope-report-'));
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  let pages = 0;
  return {
    scriptBytes: Buffer.byteLength(script),
    open: async (recording, { hash = '', change = (text: string) => text, ...options } = {}) => {
      const bytes = recording instanceof Uint8Array ? recording : encodeRecording(recording);
      const title = recording instanceof Uint8Array ? 'damaged' : recording.meta.command.join(' ');
      const file = join(folder, `report-${pages++}.html`);
      const advice = recording instanceof Uint8Array ? null : adviceOf(new Trace(recording), rulesOf(title));
      writeFileSync(file, change(reportPage({ recording: bytes, advice, script, style, title, sha256 })));
      const address = pathToFileURL(file).href;
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      await context.setOffline(true);
      const complaints: string[] = [];
      await context.route('**/*', (route) => {
        const wanted = route.request().url();
        if (wanted.startsWith(address) || wanted.startsWith('data:')) return route.continue();
        complaints.push(`asked for ${wanted}`);
        return route.abort();
      });
      const page = await context.newPage();
      page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => complaints.push(`threw ${error}`));
      page.on('dialog', (dialog) => {
        complaints.push(`opened a dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      await page.goto(hash === '' ? address : `${address}#${hash}`);
      await page.waitForSelector('.label, [role=alert], .empty');
      return { page, complaints, close: () => context.close() };
    },
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
