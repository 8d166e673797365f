/** True for texts that a search finds. */
export type Matcher = (text: string) => boolean;

/**
 * The search box's language: words in any case; `/.../` is a regular expression. Null when there is nothing to look for.
 * An expression that is not finished yet is looked for as it stands.
 */
export function matcherOf(search: string): Matcher | null {
  const wanted = search.trim();
  if (wanted === '') return null;
  if (wanted.length > 2 && wanted.startsWith('/') && wanted.endsWith('/')) {
    try {
      const expression = new RegExp(wanted.slice(1, -1), 'iu');
      return (text) => expression.test(text);
    } catch {
      // Not an expression yet: the reader is still typing.
    }
  }
  const lower = wanted.toLowerCase();
  return (text) => text.toLowerCase().includes(lower);
}
