import { spawn } from 'node:child_process';

/** The program that opens an address in the reader's browser, by system. */
const OPENERS: Readonly<Record<string, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens an address in the browser; false where nothing here can. The address goes as an argument, and so is seen by whoever lists the
 * processes of this machine: only of one's own user where that is hidden.
 */
export function openBrowser(address: string): Promise<boolean> {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  return new Promise((done) => {
    const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
    child.once('error', () => done(false));
    // It hands over and ends; one that goes on is a browser itself.
    child.once('exit', (code) => done(code === 0));
    child.once('spawn', () => {
      child.unref();
      setTimeout(() => done(true), HANDED_OVER_MS).unref();
    });
  });
}

const HANDED_OVER_MS = 3000;
