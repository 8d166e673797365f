import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openRecording } from '../../../analyzer/recording/open.ts';
import { type CodeServer, missingForVsCode, startCodeServer } from './codeServer.ts';
import { closeBrowser, openWorkbench, type Workbench } from './workbench.ts';

const missing = missingForVsCode();
const inVsCode = missing === null ? describe : describe.skip;

const BUSY = `import time
def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
`;
const FILES = {
  'app.py': `${BUSY}spin(0.4)\nprint("counted", 6 * 7)\n`,
  'failing.py': `${BUSY}spin(0.3)\nraise ValueError("no such colour")\n`,
  'endless.py': `${BUSY}print("it goes on", flush=True)\nwhile True:\n    spin(0.1)\n`,
  'stubborn.py': `import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n${BUSY}print("not yet", flush=True)\nwhile True:\n    spin(0.1)\n`,
  'asking.py': `print("colour?", flush=True)\nprint("it is", input())\n`,
  'work.mjs': `function churn(until) { while (performance.now() < until) {} }\nchurn(performance.now() + 500);\nconsole.log('churned');\n`,
};

/** A start, a recording and a panel, on a machine with much else to do. */
const LONG = 180_000;

inVsCode(`recording in VS Code${missing === null ? '' : ` (${missing})`}`, () => {
  let server: CodeServer;
  let editor: Workbench;
  const recordings = (): string[] => {
    const folder = join(server.workspace, '.perfscope');
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  };
  const recorded = (name: string) => openRecording(join(server.workspace, '.perfscope', name));
  const record = async (file: string): Promise<void> => {
    await editor.command('View: Close All Editors');
    await editor.open(file);
    await editor.page.locator(`.monaco-editor[data-uri$="${file}"] .view-line`).first().waitFor();
    await editor.command('perfscope: Record Current File');
  };
  /** Command lines of processes that name a file of the workspace. */
  const running = (file: string): string[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(commandLineOf)
      .filter((line) => line.includes(join(server.workspace, file)));

  beforeAll(async () => {
    server = await startCodeServer({ files: FILES });
    editor = await openWorkbench(server.address);
  }, LONG);
  afterAll(async () => {
    await editor?.close();
    await closeBrowser();
    await server?.close();
  }, LONG);

  test(
    'a Python file is recorded from the palette by what the extension carries, and the recording opens',
    async () => {
      await record('app.py');
      await editor.status('perfscope: app.py').waitFor();
      const viewer = await editor.viewer();
      await editor.status('perfscope: app.py').waitFor({ state: 'detached' });
      expect(await editor.terminal('counted 42')).toContain('counted 42');
      await viewer
        .locator('[role=tree] [role=treeitem]', { hasText: 'spin' })
        .first()
        .waitFor({ state: 'attached' });
      expect(recordings()).toEqual(['.gitignore', 'app.perfscope']);
      const { meta } = recorded('app.perfscope');
      expect(meta.command.at(-1)).toBe(join(server.workspace, 'app.py'));
      expect(meta.directory).toBe(server.workspace);
      expect(meta.exitCode).toBe(0);
      await editor.picture('recorded');
    },
    LONG,
  );

  test(
    'a Node file likewise',
    async () => {
      await record('work.mjs');
      const viewer = await editor.viewer();
      await viewer
        .locator('[role=tree] [role=treeitem]', { hasText: 'churn' })
        .first()
        .waitFor({ state: 'attached' });
      expect(await editor.terminal('churned')).toContain('churned');
    },
    LONG,
  );

  test(
    'a click on the status bar stops a program that does not end, and what was recorded opens',
    async () => {
      await record('endless.py');
      await editor.terminal('it goes on');
      await editor.picture('recording');
      await editor.status('perfscope: endless.py').click();
      await editor.viewer();
      expect(running('endless.py')).toEqual([]);
      expect(recordings()).toContain('endless.perfscope');
      expect(recorded('endless.perfscope').meta.complete).toBe(true);
      expect(await editor.page.locator('.notification-list-item').count()).toBe(0);
    },
    LONG,
  );

  test(
    'stopped twice, a program that does not listen is killed',
    async () => {
      await record('stubborn.py');
      await editor.terminal('not yet');
      await editor.command('perfscope: Stop Recording');
      await editor.status('ending stubborn.py').waitFor();
      await editor.command('perfscope: Stop Recording');
      await editor.viewer();
      expect(running('stubborn.py')).toEqual([]);
      expect(recorded('stubborn.perfscope').meta.signal).toBe('SIGKILL');
    },
    LONG,
  );

  test(
    'a cancelled recording leaves neither a file nor a process',
    async () => {
      const before = recordings();
      await record('endless.py');
      await editor.terminal('it goes on');
      expect(running('endless.py').length).toBeGreaterThan(0);
      await editor.command('perfscope: Cancel Recording');
      await editor.status('perfscope: endless.py').waitFor({ state: 'detached' });
      expect(recordings()).toEqual(before);
      expect(running('endless.py')).toEqual([]);
    },
    LONG,
  );

  test(
    'a program that fails shows its error, and its recording',
    async () => {
      await record('failing.py');
      await editor.message('failing.py ended with exit code 1');
      await editor.viewer();
      expect(await editor.terminal('no such colour')).toContain('ValueError: no such colour');
      await editor.picture('failing');
      await editor.command('Notifications: Clear All Notifications');
    },
    LONG,
  );

  test(
    'a program that asks is answered in its terminal',
    async () => {
      await record('asking.py');
      await editor.terminal('colour?');
      await editor.page.locator('.terminal-wrapper.active .xterm-screen').click();
      await editor.page.keyboard.type('blue\n');
      await editor.terminal('it is blue');
      await editor.viewer();
    },
    LONG,
  );

  test(
    'a program that is not there is named, and nothing opens',
    async () => {
      await editor.command('View: Close All Editors');
      await editor.command('perfscope: Record a Command...');
      await editor.page.keyboard.type('no-such-program --fast');
      await editor.page.keyboard.press('Enter');
      expect(await editor.message('Nothing was recorded')).toContain('no such program was found');
      expect(recordings()).not.toContain('no-such-program.perfscope');
      await editor.command('Notifications: Clear All Notifications');
    },
    LONG,
  );

  test(
    'a running process is joined and left',
    async () => {
      const program = spawn('python3', [join(server.workspace, 'endless.py')], { stdio: 'ignore' });
      try {
        await editor.command('View: Close All Editors');
        await editor.command('perfscope: Attach to a Running Process...');
        await editor.pick(`process ${program.pid}`);
        await editor.status('perfscope: endless.py').waitFor();
        // Until something was seen of it.
        await editor.status('endless.py 1 s').or(editor.status('endless.py 2 s')).first().waitFor();
        await editor.command('perfscope: Stop Recording');
        await editor.viewer();
        expect(program.exitCode).toBeNull();
        expect(recorded('endless-2.perfscope').meta.origin).toBe('attach');
      } finally {
        program.kill('SIGKILL');
      }
    },
    LONG,
  );

  test('neither the host nor a panel complained', () => {
    expect(editor.complaints).toEqual([]);
  });
});

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
