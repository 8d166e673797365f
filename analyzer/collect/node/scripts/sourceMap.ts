import { createRequire } from 'node:module';
import type { SourceMapSegment, TraceMap } from '@jridgewell/trace-mapping';

/** Characters of mappings that are decoded: 8 million take 0.4 s and 150 MB, and 1 s and 350 MB at the worst. */
export const MOST_MAPPINGS = 1 << 23;
/** What some servers put before JSON. */
const GUARD = /^\)\]\}'[^\n]*\n/;

/** A place of an original. `name`: what the map calls what is there, empty when it does not say. */
export interface Original {
  readonly source: string;
  readonly line: number;
  readonly name: string;
}

type Library = typeof import('@jridgewell/trace-mapping');
let library: Library | null = null;
const requireHere = createRequire(import.meta.url);

/** The originals of a script's places. Lines and columns are from 1. */
export class SourceMap {
  /** Characters of its mappings. */
  readonly size: number;
  private readonly map: TraceMap;
  private readonly lines: readonly (readonly SourceMapSegment[])[];

  /** `at`: path of the map, from which its sources are named. Throws when the text is no map, or too large a one. */
  constructor(text: string, at: string) {
    library ??= requireHere('@jridgewell/trace-mapping') as Library;
    const json: unknown = JSON.parse(text.replace(GUARD, ''));
    this.size = mappingsOf(json);
    if (this.size > MOST_MAPPINGS) throw new RangeError('too many mappings');
    // What it makes of damage is looked at below, place by place.
    this.map = new library.AnyMap(json as ConstructorParameters<Library['AnyMap']>[0], at);
    this.lines = library.decodedMappings(this.map) as readonly (readonly SourceMapSegment[])[];
  }

  /** Every source there is, if there is only one. */
  get onlySource(): string | null {
    return this.map.sources.length === 1 ? (this.map.resolvedSources[0] ?? null) : null;
  }

  get hasNames(): boolean {
    return this.map.names.length > 0;
  }

  /** The original of a place: that of what begins there, or else of what began last on the line. */
  at(line: number, column: number): Original | null {
    return this.original(library?.traceSegment(this.map, line - 1, column - 1) ?? null);
  }

  /** What the map calls what begins at exactly this place; empty when it does not say. */
  nameAt(line: number, column: number): string {
    const segment = library?.traceSegment(this.map, line - 1, column - 1);
    return segment?.[0] === column - 1 ? (this.original(segment)?.name ?? '') : '';
  }

  /** The first original on a line; null when there is none or when they are of several sources. */
  first(line: number): Original | null {
    const segments = (this.lines[line - 1] ?? []).filter(({ length }) => length > 1);
    const [first] = segments;
    return first && segments.every((each) => each[1] === first[1]) ? this.original(first) : null;
  }

  /** The text of a source, named as `Original.source` names it; null when the map does not have it. */
  contentOf(source: string): string | null {
    return library?.sourceContentFor(this.map, source) ?? null;
  }

  private original(segment: Readonly<SourceMapSegment> | null): Original | null {
    if (segment === null || segment.length === 1) return null;
    const [, source, line, , name = -1] = segment;
    const resolved = this.map.resolvedSources[source];
    const called = this.map.names[name];
    if (typeof resolved !== 'string' || !(line >= 0 && line < 2 ** 31)) return null;
    return { source: resolved, line: line + 1, name: typeof called === 'string' ? called : '' };
  }
}

/** Characters of mappings in a map and its sections. Throws when it is no map, or one of sections that nobody would write. */
function mappingsOf(json: unknown): number {
  const { mappings, sections } = Object(json) as { mappings?: unknown; sections?: unknown };
  if (!Array.isArray(sections)) {
    if (typeof mappings !== 'string') throw new TypeError('no mappings');
    return mappings.length;
  }
  let sum = 0;
  for (const section of sections) {
    const { map, offset } = Object(section) as { map?: unknown; offset?: unknown };
    const { line } = Object(offset) as { line?: unknown };
    // The decoder makes every line up to the last.
    if (typeof line !== 'number' || !(line >= 0 && line < MOST_MAPPINGS))
      throw new RangeError('no such line');
    if ('sections' in Object(map)) throw new TypeError('sections in sections');
    sum = Math.max(sum + mappingsOf(map), line);
  }
  return sum;
}
