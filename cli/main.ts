import { Command, CommanderError } from 'commander';
import { version } from './assets.ts';
import { registerCommands } from './commands/index.ts';
import { EXIT_USAGE, report } from './errors.ts';

/** Runs one command line; resolves with the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('perfscope')
    .description('Profiles parallel programs and says what to change.')
    .version(version())
    .enablePositionalOptions()
    .showHelpAfterError('(perfscope --help lists the commands)')
    .exitOverride();
  registerCommands(program, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    return report(error);
  }
}

// A reader that went away (`perfscope export ... | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await main(process.argv);
