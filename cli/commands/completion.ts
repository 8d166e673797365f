import { Argument } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { type CommandWords, commandWords } from '../completion/words.ts';
import { zshCompletion } from '../completion/zsh.ts';
import type { RegisterCommand } from './index.ts';

const SHELLS: Readonly<Record<string, (commands: readonly CommandWords[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

const HOW = `
  bash   eval "$(perfscope completion bash)" in ~/.bashrc
  zsh    eval "$(perfscope completion zsh)" in ~/.zshrc, after compinit
  fish   perfscope completion fish > ~/.config/fish/completions/perfscope.fish`;

export const completionCommand: RegisterCommand = (program) => {
  program
    .command('completion')
    .description('print what makes a shell complete commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', HOW)
    .action((shell: string) => {
      process.stdout.write(SHELLS[shell]?.(commandWords(program)) ?? '');
    });
};
