import type { Argument, Command, Option } from 'commander';

/** What a shell offers for a value. */
export type Value =
  | { readonly kind: 'choices'; readonly words: readonly string[] }
  /** `file`, `folder`, `command` with its arguments, or `free`: anything. */
  | { readonly kind: 'file' | 'folder' | 'command' | 'free' };

export interface OptionWords {
  /** As they are typed: `-o`, `--output`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Null for an option that takes no value. */
  readonly value: Value | null;
}

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** What the operands are. */
  readonly operand: Value | null;
}

/** What can be typed after the program, from the definitions that parse it. */
export function commandWords(program: Command): CommandWords[] {
  return program.commands.map((command) => {
    const help = command.createHelp();
    return {
      name: command.name(),
      description: command.description(),
      options: help.visibleOptions(command).map(optionWords),
      operand: operandOf(command.registeredArguments),
    };
  });
}

function optionWords(option: Option): OptionWords {
  const takesValue = option.required || option.optional;
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
    description: option.description,
    value: takesValue
      ? valueNamed(/[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1] ?? '', option.argChoices)
      : null,
  };
}

/** Several operands of one command are of one kind. */
function operandOf(operands: readonly Argument[]): Value | null {
  const [first] = operands;
  return first ? valueNamed(first.name(), first.argChoices) : null;
}

/** The name that is shown for a value says what it is. */
function valueNamed(name: string, choices: readonly string[] | undefined): Value {
  if (choices) return { kind: 'choices', words: choices };
  if (name === 'command') return { kind: 'command' };
  if (name === 'folder') return { kind: 'folder' };
  return { kind: /^(?:files?|before|after)$/.test(name) ? 'file' : 'free' };
}

/** A text as one word of a shell's. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
