import { sourcePath } from '../../analyzer/analysis/sourcePath.ts';

/** A file of a recording. */
export interface RecordedFile {
  /** As frames name it. */
  readonly name: string;
  /** Absolute as far as the recording tells, with `/` between its parts. */
  readonly path: string;
  /** SHA-256 of the bytes that ran, in hex; null when the recording does not have it. */
  readonly hash: string | null;
  /** It was written to while it ran, so that nobody knows which lines those were. */
  readonly wasChanged: boolean;
  /** Functions and the lines of their definitions, to tell the file by where there is no hash. */
  readonly functions: readonly { readonly name: string; readonly line: number }[];
}

/** The path of a frame's file, absolute where the recording says its directory; null for what is no file. */
export function recordedPath(name: string, directory: string): string | null {
  const found = sourcePath(name, directory);
  if (found === null) return null;
  return found.isInside && directory !== ''
    ? `${directory.replaceAll('\\', '/').replace(/\/+$/, '')}/${found.path}`
    : found.path;
}

const partsOf = (path: string): string[] => path.replaceAll('\\', '/').split('/').filter(Boolean);

/** Windows and macOS tell no upper from lower case in names of files. */
const folded = (part: string, ignoresCase: boolean): string =>
  ignoresCase ? part.normalize('NFC').toLowerCase() : part.normalize('NFC');

/** How many parts two paths have in common, from their ends; `Infinity` where they are the same. */
export function agreement(one: string, other: string, ignoresCase = false): number {
  const [a, b] = [partsOf(one), partsOf(other)];
  let same = 0;
  while (
    same < Math.min(a.length, b.length) &&
    folded(a[a.length - 1 - same] as string, ignoresCase) ===
      folded(b[b.length - 1 - same] as string, ignoresCase)
  )
    same++;
  return same === a.length && same === b.length ? Number.POSITIVE_INFINITY : same;
}

/** Those of `items` whose paths agree best with `path`, best first; none whose own name differs. */
export function byAgreement<T>(
  path: string,
  items: readonly T[],
  pathOf: (item: T) => string,
  ignoresCase = false,
): { readonly item: T; readonly parts: number }[] {
  return items
    .map((item) => ({ item, parts: agreement(path, pathOf(item), ignoresCase) }))
    .filter(({ parts }) => parts > 0)
    .sort((a, b) => b.parts - a.parts || (pathOf(a.item) < pathOf(b.item) ? -1 : 1));
}

/** What is known of a document that may be a recorded file. */
export interface KnownDocument {
  readonly path: string;
  readonly hash: string;
  readonly lines: readonly string[];
  /** Milliseconds since 1970 when it was last written. */
  readonly modified: number;
}

/**
 * What a document is to a recording. `same`: what ran. `changed`: the file that ran, but no longer as it was. `other`: none of the
 * recording's.
 */
export type Match =
  | { readonly is: 'same' | 'changed'; readonly file: RecordedFile }
  | { readonly is: 'other' };

const OTHER: Match = { is: 'other' };

/**
 * Which of the recorded files a document is. A hash decides wherever the recording has one: the file may lie in another folder, on another
 * machine, under another name. Without a hash it is the file at that very place, if it was not written since; elsewhere the one that
 * agrees in more parts of its path than any other and defines the recorded functions where they were. `ended`: milliseconds since 1970 at the run's end, 0 when unknown.
 */
export function matchOf(
  document: KnownDocument,
  files: readonly RecordedFile[],
  ended: number,
  ignoresCase = false,
): Match {
  const found = byAgreement(document.path, files, (file) => file.path, ignoresCase);
  const same =
    found.find(({ item }) => item.hash === document.hash)?.item ??
    // Renamed, or reached by a link of another name. Empty files are all alike.
    (document.lines.some((text) => text.trim() !== '')
      ? files.find(({ hash }) => hash === document.hash)
      : undefined);
  if (same) return { is: 'same', file: same };
  const [first, second] = found;
  if (!first) return OTHER;
  const { item: file, parts } = first;
  const isThere = parts === Number.POSITIVE_INFINITY;
  const isOnly = second === undefined || second.parts < parts;
  if (file.hash !== null || file.wasChanged) return isThere ? { is: 'changed', file } : OTHER;
  const agrees = definesSame(document.lines, file.functions);
  if (isThere) return { is: agrees && !isLater(document, ended) ? 'same' : 'changed', file };
  return isOnly && agrees && file.functions.some(({ name }) => isNamed(name)) ? { is: 'same', file } : OTHER;
}

/** A file's time may be coarser than the clock. */
const CLOCK_MS = 2000;
const isLater = ({ modified }: KnownDocument, ended: number): boolean =>
  ended > 0 && modified > ended + CLOCK_MS;

/** Decorators and a long list of parameters stand between the line of a definition and its name. */
const LINES_OF_A_DEFINITION = 8;

const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
const isNamed = (name: string): boolean => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(shortName(name));

/** Whether the functions that have a name are defined where they were recorded to be. */
function definesSame(lines: readonly string[], functions: RecordedFile['functions']): boolean {
  return functions.every(({ name, line }) => {
    if (line > lines.length) return false;
    if (!isNamed(name)) return true;
    const around = lines.slice(line - 1, line - 1 + LINES_OF_A_DEFINITION);
    return around.some((text) => text.includes(shortName(name)));
  });
}
