import type { Target } from '../../analyzer/collect/target.ts';

/**
 * Signals that a terminal sends to every process in front of it. The command is one of them, so it has them already; to
 * forward them would make one Ctrl-C two.
 */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGHUP'];
const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTERM', 'SIGUSR2'];

/** Milliseconds that a command has to end after Ctrl-C before a person is told what to do. */
const PATIENCE = 1000;

/**
 * Passes signals on to the command, and stays alive to write the recording. The second SIGINT kills the command. Under a
 * live view (`live`) Ctrl-C is a key, and what it does is the view's business.
 */
export function forwardSignals(target: Target, live: boolean): () => void {
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let interrupts = 0;
  let patience: NodeJS.Timeout | undefined;
  const hint = () => {
    if (process.stderr.isTTY && target.alive) {
      process.stderr.write('perfscope: the program goes on; Ctrl-C again kills it\n');
    }
  };
  const handlers = FORWARDED.map((signal) => {
    const handler = () => {
      if (live && signal === 'SIGINT') return;
      if (signal === 'SIGINT' && interrupts === 0) patience = setTimeout(hint, PATIENCE);
      if (signal === 'SIGINT' && ++interrupts > 1) target.kill('SIGKILL');
      else if (!hasTerminal || !FROM_TERMINAL.includes(signal)) target.kill(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    clearTimeout(patience);
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}
