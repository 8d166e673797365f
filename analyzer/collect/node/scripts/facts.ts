import { isAbsolute } from 'node:path';
import { Extents } from './extents.ts';
import { mapTextOf, mapUrlIn } from './mapText.ts';
import { Recent } from './recent.ts';
import type { ScriptFacts, ScriptText } from './script.ts';
import { MOST_MAPPINGS, SourceMap } from './sourceMap.ts';
import { Lines, readText } from './text.ts';

/** Bytes of a script that is read. */
const LONGEST_SCRIPT = 1 << 26;
/** Characters of a script that is parsed, which takes half a second. */
const LONGEST_PARSED = 1 << 22;
/** Characters of texts, and lines of parsed scripts, that are kept. */
const KEPT_TEXT = 1 << 26;
const KEPT_LINES = 1 << 22;
/** Milliseconds that all of this may take in a run: what comes later is shown as it runs. */
const MOST_TIME = 20_000;

/** What the scripts of a run share: what is kept of them, and what it has cost. */
export class SharedFacts {
  readonly maps = new Recent<SourceMap>(MOST_MAPPINGS);
  readonly texts = new Recent<ScriptText>(KEPT_TEXT);
  readonly extents = new Recent<Extents>(KEPT_LINES);
  /** Scripts with a map; and those whose map is not there, is of no use, or came when there was no time left. */
  readonly counts = { mapped: 0, missing: 0, unusable: 0, late: 0 };
  milliseconds = 0;

  get hasTime(): boolean {
    return this.milliseconds < MOST_TIME;
  }

  timed<T>(action: () => T): T {
    const start = performance.now();
    try {
      return action();
    } finally {
      this.milliseconds += performance.now() - start;
    }
  }
}

/** What is only known of a script that does not lie on the disk as it runs. */
export interface SentScript {
  readonly map: string;
  readonly source: string;
}

/** What a script's file, or the program, tells of it. */
export class Facts implements ScriptFacts {
  private readonly file: string;
  private readonly sent: SentScript | null;
  private readonly shared: SharedFacts;
  /** Empty when it has none that is of use; null when nobody has looked yet. */
  private mapUrl: string | null;
  private isCounted = false;
  private hasExtents = true;

  /** `sent`: null for a script that lies on the disk as it runs. */
  constructor(file: string, sent: SentScript | null, shared: SharedFacts) {
    this.file = file;
    this.sent = sent;
    this.shared = shared;
    this.mapUrl = sent?.map ?? null;
  }

  get sentText(): string | null {
    return this.sent?.source || null;
  }

  sourceMap(): SourceMap | null {
    const { shared } = this;
    if (this.mapUrl === '') return null;
    const known = shared.maps.get(this);
    if (known) return known;
    const map = shared.timed(() => this.loadMap());
    if (map) shared.maps.set(this, map, map.size);
    else this.mapUrl = '';
    return map;
  }

  text(): ScriptText | null {
    const { shared } = this;
    const known = shared.texts.get(this);
    if (known) return known;
    const text = this.read();
    if (text === null) return null;
    const made = { text, lines: new Lines(text) };
    shared.texts.set(this, made, text.length);
    return made;
  }

  extents(): Extents | null {
    const { shared } = this;
    if (!this.hasExtents) return null;
    const known = shared.extents.get(this);
    if (known) return known;
    const extents = shared.hasTime ? shared.timed(() => this.parse()) : null;
    if (extents) shared.extents.set(this, extents, extents.size);
    else this.hasExtents = false;
    return extents;
  }

  private read(): string | null {
    if (this.sent !== null) return this.sent.source || null;
    return isAbsolute(this.file) ? readText(this.file, LONGEST_SCRIPT) : null;
  }

  private parse(): Extents | null {
    const text = this.read();
    if (text === null || text.length > LONGEST_PARSED) return null;
    try {
      return new Extents(text);
    } catch {
      return null;
    }
  }

  private loadMap(): SourceMap | null {
    if (!this.shared.hasTime) return this.count('late');
    try {
      this.mapUrl ??= mapUrlIn(this.read() ?? '');
      if (this.mapUrl === '') return null;
      const found = mapTextOf(this.mapUrl, this.file);
      if (!found) return this.count('missing');
      const map = new SourceMap(found.text, found.at);
      this.count('mapped');
      return map;
    } catch {
      return this.count('unusable');
    }
  }

  /** Counts a script once: a map that was let go is loaded again. */
  private count(what: keyof SharedFacts['counts']): null {
    if (!this.isCounted) this.shared.counts[what]++;
    this.isCounted = true;
    return null;
  }
}
