import { type CommandWords, type OptionWords, quoted, type Value } from './words.ts';

/** Completion of zsh (zsh.sourceforge.io/Doc/Release/Completion-System.html), by _arguments. */
export function zshCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  return `#compdef perfscope
_perfscope() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
compdef _perfscope perfscope
`;
}

function commandCase({ name, options, operand }: CommandWords): string {
  const specs = options.map(optionSpec);
  const operands =
    operand === null
      ? []
      : [operand.kind === 'command' ? `'*::command:_normal'` : quoted(`*:${action(operand)}`)];
  return `    ${name})
      _arguments ${[...specs, ...operands].join(' \\\n        ')}
      ;;`;
}

/** \`(-o --output)'{-o,--output}'[text]:name:action\`: an option in any of its spellings, once. */
function optionSpec({ flags, description, value }: OptionWords): string {
  const text = `[${escaped(description)}]${value === null ? '' : `:${action(value)}`}`;
  if (flags.length === 1) return quoted(`${flags[0]}${text}`);
  return `${quoted(`(${flags.join(' ')})`)}{${flags.join(',')}}${quoted(text)}`;
}

function action(value: Value): string {
  switch (value.kind) {
    case 'choices':
      return `value:(${value.words.join(' ')})`;
    case 'file':
      return 'file:_files';
    case 'folder':
      return 'folder:_files -/';
    case 'command':
      return 'command:_command_names';
    case 'free':
      return 'value: ';
  }
}

/** Brackets and colons end what is a description. */
const escaped = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');
