import { OPERATORS } from './demangleNames.ts';
import {
  baseName,
  lastPart,
  MOST_LENGTH,
  plain,
  spaced,
  type Type,
  Unknown,
  whole,
} from './mangledReader.ts';
import { MangledTypes } from './mangledTypes.ts';

/**
 * The C++ name of a mangled one, as `c++filt` writes it (Itanium C++ ABI, section 5.1: itanium-cxx-abi.github.io/cxx-abi/abi.html).
 * Expressions in templates and other rare forms are not known: a name that has one is given back as it is, and so is what is
 * not mangled.
 */
export function demangle(name: string): string {
  if (!name.startsWith('_Z') || name.length > MOST_LENGTH) return name;
  try {
    return new Demangler(name).encoding();
  } catch (error) {
    if (error instanceof Unknown) return name;
    throw error;
  }
}

class Demangler extends MangledTypes {
  encoding(): string {
    const name = this.name();
    const { isTemplate, isMember, qualifiers } = this;
    const rest = /^(?:\.[\w.]+|@.*)?$/.test(this.text.slice(this.at));
    if (rest) return name;
    // A template's function has its result first; others do not tell it.
    const result = isTemplate && !isMember ? this.type() : null;
    const parameters = this.parameters(() => this.at >= this.text.length || this.peek() === '.');
    const clone = this.text.slice(this.at);
    const declared = `${name}(${parameters})${qualifiers}`;
    const full =
      result === null ? declared : `${result.left}${spaced(result.left)}${declared}${result.right}`;
    return clone === '' ? full : `${full} [clone ${clone}]`;
  }

  protected name(): string {
    return this.step(() => {
      this.isTemplate = this.isMember = false;
      this.qualifiers = '';
      if (this.peek() === 'N') return this.nested();
      if (this.peek() === 'Z') return this.local();
      const { at } = this;
      const isSubstitution = this.peek() === 'S' && this.text[this.at + 1] !== 't';
      const base = isSubstitution ? whole(this.substitution()) : this.unscoped();
      if (this.peek() !== 'I') return isSubstitution && at === this.at ? this.unknown() : base;
      if (!isSubstitution) this.remember(plain(base));
      const args = this.arguments();
      this.isTemplate = true;
      return base + args;
    });
  }

  private unscoped(): string {
    if (this.take('St')) return `std::${this.unqualified('')}`;
    return this.unqualified('');
  }

  private local(): string {
    this.at++;
    const encloser = this.enclosing();
    if (this.take('s')) {
      this.discriminator();
      return `${encloser}::string literal`;
    }
    if (this.take('d')) {
      while (/\d/.test(this.peek())) this.at++;
      if (!this.take('_')) this.unknown();
    }
    const entity = this.name();
    this.discriminator();
    return `${encloser}::${entity}`;
  }

  private enclosing(): string {
    const saved = this.templateArguments;
    const name = this.name();
    const { isTemplate, isMember, qualifiers } = this;
    let text = name;
    if (this.peek() !== 'E') {
      // Where it is told, the result is left out: it is the place that counts.
      if (isTemplate && !isMember) this.type();
      text = `${name}(${this.parameters(() => this.peek() === 'E')})${qualifiers}`;
    }
    if (!this.take('E')) this.unknown();
    if (this.templateArguments.length === 0) this.templateArguments = saved;
    return text;
  }

  private nested(): string {
    this.at++;
    let qualifiers = '';
    while ('rVK'.includes(this.peek()) && this.peek() !== '')
      qualifiers = { r: ' restrict', V: ' volatile', K: ' const' }[this.text[this.at++] as 'r'] + qualifiers;
    if (this.take('R')) qualifiers += ' &';
    else if (this.take('O')) qualifiers += ' &&';
    let prefix = '';
    let last = '';
    let isTemplate = false;
    let isMember = false;
    while (!this.take('E')) {
      if (this.peek() === 'I') {
        prefix += (prefix.endsWith('<') ? ' ' : '') + this.arguments();
        isTemplate = true;
        this.rememberUnlessLast(prefix);
        continue;
      }
      if (this.peek() === 'S' && this.text[this.at + 1] !== 't' && prefix === '') {
        prefix = whole(this.substitution());
        last = lastPart(prefix);
        continue;
      }
      if (this.peek() === 'T' && prefix === '') {
        prefix = whole(this.templateParameter());
        this.remember(plain(prefix));
        continue;
      }
      if (this.take('St')) {
        prefix = 'std';
        continue;
      }
      isTemplate = false;
      const part = this.unqualified(last);
      isMember = this.isMember;
      last = part;
      prefix = prefix === '' ? part : `${prefix}::${part}`;
      this.rememberUnlessLast(prefix);
    }
    this.isTemplate = isTemplate;
    this.isMember = isMember;
    this.qualifiers = qualifiers;
    return prefix;
  }

  /** Every prefix counts as a substitution, and the whole name does not. */
  private rememberUnlessLast(prefix: string): void {
    if (this.peek() !== 'E') this.remember(plain(prefix));
  }

  /** `of`: the name before it, which constructors repeat. */
  private unqualified(of: string): string {
    this.isMember = false;
    const char = this.peek();
    if (char >= '0' && char <= '9') return this.tagged(this.sourceName());
    if (char === 'L') {
      // Names of one file.
      this.at++;
      return this.unqualified(of);
    }
    if (char === 'C' && /^C[1-5]/.test(this.text.slice(this.at, this.at + 2))) {
      this.at += 2;
      this.isMember = true;
      return baseName(of);
    }
    if (char === 'D' && /^D[0-5]/.test(this.text.slice(this.at, this.at + 2))) {
      this.at += 2;
      this.isMember = true;
      return `~${baseName(of)}`;
    }
    if (char === 'U') return this.unnamed();
    return this.operator();
  }

  private unnamed(): string {
    if (this.take('Ut')) return `{unnamed type#${this.ordinal()}}`;
    if (!this.take('Ul')) return this.unknown();
    const parameters = this.parameters(() => this.peek() === 'E');
    this.at++;
    return `{lambda(${parameters})#${this.ordinal()}}`;
  }

  private operator(): string {
    const code = this.text.slice(this.at, this.at + 2);
    if (code === 'cv') {
      this.at += 2;
      this.isMember = true;
      return `operator ${whole(this.type())}`;
    }
    const name = OPERATORS[code];
    if (name === undefined) return this.unknown();
    this.at += 2;
    return `operator${/^[a-z]/.test(name) ? ' ' : ''}${name}`;
  }

  /** `<...>`; the arguments become what `T_` means. */
  protected arguments(): string {
    return this.step(() => {
      this.at++;
      const own: (Type | Type[])[] = [];
      const outer = this.templateArguments;
      while (!this.take('E')) own.push(this.argument());
      this.templateArguments = own.length > 0 || outer.length === 0 ? own : outer;
      const text = own
        .flat()
        .map(whole)
        .filter((each) => each !== '')
        .join(', ');
      return `<${text}${text.endsWith('>') ? ' ' : ''}>`;
    });
  }

  protected literal(): string {
    this.at++;
    if (this.take('_Z')) {
      const saved = this.templateArguments;
      const name = this.name();
      const { isTemplate, isMember } = this;
      let text = `&${name}`;
      if (this.peek() !== 'E') {
        const result = isTemplate && !isMember ? this.type() : null;
        const parameters = this.parameters(() => this.peek() === 'E');
        text = result === null ? `&(${name}(${parameters}))` : `&(${whole(result)} ${name}(${parameters}))`;
      }
      this.templateArguments = saved;
      if (!this.take('E')) this.unknown();
      return text;
    }
    const code = this.peek();
    const type = whole(this.type());
    const match = /^(n?)(\d*)E/.exec(this.text.slice(this.at, this.at + 40));
    if (!match) return this.unknown();
    this.at += match[0].length;
    const value = `${match[1] === 'n' ? '-' : ''}${match[2]}`;
    if (code === 'b') return value === '0' ? 'false' : value === '1' ? 'true' : this.unknown();
    const suffix = { i: '', j: 'u', l: 'l', m: 'ul', x: 'll', y: 'ull' }[code];
    return suffix === undefined ? `(${type})${value}` : value + suffix;
  }
}
