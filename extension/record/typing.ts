/** What a terminal of ours passes on. */
export interface TerminalKeys {
  readonly onLine: (text: string) => void;
  readonly onEndOfInput: () => void;
  readonly onInterrupt: () => void;
  readonly onClose: () => void;
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const DELETE = '\x7f';

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
