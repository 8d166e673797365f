import * as vscode from 'vscode';

/** What a terminal of ours passes on. */
export interface TerminalKeys {
  readonly onLine: (text: string) => void;
  readonly onEndOfInput: () => void;
  readonly onInterrupt: () => void;
  readonly onClose: () => void;
}

/** A terminal that shows what a recorded program prints, and gives it what is typed. */
export interface OutputTerminal extends vscode.Disposable {
  readonly print: (text: string) => void;
  readonly show: () => void;
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const DELETE = '\x7f';

export function openTerminal(name: string, keys: TerminalKeys): OutputTerminal {
  const output = new vscode.EventEmitter<string>();
  let held: string | null = '';
  const print = (text: string): void => {
    const shown = text.replace(/\r?\n/g, '\r\n');
    // What is printed before the terminal is there would be lost.
    if (held === null) output.fire(shown);
    else held += shown;
  };
  const terminal = vscode.window.createTerminal({
    name,
    iconPath: new vscode.ThemeIcon('record'),
    pty: {
      onDidWrite: output.event,
      open: () => {
        const first = held ?? '';
        held = null;
        output.fire(first);
      },
      close: keys.onClose,
      handleInput: lineByLine(keys, (text) => output.fire(text)),
    },
  });
  return {
    print,
    show: () => terminal.show(true),
    dispose: () => {
      terminal.dispose();
      output.dispose();
    },
  };
}

/** Lines out of keys, echoed as a terminal does: a program behind a pipe has nobody else to do that. */
export function lineByLine(
  { onLine, onEndOfInput, onInterrupt }: Omit<TerminalKeys, 'onClose'>,
  echo: (text: string) => void,
): (typed: string) => void {
  let line = '';
  return (typed) => {
    for (const key of typed) {
      if (key === '\r' || key === '\n') {
        echo('\r\n');
        onLine(`${line}\n`);
        line = '';
      } else if (key === CTRL_C) {
        echo('^C\r\n');
        line = '';
        onInterrupt();
      } else if (key === CTRL_D) {
        if (line === '') onEndOfInput();
      } else if (key === DELETE) {
        if (line !== '') echo('\b \b');
        line = [...line].slice(0, -1).join('');
      } else if (key >= ' ') {
        echo(key);
        line += key;
      }
    }
  };
}
