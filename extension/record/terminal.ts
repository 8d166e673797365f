import * as vscode from 'vscode';
import { lineByLine, type TerminalKeys } from './typing.ts';

/** A terminal that shows what a recorded program prints, and gives it what is typed. */
export interface OutputTerminal extends vscode.Disposable {
  readonly print: (text: string) => void;
  readonly show: () => void;
}

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
