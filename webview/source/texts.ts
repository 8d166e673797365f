import { SOURCE_STATES, type SourceState, type Tables } from '../../analyzer/model/index.ts';

/** What a recording has of a source file. */
export interface SourceText {
  readonly state: SourceState;
  /** With a line feed between its lines; empty where it is not kept. */
  readonly text: string;
  readonly lines: readonly string[];
}

const known = new WeakMap<Tables['sources'], Map<string, SourceText>>();

/** What is kept of a file; null when nothing is known of it. */
export function sourceText({ sources }: Pick<Tables, 'sources'>, file: string): SourceText | null {
  const texts = known.get(sources) ?? new Map<string, SourceText>();
  known.set(sources, texts);
  const row = texts.has(file) ? -1 : sources.file.indexOf(file);
  if (row >= 0) {
    const text = (sources.text[row] as string).replace(/\r\n?/g, '\n');
    const state = SOURCE_STATES[sources.state[row] as number] ?? 'unreadable';
    texts.set(file, { state, text, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') });
  }
  return texts.get(file) ?? null;
}

/** Whether any code of a recording has a file, or its text. */
export const hasSource = ({ sources, frames }: Tables): boolean =>
  sources.length > 0 || frames.line.some((line) => line > 0);

const WHY: Readonly<Record<SourceState, string>> = {
  whole: '',
  mapped: '',
  changed: 'This file was changed after the run had begun: its lines may not be those that ran.',
  large: 'The text of this file is not in the recording: it is too long.',
  full: 'The text of this file is not in the recording: hotter ones filled the room.',
  unreadable: 'The text of this file is not in the recording: it could not be read when the run was over.',
};

/** What a reader must know of a file's text; empty when it is what ran. */
export function sourceNote(tables: Pick<Tables, 'sources'>, file: string): string {
  const text = sourceText(tables, file);
  if (text) return WHY[text.state];
  return tables.sources.length > 0
    ? "The text of this file is not in the recording: it is a library's, and not hot."
    : 'The texts of files are not in this recording: it was made without (--no-sources), or by an older perfscope.';
}

const INDENT = /^[ \t]*/;

/**
 * The last line of the code that begins at a line, told by how far lines are indented; the line itself where its text is not known. Lines
 * count from 1.
 */
export function lastLineOf(lines: readonly string[], first: number): number {
  const widthOf = (line: string): number => INDENT.exec(line)?.[0].length ?? 0;
  let head = first - 1;
  // A decorated function begins with its decorators.
  while (lines[head]?.trimStart().startsWith('@')) head++;
  const indent = widthOf(lines[head] ?? '');
  let last = head;
  for (let at = head + 1; at < lines.length; at++) {
    const line = lines[at] as string;
    const begin = line.trimStart()[0];
    if (begin === undefined) continue;
    if (widthOf(line) <= indent && begin !== ')' && begin !== ']' && begin !== '{') {
      if (begin === '}') last = at;
      break;
    }
    last = at;
  }
  return Math.max(first, Math.min(last + 1, lines.length));
}
