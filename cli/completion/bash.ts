import { type CommandWords, quoted, type Value } from './words.ts';

/** Completion of bash (gnu.org/software/bash/manual/html_node/Programmable-Completion.html), which needs nothing but bash. */
export function bashCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join('\n');
  return `# perfscope completion bash
_perfscope() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= at
  # Names of files may hold spaces.
  local IFS=$'\\n'
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ -z $command && \${COMP_WORDS[at]} != -* ]]; then command=\${COMP_WORDS[at]}; fi
    if [[ \${COMP_WORDS[at]} == -- ]]; then
      # What is recorded is completed as it is without perfscope, where bash-completion can do that.
      if declare -F _command_offset > /dev/null; then _command_offset $((at + 1)); return; fi
      if ((at + 1 == COMP_CWORD)); then COMPREPLY=($(compgen -c -- "$cur")); else COMPREPLY=($(compgen -f -- "$cur")); fi
      return
    fi
  done
  case $command in
${commands.map(commandCase).join('\n')}
    *)
      COMPREPLY=($(compgen -W ${quoted(`${names}\n--help\n--version`)} -- "$cur"))
      ;;
  esac
}
complete -o filenames -F _perfscope perfscope
`;
}

function commandCase({ name, options, operand }: CommandWords): string {
  const flags = options.flatMap((option) => option.flags).join('\n');
  const values = options.flatMap(({ flags: own, value }) =>
    value === null ? [] : [`        ${own.join('|')}) ${reply(value)}; return ;;`],
  );
  return `    ${name})
      case $prev in
${values.join('\n')}
      esac
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W ${quoted(flags)} -- "$cur")); return; fi
      ${operand === null ? ':' : reply(operand)}
      ;;`;
}

function reply(value: Value): string {
  switch (value.kind) {
    case 'choices':
      return `COMPREPLY=($(compgen -W ${quoted(value.words.join('\n'))} -- "$cur"))`;
    case 'file':
      return 'COMPREPLY=($(compgen -f -- "$cur"))';
    case 'folder':
      return 'COMPREPLY=($(compgen -d -- "$cur"))';
    case 'command':
      return 'COMPREPLY=($(compgen -c -- "$cur"))';
    case 'free':
      return ':';
  }
}
