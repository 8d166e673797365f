/** Letters of an answer: a model reads no more at once, and pays for each. */
const MOST_LETTERS = 40_000;
const LONGEST_TEXT = 400;
const FEWEST_ITEMS = 3;

/**
 * A document as JSON of a bounded size: long texts are cut, and lists after so many items, in the order of importance that documents
 * have. What was left out is told under `omitted`, by the name of the list.
 */
export function boundedJson(document: object, items: number): string {
  for (let most = items; ; most = Math.max(FEWEST_ITEMS, Math.floor(most / 2))) {
    const omitted: Record<string, number> = {};
    const cut = shortened(document, '', most, omitted) as object;
    const text = JSON.stringify(Object.keys(omitted).length > 0 ? { ...cut, omitted } : cut);
    if (text.length <= MOST_LETTERS) return text;
    if (most <= FEWEST_ITEMS)
      return JSON.stringify({ version: 1, error: 'The answer is too long. Ask for less of it.' });
  }
}

function shortened(value: unknown, path: string, most: number, omitted: Record<string, number>): unknown {
  if (typeof value === 'string')
    return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  if (ArrayBuffer.isView(value)) return shortened(Array.from(value as Float64Array), path, most, omitted);
  if (Array.isArray(value)) {
    if (value.length > most) omitted[path] = (omitted[path] ?? 0) + value.length - most;
    return value.slice(0, most).map((item) => shortened(item, path, most, omitted));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      shortened(inner, path === '' ? name : `${path}.${name}`, most, omitted),
    ]),
  );
}
