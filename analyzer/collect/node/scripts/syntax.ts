import { createRequire } from 'node:module';
import type { Node } from 'acorn';
import { JsonClones } from './jsonClones.ts';

/** What counts as a function in a script's syntax. Offsets are of its text. */
export interface FunctionSyntax {
  /** As V8 would call it, as far as the syntax tells; null for code without a name of its own, such as that of a class's fields. */
  readonly name: string | null;
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
  /** Where its parameters begin, which V8 takes for its place. */
  readonly parameters: number;
}

/** A call in a script's syntax, by the name that the called function has there: the last one of `fs.readFileSync(path)`. */
export interface CallSyntax {
  readonly name: string;
  /** Where V8 says that the call is: its name. */
  readonly at: number;
  /** The innermost function that it stands in; null for the code outside of all functions. */
  readonly owner: FunctionSyntax | null;
}

/** Functions of a script, outer ones before those in them; its calls; and which of those copy a value through its text. */
export interface Syntax {
  readonly functions: readonly FunctionSyntax[];
  readonly calls: readonly CallSyntax[];
  /** The calls of `JSON.parse` and `JSON.stringify` of which the one is given what the other gave. */
  readonly clones: readonly CallSyntax[];
}

type Fields = Readonly<Record<string, unknown>>;
type Library = typeof import('acorn');
let library: Library | null = null;
const requireHere = createRequire(import.meta.url);

/** What V8 does not tell of a script. Throws when it is no JavaScript. */
export function syntaxOf(text: string): Syntax {
  const functions: FunctionSyntax[] = [];
  const calls: CallSyntax[] = [];
  const clones = new JsonClones();
  const open: { node: Node; name: string; owner: FunctionSyntax | null }[] = [
    { node: parse(text), name: '', owner: null },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, name } = next;
    const made = functionOf(node, name, text);
    if (made) functions.push(made);
    const owner = made ?? next.owner;
    const call = callOf(node, owner);
    if (call) calls.push(call);
    clones.notice(node, call, owner);
    for (const [key, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value])
        if (isNode(child)) open.push({ node: child, name: nameOf(node, key, text, name), owner });
    }
  }
  functions.sort((a, b) => a.start - b.start || b.end - a.end);
  return { functions, calls, clones: clones.found() };
}

function parse(text: string): Node {
  library ??= requireHere('acorn') as Library;
  const options = {
    ecmaVersion: 'latest',
    allowHashBang: true,
    allowReturnOutsideFunction: true,
    allowSuperOutsideMethod: true,
    allowAwaitOutsideFunction: true,
  } as const;
  try {
    return library.parse(text, { ...options, sourceType: 'module' });
  } catch {
    return library.parse(text, { ...options, sourceType: 'script' });
  }
}

function functionOf(node: Node, name: string, text: string): FunctionSyntax | null {
  const { type, start, end } = node;
  const { id, body, value } = node as Node & { id?: unknown; body?: unknown; value?: unknown };
  switch (type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression': {
      const own = isNode(id) ? text.slice(id.start, id.end) : name;
      const from = isNode(id) ? id.end : start;
      const parameters = type === 'ArrowFunctionExpression' ? start : text.indexOf('(', from);
      return { name: own, start, bodyStart: isNode(body) ? body.start : start, end, parameters };
    }
    case 'PropertyDefinition':
      return isNode(value) ? { name: null, start: value.start, bodyStart: -1, end, parameters: -1 } : null;
    case 'StaticBlock':
      return { name: null, start, bodyStart: -1, end, parameters: -1 };
    default:
      return null;
  }
}

/** The name that a function has from where it stands: as `key` of `parent`, whose own such name is `outer`. */
function nameOf(parent: Node, key: string, text: string, outer: string): string {
  const fields = parent as Node & Fields;
  const textOf = (node: unknown): string => (isNode(node) ? text.slice(node.start, node.end) : '');
  switch (parent.type) {
    case 'VariableDeclarator':
      return key === 'init' ? textOf(fields.id) : '';
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return key === 'right' ? textOf(fields.left).replaceAll('.prototype.', '.') : '';
    case 'Property':
    case 'PropertyDefinition':
    case 'MethodDefinition': {
      if (key !== 'value' || fields.computed === true) return '';
      if (fields.kind === 'constructor') return outer;
      return `${fields.kind === 'get' || fields.kind === 'set' ? `${fields.kind} ` : ''}${textOf(fields.key)}`;
    }
    case 'ClassDeclaration':
    case 'ClassExpression':
      return key === 'body' ? textOf(fields.id) || outer : '';
    case 'ClassBody':
      return outer;
    default:
      return '';
  }
}

/** A call of a function that has a name where it is called. */
function callOf(node: Node, owner: FunctionSyntax | null): CallSyntax | null {
  if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return null;
  const { callee } = node as Node & Fields;
  if (!isNode(callee)) return null;
  const { property, computed } = callee as Node & Fields;
  const named = callee.type === 'MemberExpression' && computed !== true ? property : callee;
  if (!isNode(named) || named.type !== 'Identifier') return null;
  return { name: String((named as Node & Fields).name), at: named.start, owner };
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
