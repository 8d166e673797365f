import type { ProfileNode } from '../records.ts';
import type { Extents } from './extents.ts';
import { originalPath } from './originals.ts';
import type { SourceMap } from './sourceMap.ts';
import type { Lines } from './text.ts';

/** A frame of JavaScript, in the program's own sources. `line`: 0 when unknown. */
export interface Place {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly functionLine: number;
}

/** The script as it runs. */
export interface ScriptText {
  readonly text: string;
  readonly lines: Lines;
}

/** What is known of a script besides its profile, each when it is asked for; null when it is not known. */
export interface ScriptFacts {
  sourceMap(): SourceMap | null;
  text(): ScriptText | null;
  extents(): Extents | null;
  /** Null for a script that lies on the disk as it runs. */
  readonly sentText: string | null;
}

const NAMELESS = '(anonymous)';
/** Samples that a script must have before its functions are looked for: most scripts are seen a few times, and not optimized. */
const HOT = 10;
/** The name of a function and what may be between it and the parameters. */
const NAME = /([\p{L}\p{Nl}\p{Nd}$_]+)\s*(?:[=:]\s*(?:async\s*)?(?:function\b\s*\*?\s*)?)?$/u;
/** What esbuild writes before a function, to give it at run time the name that stands here. */
const NAMED_LATER = /([\p{L}\p{Nl}\p{Nd}$_]+)\s*[=:]\s*__name\(\s*(?:(?:async\s*)?function\b\s*\*?\s*)?$/u;
const LONGEST_BEFORE = 300;
const ZLIB_WRAPPER = 'syncBufferWrapper';
const ZLIB_CALLS = ['deflate', 'inflate', 'gzip', 'gunzip', 'deflateRaw', 'inflateRaw', 'unzip']
  .concat(['brotliCompress', 'brotliDecompress', 'zstdCompress', 'zstdDecompress'])
  .map((name) => `${name}Sync`);

interface FunctionPlaces {
  readonly own: Place;
  /** `own` is of an original, and not of the script as it runs. */
  readonly isOriginal: boolean;
  /** Where it begins in the script. */
  readonly from: number;
  /** By lines of the script at which it was seen. */
  readonly lines: Map<number, readonly Place[]>;
}

/** Where the functions of a script are in the program's sources. */
export class Script {
  /** Its path or URL. */
  readonly file: string;
  private readonly facts: ScriptFacts;
  private readonly functions = new Map<string, FunctionPlaces>();
  private readonly paths = new Map<string, string>();
  private samples = 0;
  /** Samples in functions that its functions have called. */
  private samplesBelow = 0;

  constructor(file: string, facts: ScriptFacts) {
    this.file = file;
    this.facts = facts;
  }

  /** Takes note of samples in a function. */
  count(samples: number): void {
    this.samples += samples;
    // Which function has a line is known from here on.
    if (this.samples >= HOT && this.samples - samples < HOT)
      for (const { lines } of this.functions.values()) lines.clear();
  }

  /** The function of a node, at no line. */
  place(node: ProfileNode): Place {
    return this.placesOf(node).own;
  }

  /** The function of a node at a line of the script; with the one that V8 has put into it there, when that is known. */
  placesAt(node: ProfileNode, line: number): readonly Place[] {
    const caller = this.placesOf(node);
    let places = caller.lines.get(line);
    if (!places) {
      const extents = this.samples >= HOT ? this.facts.extents() : null;
      const inlined = extents?.inlinedAt(node.name, node.line, node.column, line) ?? null;
      if (extents && inlined) {
        const call = extents.callAt(node.line, node.column, lastWord(inlined.name), false);
        const calling = call > 0 ? this.lineOf(caller, call) : caller.own;
        places = [calling, this.lineOf(this.placesOf(inlined), line)];
      } else places = [this.lineOf(caller, line)];
      caller.lines.set(line, places);
    }
    return places;
  }

  /**
   * The line of the script at which the function of a node calls the one of another node; 0 when nobody can tell. `samples`: in the called
   * one, and in what it called.
   */
  lineOfCall(node: ProfileNode, called: ProfileNode, samples: number): number {
    this.samplesBelow += samples;
    if (this.samples + this.samplesBelow < HOT || node.line <= 0) return 0;
    const names = calledNames(called);
    const extents = names.length > 0 ? this.facts.extents() : null;
    if (!extents) return 0;
    const isNodes = called.url === '' || called.url.startsWith('node:');
    const lines = new Set(names.map((name) => extents.callAt(node.line, node.column, name, isNodes)));
    lines.delete(0);
    const [line = 0] = lines;
    return lines.size === 1 ? line : 0;
  }

  /** Whether a line of the script copies a value through its text as JSON. */
  isJsonClone(line: number): boolean {
    return this.samples >= HOT && (this.facts.extents()?.isJsonClone(line) ?? false);
  }

  /** Where a call stands, in the program's own source. `line`, `column`: of the script, from 1; 0 when unknown. */
  callAt(line: number, column: number): { readonly file: string; readonly line: number } {
    const original = line > 0 ? (this.facts.sourceMap()?.at(line, Math.max(1, column)) ?? null) : null;
    return original ? { file: this.pathOf(original.source), line: original.line } : { file: this.file, line };
  }

  /** The text of one of its originals, as its map has it; null when it has no such original, or no text of it. */
  originalText(file: string): string | null {
    for (const [source, path] of this.paths)
      if (path === file) return this.facts.sourceMap()?.contentOf(source) ?? null;
    return null;
  }

  /** Its text where it does not lie on the disk as it runs; null where it does, and where the program has kept it. */
  get sentText(): string | null {
    return this.facts.sentText;
  }

  private placesOf({ name, line, column }: Pick<ProfileNode, 'name' | 'line' | 'column'>): FunctionPlaces {
    const key = `${line}:${column}:${name}`;
    let places = this.functions.get(key);
    if (!places) {
      const called = name || NAMELESS;
      const original = line > 0 ? this.original(called, line, column) : null;
      const own = original ?? { name: called, file: this.file, line: 0, functionLine: line };
      places = { own, isOriginal: original !== null, from: line, lines: new Map() };
      this.functions.set(key, places);
    }
    return places;
  }

  /** The original of a function; null when the map has none. */
  private original(name: string, line: number, column: number): Place | null {
    const map = this.facts.sourceMap();
    if (!map) return null;
    if (line === 1 && column === 1) {
      // The script's own code is that of a source as a whole, if there is one source.
      const source = map.onlySource;
      return source === null ? null : { name, file: this.pathOf(source), line: 0, functionLine: 1 };
    }
    const original = map.at(line, column);
    if (!original) return null;
    const called = this.originalName(map, name, line, column);
    return { name: called, file: this.pathOf(original.source), line: 0, functionLine: original.line };
  }

  /** The name of a function that a bundler has renamed: that of the word before its parameters, if it is its name. */
  private originalName(map: SourceMap, name: string, line: number, column: number): string {
    const isNameless = name === NAMELESS;
    const script = isNameless || map.hasNames ? this.facts.text() : null;
    const offset = script?.lines.offsetOf(line, column) ?? -1;
    if (!script || offset < 0) return name;
    const before = script.text.slice(Math.max(0, offset - LONGEST_BEFORE), offset);
    const match = (isNameless ? NAMED_LATER : NAME).exec(before);
    const [, word = ''] = match ?? [];
    if (!match || !(isNameless || word === name.replace(/^.*[. ]/, ''))) return name;
    const at = script.lines.placeOf(offset - before.length + match.index);
    const original = map.nameAt(at.line, at.column) || word;
    if (isNameless) return original;
    const kind = /^(?:get|set) /.exec(name)?.[0] ?? '';
    return original === word ? name : `${kind}${original}`;
  }

  /**
   * A function at a line of the script. V8 tells no columns of lines: it is the first original of the line, if all of the line is of
   * one source; else where the function begins.
   */
  private lineOf({ own, isOriginal, from }: FunctionPlaces, line: number): Place {
    const isScript = own.functionLine === 1;
    const first = line !== from || isScript ? (this.facts.sourceMap()?.first(line) ?? null) : null;
    if (isOriginal) {
      const isSame = first !== null && this.pathOf(first.source) === own.file;
      return { ...own, line: isSame ? first.line : own.functionLine };
    }
    // What a bundle runs outside of functions is the code of its modules.
    if (first && isScript) return { ...own, file: this.pathOf(first.source), line: first.line };
    return { ...own, line };
  }

  private pathOf(source: string): string {
    let path = this.paths.get(source);
    if (path === undefined) {
      path = originalPath(source, this.file);
      this.paths.set(source, path);
    }
    return path;
  }
}

/**
 * By what a function may be called. V8 tells the name of its class or object, too: `Module.load`, `get size`. Those of node:zlib that wait
 * for their result are one function to V8.
 */
function calledNames({ name, url }: ProfileNode): readonly string[] {
  if (name === ZLIB_WRAPPER && url === 'node:zlib') return ZLIB_CALLS;
  const last = lastWord(name);
  return last === '' ? [] : [last];
}

const lastWord = (name: string): string => /[\p{L}\p{Nl}\p{Nd}$_]+$/u.exec(name)?.[0] ?? '';
