import { type CommandWords, type OptionWords, quoted, type Value } from './words.ts';

/** Completion of fish (fishshell.com/docs/current/completions.html). */
export function fishCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return [
    '# perfscope completion fish',
    'complete -c perfscope -f',
    ...commands.flatMap(({ name, description, options, operand }) => {
      const within = `-n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
      return [
        `complete -c perfscope -n ${quoted(`not __fish_seen_subcommand_from ${names}`)} -a ${name} -d ${quoted(description)}`,
        ...(operand === null ? [] : [`complete -c perfscope ${within} ${argument(operand)}`.trimEnd()]),
        ...options.map((option) => `complete -c perfscope ${within} ${optionWords(option)}`),
      ];
    }),
    '',
  ].join('\n');
}

function optionWords({ flags, description, value }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const given = value === null ? '' : ` -r ${argument(value)}`.trimEnd();
  return `${names.join(' ')} -d ${quoted(description)}${given}`;
}

function argument(value: Value): string {
  switch (value.kind) {
    case 'choices':
      return `-f -a ${quoted(value.words.join(' '))}`;
    case 'file':
      return '-F';
    case 'folder':
      return `-f -a '(__fish_complete_directories)'`;
    case 'command':
      return `-f -a '(__fish_complete_subcommand --fcs-skip=2)'`;
    case 'free':
      return '-f';
  }
}
