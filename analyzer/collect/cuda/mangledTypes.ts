import { BUILTIN_TYPES } from './demangleNames.ts';
import { MangledReader, plain, spaced, type Type, WRAPS, whole, wrap } from './mangledReader.ts';

/** Reads types and the arguments of templates; names are read by who extends it. */
export abstract class MangledTypes extends MangledReader {
  /** What the name that was read last is: whether it ends in a template's arguments, and in a special member. */
  protected isTemplate = false;
  protected isMember = false;
  protected qualifiers = '';

  protected abstract name(): string;
  /** `<...>`; the arguments become what `T_` means. */
  protected abstract arguments(): string;
  protected abstract literal(): string;

  protected parameters(isEnd: () => boolean): string {
    const types: string[] = [];
    while (!isEnd()) types.push(...this.types());
    return types.length === 1 && types[0] === 'void' ? '' : types.join(', ');
  }

  /** One type, or those of a pack. */
  protected types(): string[] {
    if (this.text.startsWith('Dp', this.at)) {
      this.at += 2;
      const from = this.at;
      const packs = this.expansion(from);
      if (packs) return packs;
    }
    return [whole(this.type())].filter((each) => each !== '');
  }

  /** A pattern with a pack in it, once for each of the pack's types. */
  protected expansion(from: number): string[] | null {
    const pattern = /^T(\d*)_/.exec(this.text.slice(from).replace(/^[PKROV]+/, ''));
    const pack = pattern ? this.templateArguments[pattern[1] === '' ? 0 : Number(pattern[1]) + 1] : undefined;
    if (!Array.isArray(pack)) return null;
    const prefix = /^[PKROV]*/.exec(this.text.slice(from))?.[0] ?? '';
    this.at = from + prefix.length + (pattern?.[0].length ?? 0);
    const types = pack.map((each) => this.decorated(prefix, each));
    // The parameter, each mark before it and the expansion itself can be meant by a substitution.
    for (let i = 0; i < prefix.length + 2; i++)
      this.remember({ left: types.map(whole).join(', '), right: '' });
    return types.map(whole);
  }

  protected argumentsOfType(): string {
    const saved = this.templateArguments;
    const text = this.arguments();
    this.templateArguments = saved;
    return text;
  }

  protected argument(): Type | Type[] {
    if (this.take('J')) {
      const pack: Type[] = [];
      while (!this.take('E')) pack.push(...[this.argument()].flat());
      return pack;
    }
    if (this.peek() === 'L') return plain(this.literal());
    if (this.peek() === 'X') return this.expression();
    return this.type();
  }

  /** Of expressions, parameters alone. */
  protected expression(): Type {
    this.at++;
    const parameter = this.templateParameter();
    return this.take('E') ? parameter : this.unknown();
  }

  protected type(): Type {
    return this.step(() => {
      const char = this.peek();
      const builtin = BUILTIN_TYPES[char];
      if (builtin !== undefined) {
        this.at++;
        return plain(builtin);
      }
      const mark = WRAPS[char];
      if (mark !== undefined) return this.wrapped();
      if (char === 'D') return this.extended();
      if (char === 'F') return this.remember(this.functionType());
      if (char === 'A') return this.remember(this.arrayType());
      if (char === 'M') return this.remember(this.memberPointer());
      if (char === 'T') return this.parameterType();
      if (char === 'S' && this.text[this.at + 1] !== 't') return this.substitutedType();
      if (char === 'u') {
        this.at++;
        return this.remember(plain(this.sourceName()));
      }
      return this.remember(plain(this.nameOfType()));
    });
  }

  /** The name of a class does not change what `T_` means outside of it. */
  protected nameOfType(): string {
    const saved = this.templateArguments;
    const { isTemplate, isMember, qualifiers } = this;
    const name = this.name();
    this.templateArguments = saved;
    Object.assign(this, { isTemplate, isMember, qualifiers });
    return name;
  }

  /** Qualifiers in a row are one: `VK` is `const volatile` and one substitution. */
  protected wrapped(): Type {
    const qualifiers = /^r?V?K?/.exec(this.text.slice(this.at, this.at + 3))?.[0] ?? '';
    if (qualifiers === '') {
      const mark = WRAPS[this.text[this.at++] as string] ?? this.unknown();
      return this.remember(wrap(this.type(), mark));
    }
    this.at += qualifiers.length;
    return this.remember(this.decorated(qualifiers, this.type()));
  }

  protected parameterType(): Type {
    const parameter = this.remember(this.templateParameter());
    if (this.peek() !== 'I') return parameter;
    return this.remember(plain(whole(parameter) + this.argumentsOfType()));
  }

  protected substitutedType(): Type {
    const type = this.substitution();
    if (this.peek() !== 'I') return type;
    return this.remember(plain(whole(type) + this.argumentsOfType()));
  }

  protected extended(): Type {
    const code = this.text.slice(this.at, this.at + 2);
    const builtin = BUILTIN_TYPES[code];
    if (builtin !== undefined) {
      this.at += 2;
      return plain(builtin);
    }
    if (code === 'Do') {
      this.at += 2;
      return this.remember(this.functionType());
    }
    return this.unknown();
  }

  protected functionType(): Type {
    if (!this.take('F')) return this.unknown();
    this.take('Y');
    const result = this.type();
    const parameters = this.parameters(() => this.peek() === 'E');
    this.at++;
    return { left: `${result.left}${spaced(result.left)}`, right: `(${parameters})${result.right}` };
  }

  protected arrayType(): Type {
    const match = /^A(\d*)_/.exec(this.text.slice(this.at, this.at + 24));
    if (!match) return this.unknown();
    this.at += match[0].length;
    const element = this.type();
    return { left: element.left, right: ` [${match[1]}]${element.right.trimStart()}` };
  }

  protected memberPointer(): Type {
    this.at++;
    const owner = whole(this.type());
    const member = this.type();
    return member.right.startsWith('(')
      ? { left: `${member.left}(${owner}::*`, right: `)${member.right}` }
      : { left: `${member.left} ${owner}::*`, right: member.right };
  }
}
