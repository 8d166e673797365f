import { LANGUAGES, type Language } from '../../model/index.ts';
import type { Functions } from '../functions.ts';
import { pairsOf } from './pairs.ts';
import { PLACE_KEYS } from './places.ts';

/** The functions of two runs, each once: of those that both have, as the run after has them. */
export interface MatchedFunctions {
  readonly count: number;
  readonly name: readonly string[];
  readonly file: readonly string[];
  /** Line of the definition; 0 when unknown. */
  readonly line: Uint32Array;
  /** Index into `LANGUAGES`. */
  readonly language: Uint8Array;
  /** The number here of each function of a run. */
  readonly ofBefore: Uint32Array;
  readonly ofAfter: Uint32Array;
}

interface Known {
  readonly id: number;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly language: Language;
}

type Named = Pick<Functions, 'count' | 'name' | 'file' | 'line' | 'language'>;

/** A function that has moved to another line, or whose program lies elsewhere, is the same one; see `PLACE_KEYS`. */
export function matchedFunctions(before: Named, after: Named): MatchedFunctions {
  const pairs = pairsOf(inOrderOfLine(before), inOrderOfLine(after), PLACE_KEYS);
  const ofBefore = new Uint32Array(before.count);
  const ofAfter = new Uint32Array(after.count);
  const shown: Known[] = [];
  for (const { before: then, after: now } of pairs) {
    const known = now ?? then;
    if (!known) continue;
    if (then) ofBefore[then.id] = shown.length;
    if (now) ofAfter[now.id] = shown.length;
    shown.push(known);
  }
  return {
    count: shown.length,
    name: shown.map(({ name }) => name),
    file: shown.map(({ file }) => file),
    line: Uint32Array.from(shown, ({ line }) => line),
    language: Uint8Array.from(shown, ({ language }) => LANGUAGES.indexOf(language)),
    ofBefore,
    ofAfter,
  };
}

/** Of several functions with one name in a file, the first of one run is the first of the other. */
const inOrderOfLine = ({ count, name, file, line, language }: Named): Known[] =>
  Array.from({ length: count }, (_, id) => ({
    id,
    name: name[id] as string,
    file: file[id] as string,
    line: line[id] as number,
    language: LANGUAGES[language[id] as number] as Language,
  })).sort((a, b) => a.line - b.line || a.id - b.id);
