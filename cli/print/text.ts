/** Control characters of a program's names must not reach the terminal as commands. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export const plain = (text: string): string => text.replace(CONTROL, '\u00b7');

/** `text` in at most `width` characters. */
export function fitted(text: string, width: number): string {
  const clean = plain(text);
  return clean.length <= width ? clean : `${clean.slice(0, width - 1)}…`;
}

/** A file's name without its folders; of `<frozen importlib._bootstrap>` the module that is meant. */
export function moduleName(path: string): string {
  const frozen = /^<?frozen ([\w.]+)>?$/.exec(path);
  return plain(frozen?.[1] ?? path.slice(path.lastIndexOf('/') + 1));
}

/** Lines of a summary are at most this long. */
export const WIDTH = 100;

/** `parts` with commas between them after `label`, on further lines below the first part where one line does not hold them. */
export function wrapped(label: string, parts: readonly string[]): string[] {
  const lines: string[] = [];
  let line = label;
  parts.forEach((part, at) => {
    const text = at < parts.length - 1 ? `${part},` : part;
    if (at > 0 && line.length + text.length > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(label.length);
    }
    line += `${text} `;
  });
  return parts.length === 0 ? [] : [...lines, line.trimEnd()];
}
