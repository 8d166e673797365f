import { pathOf } from '../sourcePath.ts';

/** A function as V8's log names it. `line`: of its definition, 0 when unknown. */
export interface LoggedFunction {
  readonly name: string;
  /** Path or URL; empty when it has no source. */
  readonly file: string;
  readonly line: number;
}

/** What the file of a function begins with; a name may hold spaces, too. */
const FILE_START = / (?=\/|[a-z]+:|[A-Z]:\\|\[|evalmachine)/;
const LONGEST_TEXT = 4096;

/** Takes `name file:line:column` apart. The name and the file may be empty. */
export function functionOf(text: string): LoggedFunction {
  const match = /^(.*):(\d+):(\d+)$/s.exec(text.slice(0, LONGEST_TEXT));
  if (!match) return { name: text.trim().slice(0, LONGEST_TEXT) || '(anonymous)', file: '', line: 0 };
  const head = match[1] as string;
  const found = FILE_START.exec(head)?.index ?? head.lastIndexOf(' ');
  const name = head.slice(0, Math.max(0, found)).trim();
  const line = Number(match[2]);
  return {
    name: name || '(anonymous)',
    file: pathOf(head.slice(found + 1)),
    line: line < 2 ** 32 ? line : 0,
  };
}
