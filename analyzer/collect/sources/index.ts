import { isAbsolute, resolve } from 'node:path';
import {
  type CollectorHealth,
  SOURCE_STATES,
  type SourceState,
  sourcesSchema,
  TableBuilder,
  type Tables,
} from '../../model/index.ts';
import { count } from '../counted.ts';
import { type NamedFile, namedFiles, type RunTables } from './namedFiles.ts';
import { type KeptSource, readSource, toldSource } from './readSource.ts';

/** Which files are kept, and what of them may have. */
export interface SourceChoice {
  /** Whether a function is the program's own, and not a library's. `language`: index into `LANGUAGES`. */
  readonly isOwn: (name: string, file: string, language: number) => boolean;
  /** Milliseconds since 1970 when the program began, where that was not when the recording did. */
  readonly began?: number;
}

export interface SourceRun {
  /** From which files are named that have no whole path. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly began: number;
  /** The text of a file as the program has it, of an original as its source map has it; null when nobody knows better than the disk. */
  readonly told: (file: string) => string | null;
}

/** Bytes of a file and of all of them, and how many, that a recording keeps. */
const LONGEST = 512 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
const MOST_FILES = 200;
/** Share of all CPU time from which on a library's code is hot. */
const HOT = 0.01;
/** Files that a warning names. */
const MOST_NAMED = 3;

/**
 * Reads the text of the files that a run names: of the program's own code all, of libraries' what is hot, as far as there is room,
 * hottest first. What is not read costs its text and nothing else.
 */
export function keepSources(
  run: RunTables,
  { isOwn }: SourceChoice,
  { directory, began, told }: SourceRun,
): { readonly table: Tables['sources']; readonly health: CollectorHealth | null } {
  const named = namedFiles(run, isOwn);
  const all = named.reduce((sum, { self }) => sum + self, 0);
  const rows = new TableBuilder(sourcesSchema);
  const left = new Map<SourceState, NamedFile[]>();
  let bytes = 0;
  let texts = 0;
  for (const each of named) {
    if (!each.isOwn && !(each.self >= HOT * all && each.self > 0)) continue;
    const text = told(each.file);
    const path = text === null ? pathOf(each.file, directory) : null;
    if (text === null && path === null) continue;
    const room = texts < MOST_FILES ? MOST_BYTES - bytes : 0;
    const read: KeptSource =
      path === null ? toldSource(text ?? '', LONGEST) : readSource(path, began, LONGEST);
    const isFull = read.text !== '' && (read.bytes > room || room === 0);
    const kept: KeptSource = isFull ? { ...read, state: 'full', hash: '', text: '' } : read;
    if (kept.text !== '') {
      bytes += kept.bytes;
      texts++;
    }
    if (each.isOwn) left.set(kept.state, [...(left.get(kept.state) ?? []), each]);
    rows.push({ file: each.file, ...kept, state: SOURCE_STATES.indexOf(kept.state) });
  }
  return { table: rows.finish(), health: healthOf(left, texts, bytes) };
}

/** The path of a file that frames name; null for what is no file, such as `<string>`, `node:fs` or an address. */
function pathOf(file: string, directory: string): string | null {
  if (isAbsolute(file)) return file;
  return /^(?:[<[]|[a-z][a-z0-9+.-]+:|$)/i.test(file) || file.includes('\0')
    ? null
    : resolve(directory, file);
}

const SAID = [
  ['changed', 'newer than the run: its lines may not be those that ran'],
  ['large', `longer than ${LONGEST / 1024} KiB: no text is kept`],
  ['full', `beyond the ${MOST_FILES} files and ${MOST_BYTES / 2 ** 20} MiB that are kept: no text`],
  ['unreadable', 'not there any more or not to be read: no text is kept'],
] as const satisfies readonly (readonly [SourceState, string])[];

/** What the program's own files lack; null when they lack nothing. */
function healthOf(
  files: ReadonlyMap<SourceState, readonly NamedFile[]>,
  texts: number,
  bytes: number,
): CollectorHealth | null {
  const figures: Record<string, number> = { files: texts, bytes };
  const warnings: string[] = [];
  for (const [state, why] of SAID) {
    const its = files.get(state) ?? [];
    figures[`${state}Files`] = its.length;
    if (its.length === 0) continue;
    const names = its.slice(0, MOST_NAMED).map(({ file }) => file);
    const more = its.length > MOST_NAMED ? ', ...' : '';
    warnings.push(
      `${count(its.length, 'source file is', 'source files are')} ${why} (${names.join(', ')}${more}).`,
    );
  }
  if (warnings.length === 0) return null;
  return {
    id: 'sources',
    status: 'partial',
    requestedHz: null,
    achievedHz: null,
    samples: 0,
    missed: 0,
    dropped: 0,
    torn: 0,
    figures,
    warnings,
  };
}
