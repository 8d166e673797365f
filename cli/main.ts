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

// A reader that went away (`perfscope export ... | head`) or a terminal that was closed costs what we had to say and nothing
// else: a recording goes on, and its exit code is the command's.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await main(process.argv);
