import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of planted, fixed and clean programs. */
export const CORPUS = join(import.meta.dirname, '../../fixtures/workloads/corpus');
export const SEVERITIES = ['mild', 'medium', 'severe'] as const;
export type PlantedSeverity = (typeof SEVERITIES)[number];

const LANGUAGES = { '.py': 'python', '.cjs': 'javascript', '.mjs': 'javascript', '.c': 'c' } as const;
type Extension = keyof typeof LANGUAGES;
const EXTENSIONS = Object.keys(LANGUAGES) as Extension[];

export interface Program {
  readonly path: string;
  readonly language: (typeof LANGUAGES)[Extension];
  readonly text: string;
  /** Options that `perfscope record` needs for it: a line of comment `record: --engine v8-ticks`. */
  readonly flags: readonly string[];
}

/** A program with something wrong in it, and the same without. */
export interface Case {
  readonly rule: string;
  readonly name: string;
  readonly planted: Program;
  readonly fixed: Program;
  /** Lines of `planted` with the marker `here: RULE`: one, or the case is no case. */
  readonly markers: readonly number[];
  /** Other rules that are right about `planted` too: comments `also: P03`. */
  readonly also: readonly string[];
}

export interface Clean {
  readonly name: string;
  readonly program: Program;
}

const folders = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path)
        .filter((name) => !name.startsWith('_') && statSync(join(path, name)).isDirectory())
        .sort()
    : [];

/** Every case of a corpus, by rule and name. Throws for a folder without both programs. */
export function casesOf(corpus = CORPUS): Case[] {
  return folders(corpus)
    .filter((rule) => rule !== 'clean')
    .flatMap((rule) =>
      folders(join(corpus, rule)).map((name) => {
        const folder = join(corpus, rule, name);
        const planted = programIn(folder, 'planted');
        return {
          rule,
          name,
          planted,
          fixed: programIn(folder, 'fixed'),
          markers: markersOf(planted.text, rule),
          also: [...planted.text.matchAll(/(?:#|\/\/)\s*also: ([A-Z]\d\d(?:, [A-Z]\d\d)*)/g)].flatMap(
            ([, ids = '']) => ids.split(', '),
          ),
        };
      }),
    );
}

export const cleanOf = (corpus = CORPUS): Clean[] =>
  folders(join(corpus, 'clean')).map((name) => ({
    name,
    program: programIn(join(corpus, 'clean', name), 'program'),
  }));

/** Numbers of the lines that a rule should blame, from 1. */
export function markersOf(text: string, rule: string): number[] {
  const marker = new RegExp(`(?:#|//)\\s*here: ${rule}\\b`);
  return text.split('\n').flatMap((line, at) => (marker.test(line) ? [at + 1] : []));
}

function programIn(folder: string, name: string): Program {
  const extension = EXTENSIONS.find((each) => existsSync(join(folder, name + each)));
  if (!extension) throw new Error(`${folder} has no ${name}${EXTENSIONS.join(`, ${name}`)}`);
  const path = join(folder, name + extension);
  const text = readFileSync(path, 'utf8');
  const flags = /^(?:#|\/\/)\s*record: (.+)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  return { path, language: LANGUAGES[extension], text, flags };
}
