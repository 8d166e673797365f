import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';

/** A real terminal for tests: a shell in tmux. Text is waited for, never time. */
const DEADLINE_MS = 20_000;
let terminals = 0;

export type Wanted = string | RegExp | ((text: string) => boolean);

function seen(wanted: Wanted, text: string): boolean {
  if (typeof wanted === 'string') return text.includes(wanted);
  return typeof wanted === 'function' ? wanted(text) : wanted.test(text);
}

export class Terminal {
  // A server that is ending refuses the next session, so each terminal has a server of its own.
  private readonly socket = `perfscope-test-${process.pid}-${++terminals}`;

  /** Types `command` into a shell, so that what it leaves behind can be seen. */
  constructor(columns: number, rows: number, command: string) {
    this.tmux('new-session', '-d', '-x', `${columns}`, '-y', `${rows}`, 'sh');
    this.type(`${command}; stty -a | grep -o -- "[-]*echo "`);
    this.key('Enter');
  }

  tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  end(): void {
    this.tmux('kill-server');
  }

  text(...flags: string[]): string {
    return this.tmux('capture-pane', '-p', ...flags);
  }

  key(...keys: string[]): void {
    this.tmux('send-keys', ...keys);
  }

  type(text: string): void {
    this.tmux('send-keys', '-l', text);
  }

  resize(columns: number, rows: number): void {
    this.tmux('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** What tmux knows of the terminal: `alternate_on`, `cursor_flag`, `wrap_flag`. */
  flag(name: string): string {
    return this.tmux('display-message', '-p', `#{${name}}`).trim();
  }

  async see(wanted: Wanted): Promise<string> {
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const text = this.text();
      if (seen(wanted, text)) return text;
      if (Date.now() > deadline) throw new Error(`Did not see ${wanted} in:\n${text}`);
      await sleep(50);
    }
  }

  /** The terminal is as it was before: main screen, cursor, wrapping, echo. */
  async seeItRestored(): Promise<string> {
    const text = await this.see(/^echo $|^echo$/m);
    expect(this.flag('alternate_on')).toBe('0');
    expect(this.flag('cursor_flag')).toBe('1');
    expect(this.flag('wrap_flag')).toBe('1');
    return text;
  }
}
