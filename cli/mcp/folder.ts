import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { UserError } from '../../analyzer/model/index.ts';
import type { Listed, Recordings } from '../../analyzer/questions/index.ts';
import { open } from '../open.ts';

/** How other tools call what they write; what is inside is looked at only when it is asked for. */
const NAMES =
  /\.perfscope$|\.perfscope\.spool|\.cpuprofile$|\.prof$|\.pstats$|\.pprof$|\.pb\.gz$|\.speedscope(?:\.json)?$|\.folded$|\.collapsed$|(?:trace|profile)[^/]*\.json(?:\.gz)?$/i;
const PASSED_OVER = new Set(['node_modules', '.git', '__pycache__', '.venv', 'venv']);
const DEEPEST = 4;
const MOST_LISTED = 1000;
/** Folders may hold any number of files; looking ends somewhere. */
const MOST_SEEN = 100_000;
/** Recordings that stay open: a comparison needs two. */
const KEPT = 2;

interface Kept {
  /** Path, size and time of change: a recording that was written anew is another. */
  readonly key: string;
  readonly trace: Promise<Trace>;
}

/** The recordings of a folder and of those in it. What lies outside, also behind a link, is not read. */
export class FolderRecordings implements Recordings {
  private readonly root: string;
  private kept: readonly Kept[] = [];

  /** Throws a UserError (exit code 2) for what is no folder. */
  constructor(root: string) {
    const status = statSync(root, { throwIfNoEntry: false });
    if (!status?.isDirectory()) throw new UserError(`${root} is no folder.`, 2);
    this.root = realpathSync(root);
  }

  async list(): Promise<readonly Listed[]> {
    const found: Listed[] = [];
    let seen = 0;
    const look = (folder: string, depth: number): void => {
      for (const entry of entriesOf(folder)) {
        if (found.length >= MOST_LISTED || ++seen > MOST_SEEN) return;
        const path = join(folder, entry.name);
        if (entry.isDirectory() && depth < DEEPEST && !PASSED_OVER.has(entry.name)) look(path, depth + 1);
        if (!entry.isFile() || !NAMES.test(entry.name)) continue;
        const status = statSync(path, { throwIfNoEntry: false });
        if (status)
          found.push({
            file: relative(this.root, path),
            bytes: status.size,
            modified: status.mtime.toISOString(),
          });
      }
    };
    look(this.root, 1);
    return found.sort((a, b) => b.modified.localeCompare(a.modified));
  }

  open(file: string): Promise<Trace> {
    const path = this.inside(file);
    const { size, mtimeMs } = statSync(path);
    const key = `${path}\0${size}\0${mtimeMs}`;
    const known = this.kept.find((each) => each.key === key);
    const trace = known?.trace ?? open(path).then((recording) => new Trace(recording));
    this.kept = [{ key, trace }, ...this.kept.filter((each) => each.key !== key)].slice(0, KEPT);
    // What could not be opened may be mended meanwhile.
    trace.catch(() => {
      this.kept = this.kept.filter((each) => each.key !== key);
    });
    return trace;
  }

  private inside(file: string): string {
    const wanted = resolve(this.root, file);
    let path: string;
    try {
      path = realpathSync(wanted);
    } catch {
      // Whether something outside is there is nobody's business.
      if (this.holds(wanted))
        throw new UserError(`there is no file ${file}. list_recordings names those that are there.`, 3);
      path = wanted;
    }
    if (this.holds(path)) return path;
    throw new UserError(`${file} lies outside of the folder that this server reads.`, 3);
  }

  private holds(path: string): boolean {
    return path === this.root || path.startsWith(this.root.endsWith(sep) ? this.root : `${this.root}${sep}`);
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that may not be read holds nothing for us.
    return [];
  }
}
