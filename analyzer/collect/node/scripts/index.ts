import { createHash } from 'node:crypto';
import { pathOf } from '../../sourcePath.ts';
import type { ProfileNode, ScriptRecord } from '../records.ts';
import { Facts, type SentScript, SharedFacts } from './facts.ts';
import { Script } from './script.ts';

export type { Place, Script } from './script.ts';

/** Characters of scripts and maps that programs may send. */
const MOST_SENT = 1 << 28;

/** What became of the source maps of a run, by scripts. */
export type ScriptsHealth = SharedFacts['counts'] & {
  /** Spent on maps and scripts. */
  readonly seconds: number;
};

/** The scripts of all threads of a run. */
export class Scripts {
  private readonly shared = new SharedFacts();
  private readonly scripts = new Map<string, Script>();
  private sent = 0;

  /** Those of one thread. */
  thread(): ThreadScripts {
    return new ThreadScripts(this);
  }

  /** A script that lies on the disk as it runs. */
  onDisk(url: string): Script {
    return this.script(url, url, null);
  }

  /** A script that the program has sent, which several threads may run. Null when there is no room for it any more. */
  sentScript({ url, map, source }: ScriptRecord): Script | null {
    const key = `${url}\0${createHash('sha256').update(`${map}\0${source}`).digest('hex')}`;
    if (!this.scripts.has(key)) this.sent += map.length + source.length;
    return this.sent > MOST_SENT ? null : this.script(key, url, { map, source });
  }

  /** The text of a file that was made into a script, or of a script that the program has made; null for one that lies on the disk. */
  textOf(file: string): string | null {
    const scripts = [...this.scripts.values()];
    for (const script of scripts) {
      const text = script.originalText(file);
      if (text !== null) return text;
    }
    return scripts.find((script) => script.file === file && script.sentText !== null)?.sentText ?? null;
  }

  health(): ScriptsHealth {
    return { ...this.shared.counts, seconds: this.shared.milliseconds / 1e3 };
  }

  private script(key: string, url: string, sent: SentScript | null): Script {
    let script = this.scripts.get(key);
    if (!script) {
      const file = pathOf(url);
      script = new Script(file, new Facts(file, sent, this.shared));
      this.scripts.set(key, script);
    }
    return script;
  }
}

/** The scripts of one thread, by what V8 calls them there. */
export class ThreadScripts {
  private readonly all: Scripts;
  private readonly sent = new Map<string, Script>();
  private readonly sentByUrl = new Map<string, Script>();

  constructor(all: Scripts) {
    this.all = all;
  }

  learn(record: ScriptRecord): void {
    const script = this.all.sentScript(record);
    if (!script) return;
    this.sent.set(record.id, script);
    this.sentByUrl.set(record.url, script);
  }

  /** The script of a URL; of several, the one that was learned last. */
  at(url: string): Script {
    return this.sentByUrl.get(url) ?? this.all.onDisk(url);
  }

  of({ script, url }: ProfileNode): Script {
    return this.sent.get(script) ?? this.all.onDisk(url);
  }
}
