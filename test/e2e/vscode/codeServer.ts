import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findChromium } from '../reportBrowser.ts';

/** A real VS Code that a browser reaches: code-server, with the packed extension installed as a person installs it. */
export interface CodeServer {
  /** Opens the workspace. */
  readonly address: string;
  readonly workspace: string;
  readonly close: () => Promise<void>;
}

export interface CodeServerOptions {
  /** Files of the workspace, by their names. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Whether the editor asks whom it trusts; without it every workspace is trusted. */
  readonly asksForTrust?: boolean;
  /** Instead of the packed one. */
  readonly vsix?: string;
}

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'perfscope-test');
const ENTRY = join(CACHE, 'code-server/node_modules/code-server/out/node/entry.js');
const NODE = join(CACHE, `node-24/node_modules/node-${process.platform}-${process.arch}/bin/node`);
const ROOT = resolve(import.meta.dirname, '../../..');

export const packedExtension = (): string => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return join(ROOT, `extension/perfscope-${version}.vsix`);
};

/** Why no VS Code can be tested here; null where one can. */
export function missingForVsCode(): string | null {
  if (findChromium() === null) return 'no Chromium in PATH';
  if (!existsSync(join(CACHE, 'code-server/installed')) || !existsSync(NODE))
    return 'no code-server; test/setup installs it';
  return existsSync(packedExtension()) ? null : 'no .vsix; npm run package:extension makes it';
}

/** What a person has set who wants to be left alone. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'editor.minimap.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.colorTheme': 'Default Dark Modern',
  'window.autoDetectColorScheme': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  // Its rows are then elements that have a text.
  'terminal.integrated.gpuAcceleration': 'off',
  'security.workspace.trust.startupPrompt': 'never',
};

const START_MS = 60_000;

export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const folder = mkdtempSync(join(tmpdir(), 'perfscope-vscode-'));
  const workspace = join(folder, 'workspace');
  const data = join(folder, 'data');
  mkdirSync(join(data, 'User'), { recursive: true });
  mkdirSync(workspace);
  for (const [name, content] of Object.entries(options.files)) writeFileSync(join(workspace, name), content);
  writeFileSync(join(data, 'User/settings.json'), JSON.stringify({ ...QUIET, ...options.settings }));
  const places = ['--user-data-dir', data, '--extensions-dir', join(folder, 'extensions')];
  const env = { ...process.env, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
  const installed = spawnSync(
    NODE,
    [ENTRY, ...places, '--install-extension', options.vsix ?? packedExtension()],
    { env, encoding: 'utf8' },
  );
  if (installed.status !== 0) throw new Error(`the .vsix cannot be installed: ${installed.stderr}`);
  const port = await freePort();
  const server = spawn(
    NODE,
    [
      ENTRY,
      ...places,
      ...[
        '--auth',
        'none',
        '--bind-addr',
        `127.0.0.1:${port}`,
        '--disable-telemetry',
        '--disable-update-check',
      ],
      ...(options.asksForTrust ? [] : ['--disable-workspace-trust']),
    ],
    { env, stdio: 'ignore' },
  );
  await answering(`http://127.0.0.1:${port}/healthz`, server);
  return {
    address: `http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`,
    workspace,
    close: async () => {
      const ended = new Promise((done) => server.once('close', done));
      server.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function answering(address: string, server: ChildProcess): Promise<void> {
  const end = Date.now() + START_MS;
  while (Date.now() < end) {
    if (server.exitCode !== null) throw new Error(`code-server ended with exit code ${server.exitCode}`);
    const isThere = await fetch(address).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    await new Promise((next) => setTimeout(next, 100));
  }
  throw new Error('code-server does not answer');
}
