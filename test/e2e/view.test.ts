import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import type { Advice } from '../../analyzer/model/index.ts';
import { decodeRecording } from '../../analyzer/recording/index.ts';
import { judge } from '../../cli/view/request.ts';
import { CLI, perfscope, ROOT, temporaryFolder } from '../harness/perfscope.ts';
import { settled, texts } from './reading.ts';
import { findChromium } from './reportBrowser.ts';

const FILE = join(ROOT, 'fixtures/recordings/version-4.perfscope');
const folder = temporaryFolder();
afterAll(folder.remove);
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Starts `perfscope view` and gives the address that it prints. */
async function view(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<{ address: URL; child: ChildProcess }> {
  const child = spawn(process.execPath, [CLI, 'view', ...args], { env: environment, stdio: 'pipe' });
  running.push(child);
  let printed = '';
  for await (const piece of child.stdout ?? []) {
    printed += piece;
    if (printed.includes('\n')) break;
  }
  return { address: new URL(printed.trim()), child };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** One request, with headers that no browser lets a page set. */
function ask(
  address: URL,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((done, fail) => {
    request({ host: '127.0.0.1', port: address.port, path, headers, method }, async (response) => {
      const pieces: Buffer[] = [];
      for await (const piece of response) pieces.push(piece as Buffer);
      done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) });
    })
      .on('error', fail)
      .end();
  });
}

test('the page, its parts and the bytes of the recording go to who has the address', async () => {
  const { address } = await view(['--no-open', FILE]);
  expect(address.hostname).toBe('127.0.0.1');
  const page = await ask(address, address.pathname);
  expect(page.status).toBe(200);
  const html = page.body.toString();
  // Nothing is in the page itself that would have to be allowed to run.
  expect(html).not.toMatch(/<script>|<style|style=|data:|https?:/);
  expect(String(page.headers['content-security-policy'])).toMatch(/^default-src 'none'/);
  expect(String(page.headers['content-security-policy'])).not.toMatch(/unsafe|data:|\*/);
  expect(page.headers['access-control-allow-origin']).toBeUndefined();
  for (const [, name] of html.matchAll(/(?:src|href|data-recording|data-advice)="([^"]+)"/g))
    expect((await ask(address, `${address.pathname}${name}`)).status).toBe(200);
  const recording = await ask(address, `${address.pathname}recording`);
  expect(recording.body.equals(readFileSync(FILE))).toBe(true);
  expect(Number(recording.headers['content-length'])).toBe(recording.body.length);
  const advice = JSON.parse((await ask(address, `${address.pathname}advice`)).body.toString()) as Advice;
  expect(Array.isArray(advice.findings)).toBe(true);
});

test('nothing goes to who lacks the token, comes under another name, or asks for another site', async () => {
  const { address } = await view(['--no-open', FILE]);
  const { pathname, port } = address;
  const almost = `/${pathname.slice(1, -2)}${pathname.at(-2) === 'A' ? 'B' : 'A'}/`;
  const answers = await Promise.all([
    ask(address, '/'),
    ask(address, '/recording'),
    ask(address, almost),
    ask(address, `${almost}recording`),
    ask(address, pathname, { host: 'evil.example' }),
    ask(address, pathname, { host: `evil.example:${port}` }),
    ask(address, pathname, { host: '127.0.0.1' }),
    ask(address, `${pathname}recording`, { origin: 'https://evil.example' }),
    ask(address, `${pathname}recording`, { origin: 'null' }),
    ask(address, `${pathname}recording`, { 'sec-fetch-site': 'cross-site' }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
  for (const { body, headers } of answers) {
    expect(body.length).toBeLessThan(100);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
  expect((await ask(address, pathname, {}, 'POST')).status).toBe(405);
  expect((await ask(address, pathname, {}, 'OPTIONS')).status).toBe(405);
  // The same with what is right.
  expect((await ask(address, pathname, { host: `localhost:${port}` })).status).toBe(200);
});

test('no other file is given, whatever the path says', async () => {
  const { address } = await view(['--no-open', FILE]);
  const paths = [
    '../../etc/passwd',
    '%2e%2e/package.json',
    'cli.js',
    'viewer.js/',
    '/etc/passwd',
    '__proto__',
    '.',
  ];
  for (const path of paths) expect((await ask(address, `${address.pathname}${path}`)).status).toBe(404);
  // Without the last slash what the page names would not be found.
  expect((await ask(address, address.pathname.slice(0, -1))).status).toBe(404);
});

test('each start has a port and a token of its own', async () => {
  const [one, two] = await Promise.all([view(['--no-open', FILE]), view(['--no-open', FILE])]);
  expect(one.address.pathname).not.toBe(two.address.pathname);
  expect(one.address.pathname.length).toBeGreaterThan(30);
  expect((await ask(one.address, two.address.pathname)).status).toBe(403);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  'it ends on %s with 0, also while a browser is connected',
  async (signal) => {
    const { address, child } = await view(['--no-open', FILE]);
    await ask(address, address.pathname, { connection: 'keep-alive' });
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
    await expect(ask(address, address.pathname)).rejects.toThrow(/ECONNREFUSED/);
  },
);

test('the address is handed to the browser as one argument', async () => {
  const said = join(folder.path, 'opened');
  writeFileSync(
    join(folder.path, 'xdg-open'),
    `#!/bin/sh\nprintf '%s|' "$@" > '${said}.part'\nmv '${said}.part' '${said}'\n`,
    { mode: 0o755 },
  );
  const { address, child } = await view([FILE], {
    ...process.env,
    PATH: `${folder.path}:${process.env.PATH}`,
  });
  let complaint = '';
  child.stderr?.on('data', (text) => {
    complaint += text;
  });
  for (;;) {
    try {
      expect(readFileSync(said, 'utf8')).toBe(`${address.href}|`);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }
  child.kill('SIGINT');
  await once(child, 'exit');
  expect(complaint).not.toContain('no browser');
});

test('a trace of another tool is served as a recording', async () => {
  const trace = join(folder.path, 'trace.json');
  const event = { ph: 'X', cat: 'cpu_op', name: 'aten::mm', pid: 1, tid: 1, ts: 10, dur: 5 };
  writeFileSync(trace, JSON.stringify({ schemaVersion: 1, deviceProperties: [], traceEvents: [event] }));
  const { address } = await view(['--no-open', trace]);
  const { body } = await ask(address, `${address.pathname}recording`);
  expect(decodeRecording(body, 'served').tables.operators.length).toBe(1);
});

test('what cannot be read ends it with a sentence and 3', async () => {
  const { code, stderr, stdout } = await perfscope(['view', '--no-open', join(ROOT, 'package.json')]);
  expect([code, stdout]).toEqual([3, '']);
  expect(stderr).toMatch(/^perfscope: .*package\.json is not a perfscope recording/);
});

test('a token that is longer, shorter or empty is none', () => {
  const headers = { host: '127.0.0.1:1' };
  const judged = (token: string) => judge({ method: 'GET', url: `/${token}/`, headers }, 1, 'secret');
  expect(judged('secret')).toEqual({ file: '' });
  for (const token of ['', 'secre', 'secrets', 'SECRET', 'secret%00'])
    expect(judged(token)).toMatchObject({ status: 403 });
});

const browserPath = findChromium();
(browserPath === null ? describe.skip : describe)(
  `in a browser${browserPath === null ? ' (no Chromium in PATH)' : ''}`,
  () => {
    test('the recording is seen, and the page says so when perfscope is gone', async () => {
      const { address, child } = await view(['--no-open', FILE]);
      const browser = await chromium.launch({ executablePath: browserPath ?? '', args: ['--no-sandbox'] });
      try {
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
        page.on('pageerror', (error) => complaints.push(String(error)));
        await page.goto(address.href);
        await page.waitForSelector('.label');
        await settled(page);
        await page.waitForSelector('.findings[aria-busy=false]');
        await page.keyboard.press('m');
        await page.waitForFunction(() => location.hash.includes('range='));
        expect(page.url()).toContain(address.pathname);
        expect(complaints).toEqual([]);

        await page.route('**/recording', (route) => route.abort());
        await page.reload();
        const [first = ''] = await texts(page, '[role=alert] p');
        expect(first).toMatch(/^perfscope does not answer/);
        child.kill('SIGINT');
        await once(child, 'exit');
      } finally {
        await browser.close();
      }
    });
  },
);
