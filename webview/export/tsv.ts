/**
 * Rows as text with tabs between the columns, which every spreadsheet takes from the clipboard. What would end a cell becomes a space.
 * A name that a spreadsheet would take for a formula gets an apostrophe before it: names come from strangers.
 */
export const tsvOf = (rows: readonly (readonly string[])[]): string =>
  `${rows.map((cells) => cells.map(cellOf).join('\t')).join('\n')}\n`;

function cellOf(text: string): string {
  const plain = text.replace(/[\s\u00a0\u202f]+/g, ' ').trim();
  return /^[=+@]|^-(?![\d.])/.test(plain) ? `'${plain}` : plain;
}
