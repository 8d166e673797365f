import type { Target } from '../../analyzer/collect/target.ts';

/**
 * Signals that a terminal sends to every process in front of it. The command is one of them, so it has them already; to
 * forward them would make one Ctrl-C two.
 */
const FROM_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGHUP'];
const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTERM', 'SIGUSR2'];

/** Passes signals on to the command, and stays alive to write the recording. The second SIGINT kills the command. */
export function forwardSignals(target: Target): () => void {
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let interrupts = 0;
  const handlers = FORWARDED.map((signal) => {
    const handler = () => {
      if (signal === 'SIGINT' && ++interrupts > 1) target.kill('SIGKILL');
      else if (!hasTerminal || !FROM_TERMINAL.includes(signal)) target.kill(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  };
}
