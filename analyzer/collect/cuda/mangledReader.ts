import { STANDARD } from './demangleNames.ts';

/** Names that substitutions blow up beyond this are left as they are. */
export const MOST_LENGTH = 1 << 14;
const MOST_DEPTH = 200;
const MOST_STEPS = 20_000;

/** Parts of a declaration around what it declares: `int (*` and `)(float)` for a pointer to a function. */
export interface Type {
  readonly left: string;
  readonly right: string;
}

/** Thrown for a form that is not known. */
export class Unknown extends Error {}

export const plain = (left: string): Type => ({ left, right: '' });
export const whole = ({ left, right }: Type): string => left + right;

/** Reads a mangled name from the left: the parts of the grammar that do not depend on the rest. */
export class MangledReader {
  protected readonly text: string;
  protected at = 2;
  protected depth = 0;
  protected steps = 0;
  protected readonly substitutions: Type[] = [];
  /** Arguments of the innermost template that a `T_` can mean; packs are lists. */
  protected templateArguments: (Type | Type[])[] = [];
  constructor(text: string) {
    this.text = text;
  }

  protected decorated(prefix: string, type: Type): Type {
    let decorated = type;
    for (const mark of [...prefix].reverse()) decorated = wrap(decorated, WRAPS[mark] ?? this.unknown());
    return decorated;
  }

  protected peek(): string {
    return this.text[this.at] ?? '';
  }

  protected take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }

  protected unknown(): never {
    throw new Unknown();
  }

  /** Counts on, so that no name takes long. */
  protected step<T>(action: () => T): T {
    if (++this.steps > MOST_STEPS || this.depth >= MOST_DEPTH) this.unknown();
    this.depth++;
    const result = action();
    this.depth--;
    return result;
  }

  protected remember(type: Type): Type {
    if (type.left.length + type.right.length > MOST_LENGTH) this.unknown();
    this.substitutions.push(type);
    return type;
  }

  protected discriminator(): void {
    const match = /^_(?:\d|_\d+_)/.exec(this.text.slice(this.at, this.at + 12));
    if (match) this.at += match[0].length;
  }

  protected tagged(name: string): string {
    let tagged = name;
    while (this.take('B')) tagged += `[abi:${this.sourceName()}]`;
    return tagged;
  }

  protected sourceName(): string {
    const digits = /^\d+/.exec(this.text.slice(this.at, this.at + 6))?.[0];
    if (digits === undefined) return this.unknown();
    this.at += digits.length;
    const name = this.text.slice(this.at, this.at + Number(digits));
    if (name.length !== Number(digits)) this.unknown();
    this.at += name.length;
    return name.startsWith('_GLOBAL__N') ? '(anonymous namespace)' : name;
  }

  protected ordinal(): number {
    const match = /^(\d*)_/.exec(this.text.slice(this.at, this.at + 8));
    if (!match) return this.unknown();
    this.at += match[0].length;
    return match[1] === '' ? 1 : Number(match[1]) + 2;
  }

  protected substitution(): Type {
    const match = /^S([0-9A-Z]*)_/.exec(this.text.slice(this.at, this.at + 8));
    if (match) {
      this.at += match[0].length;
      const index = match[1] === '' ? 0 : Number.parseInt(match[1] ?? '', 36) + 1;
      return this.substitutions[index] ?? this.unknown();
    }
    const known = STANDARD[this.text.slice(this.at, this.at + 2)];
    if (known === undefined) return this.unknown();
    this.at += 2;
    return plain(this.tagged(known));
  }

  protected templateParameter(): Type {
    const match = /^T(\d*)_/.exec(this.text.slice(this.at, this.at + 8));
    if (!match) return this.unknown();
    this.at += match[0].length;
    const argument = this.templateArguments[match[1] === '' ? 0 : Number(match[1]) + 1];
    if (argument === undefined) return this.unknown();
    return Array.isArray(argument) ? plain(argument.map(whole).join(', ')) : argument;
  }
}

/** What stands behind a type for each mark before it. */
export const WRAPS: Readonly<Record<string, string>> = {
  P: '*',
  R: '&',
  O: '&&',
  K: ' const',
  V: ' volatile',
  r: ' restrict',
};

export const spaced = (left: string): string => (/[\w>*&)\]]$/.test(left) ? ' ' : '');

export function wrap({ left, right }: Type, mark: string): Type {
  // A reference to a reference is the weaker of both.
  if (mark.startsWith('&') && left.endsWith('&')) {
    const base = left.replace(/&+$/, '');
    return { left: `${base}${left.endsWith('&&') ? mark : '&'}`, right };
  }
  if (mark.startsWith(' ') && left.endsWith(mark)) return { left, right };
  const isPlain = !/^(?:\(| \[)/.test(right) || left.includes('(*') || left.endsWith('(&');
  if (isPlain || mark.startsWith(' ')) return { left: left + mark, right };
  return { left: `${left}${left.endsWith(' ') ? '' : ' '}(${mark}`, right: `)${right}` };
}

/** Without the arguments of templates. */
export const baseName = (name: string): string => name.replace(/<.*$/s, '');

/** The last part of a qualified name. */
export function lastPart(name: string): string {
  let depth = 0;
  for (let i = name.length - 1; i > 0; i--) {
    if (name[i] === '>') depth++;
    else if (name[i] === '<') depth--;
    else if (depth === 0 && name[i] === ':') return name.slice(i + 1);
  }
  return name;
}
