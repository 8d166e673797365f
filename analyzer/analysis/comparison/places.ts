import { LANGUAGES, type Language } from '../../model/index.ts';
import { homeOf } from '../origin.ts';
import type { PairKey } from './pairs.ts';

interface Place {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly language: Language;
}

/**
 * When a function is the same one in two runs, the surest first: the same line of the same file; the same name there, where lines
 * have moved; the same name in a module of that name, where the program lies elsewhere; and of the program's own code the only one
 * of its name, where a file was renamed.
 */
export const PLACE_KEYS: readonly PairKey<Place>[] = [
  { of: ({ name, file, line }) => `${name}\0${file}\0${line}` },
  { of: ({ name, file }) => `${name}\0${file}` },
  { of: (place) => `${place.name}\0${home(place).module}` },
  { of: (place) => (home(place).origin === 'own' ? place.name : null), isUnique: true },
];

const home = ({ name, file, language }: Place) => homeOf(name, file, LANGUAGES.indexOf(language));
