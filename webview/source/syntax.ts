/** Part of a line; `tint` is empty for what has no colour of its own. */
export interface Piece {
  readonly text: string;
  readonly tint: 'comment' | 'string' | 'keyword' | '';
}

const STRINGS = /"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/.source;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/u.source;
// No part of these can be read in two ways, so that no text takes longer than its length.
const PYTHON = RegExp(`(#.*)|("""[\\s\\S]*?(?:"""|$)|'''[\\s\\S]*?(?:'''|$)|${STRINGS})|(${WORD})`, 'gu');
const BRACES = RegExp(
  `(//.*|/\\*[\\s\\S]*?(?:\\*/|$))|(\`(?:\\\\[\\s\\S]|[^\`\\\\])*\`?|${STRINGS})|(${WORD})`,
  'gu',
);
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const PYTHON_WORDS = words(
  'and as assert async await break class continue def del elif else except finally for from global if import in is lambda not or pass raise return try while with yield None True False',
);
const BRACE_WORDS = words(
  'async await bool break case catch char class const continue default delete do double else export extends false float for from function if import in int let long new null of private public return short static struct switch this throw true try type typedef typeof undefined unsigned using var void while yield',
);

/** Splits the lines of a text into comments, strings, keywords and the rest: a light tint and no grammar. `file` tells the language. */
export function tinted(text: string, file: string): (line: number) => Piece[] {
  const isPython = /\.(?:py[iwx]?|pxd)$/i.test(file) || !/\.\w+$/.test(file);
  const keywords = isPython ? PYTHON_WORDS : BRACE_WORDS;
  const parts: { readonly at: number; readonly end: number; readonly tint: Piece['tint'] }[] = [];
  for (const { 0: part, 1: comment, 2: string, index } of text.matchAll(isPython ? PYTHON : BRACES)) {
    const tint = comment ? 'comment' : string ? 'string' : keywords.has(part) ? 'keyword' : '';
    if (tint !== '') parts.push({ at: index, end: index + part.length, tint });
  }
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  return (line) => {
    let at = starts[line - 1] ?? text.length;
    const end = (starts[line] ?? text.length + 1) - 1;
    let [low, high] = [0, parts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((parts[middle]?.end ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    const pieces: Piece[] = [];
    const take = (to: number, tint: Piece['tint']): void => {
      if (to > at) pieces.push({ text: text.slice(at, to), tint });
      at = Math.max(at, to);
    };
    for (let part = parts[low]; part && part.at < end; part = parts[++low]) {
      take(part.at, '');
      take(Math.min(part.end, end), part.tint);
    }
    take(end, '');
    return pieces;
  };
}
