import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { newNonce, panelPage } from '../../extension/panel/page.ts';

const page = panelPage({
  script: 'https://x/panel.js',
  style: 'https://x/panel.css',
  source: 'https://x',
  nonce: 'abc',
});

test('a panel runs one script, by its nonce, and loads nothing but its style', () => {
  expect(page).toContain("default-src 'none'; script-src 'nonce-abc'; style-src https://x; img-src data:; ");
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/unsafe|connect-src|<style| style=/);
});

test('a nonce is 128 bits that do not come again', () => {
  const seen = new Set(Array.from({ length: 100 }, newNonce));
  expect(seen.size).toBe(100);
  for (const nonce of seen) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
});

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly supported: unknown } };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly enablement?: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
  };
}

const manifest = JSON.parse(readFileSync('extension/package.json', 'utf8')) as Manifest;

test('the extension waits for its first use, and an untrusted workspace runs nothing', () => {
  expect(manifest.activationEvents.filter((event) => /^\*$|onStartupFinished/.test(event))).toEqual([]);
  expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
  const running = manifest.contributes.commands.filter(({ command }) =>
    /record(File|Command)|attach/.test(command),
  );
  expect(running).toHaveLength(3);
  for (const { enablement } of running) expect(enablement).toContain('isWorkspaceTrusted');
});

test('every command of a menu exists', () => {
  const known = new Set(manifest.contributes.commands.map(({ command }) => command));
  const used = Object.values(manifest.contributes.menus).flatMap((items) =>
    items.map(({ command }) => command),
  );
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((command) => !known.has(command))).toEqual([]);
});
