import { framesSchema, LANGUAGES, type Language, stacksSchema, stringsSchema } from './stacks.ts';
import { type Table, TableBuilder } from './table.ts';
import type { FrameId, StackId, StringId } from './units.ts';

/** The rows that became known since the last drain, with the numbers they continue from. */
export interface InternedRows {
  readonly strings: Table<typeof stringsSchema>;
  readonly frames: Table<typeof framesSchema>;
  readonly stacks: Table<typeof stacksSchema>;
}

/**
 * Gives each distinct string, frame and stack one number, for the life of a collector.
 *
 * Only keys stay here; the rows leave with `drain`. Memory therefore grows with the distinct stacks of a run and not with
 * its length.
 */
export class Interner {
  private readonly stringIds = new Map<string, StringId>();
  private readonly frameIds = new Map<string, FrameId>();
  /** Keyed by `(parent + 1) * 2^22 + frame`: one number hashes faster than a string or a map a node. */
  private readonly stackIds = new Map<number, StackId>();
  private readonly newStrings = new TableBuilder(stringsSchema);
  private readonly newFrames = new TableBuilder(framesSchema);
  private readonly newStacks = new TableBuilder(stacksSchema);

  get stackCount(): number {
    return this.stackIds.size;
  }

  get frameCount(): number {
    return this.frameIds.size;
  }

  string(value: string): StringId {
    let id = this.stringIds.get(value);
    if (id === undefined) {
      id = this.stringIds.size as StringId;
      this.stringIds.set(value, id);
      this.newStrings.push({ value });
    }
    return id;
  }

  /** `file` is empty and the lines are 0 for a frame that is not source. At most 2^22 distinct frames. */
  frame(name: string, file: string, line: number, functionLine: number, language: Language): FrameId {
    const key = `${name}\0${file}\0${line}\0${functionLine}\0${language}`;
    let id = this.frameIds.get(key);
    if (id === undefined) {
      id = this.frameIds.size as FrameId;
      this.frameIds.set(key, id);
      this.newFrames.push({
        name: this.string(name),
        file: this.string(file),
        line,
        functionLine,
        language: LANGUAGES.indexOf(language),
      });
    }
    return id;
  }

  /** The stack with `frame` on top of `parent`; -1 as parent for an outermost frame. */
  stack(parent: StackId | -1, frame: FrameId): StackId {
    const key = (parent + 1) * 4194304 + frame;
    let id = this.stackIds.get(key);
    if (id === undefined) {
      id = this.stackIds.size as StackId;
      this.stackIds.set(key, id);
      this.newStacks.push({ parent, frame });
    }
    return id;
  }

  drain(): InternedRows {
    const rows = {
      strings: this.newStrings.finish(),
      frames: this.newFrames.finish(),
      stacks: this.newStacks.finish(),
    };
    this.newStrings.clear();
    this.newFrames.clear();
    this.newStacks.clear();
    return rows;
  }
}
