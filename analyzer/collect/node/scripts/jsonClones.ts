import type { Node } from 'acorn';
import type { CallSyntax, FunctionSyntax } from './syntax.ts';

type Fields = Readonly<Record<string, unknown>>;
type Owner = FunctionSyntax | null;

/**
 * Finds copies through text while a script's syntax is walked: `JSON.parse(JSON.stringify(x))`, in one expression or by way of a
 * variable of the same function.
 */
export class JsonClones {
  /** Calls of `JSON.stringify`, by the node of the call. */
  private readonly texts = new Map<unknown, CallSyntax>();
  /** Calls of `JSON.parse`, and what they are given. */
  private readonly parses: { readonly call: CallSyntax; readonly given: unknown }[] = [];
  /** Variables by function and name, and what they begin with. */
  private readonly variables = new Map<Owner, Map<string, unknown>>();

  /** `call`: what the node calls, null for none. `owner`: the innermost function that it is in. */
  notice(node: Node, call: CallSyntax | null, owner: Owner): void {
    const fields = node as Node & Fields;
    if (node.type === 'VariableDeclarator') {
      const name = nameOf(fields.id);
      if (name === '' || !fields.init) return;
      const known = this.variables.get(owner) ?? new Map<string, unknown>();
      this.variables.set(owner, known.set(name, fields.init));
    }
    if (!call || node.type !== 'CallExpression') return;
    const callee = fields.callee as Fields;
    if (callee.type !== 'MemberExpression' || nameOf(callee.object) !== 'JSON') return;
    if (call.name === 'stringify') this.texts.set(node, call);
    if (call.name === 'parse') this.parses.push({ call, given: (fields.arguments as unknown[])[0] });
  }

  found(): CallSyntax[] {
    return this.parses.flatMap(({ call, given }) => {
      const name = nameOf(given);
      const text = this.texts.get(name === '' ? given : this.variables.get(call.owner)?.get(name));
      return text ? [text, call] : [];
    });
  }
}

/** The name of an identifier; empty for everything else. */
function nameOf(node: unknown): string {
  const { type, name } = (node ?? {}) as Fields;
  return type === 'Identifier' ? String(name) : '';
}
