import type { Advice } from '../analyzer/model/index.ts';

/** A line of a source file, named as the recording names it. */
export interface SourcePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** A file that the reader asked for, such as a picture of a view. */
export interface SavedFile {
  /** Without a folder. */
  readonly name: string;
  /** MIME type. */
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the viewer asks of the place where it runs: a page of its own, a page that perfscope serves, a panel of an editor. */
export interface Host {
  /** What to change. Comes when it is known, which may be after the first picture; null where nobody asked the rules. */
  readonly advice: () => Promise<Advice | null>;
  /** Opens the line in an editor; null where there is none. `follows`: the reader selected something and did not ask for its file. */
  readonly reveal: ((place: SourcePlace, follows?: boolean) => void) | null;
  /** Keeps a file for the reader. */
  readonly save: (file: SavedFile) => void;
  /** Where the selection is kept, as text of at most some thousand letters: the fragment of an address, the state of a panel. */
  readonly address: {
    readonly read: () => string;
    readonly write: (hash: string) => void;
    /** Calls back when the reader changed it. */
    readonly onChange: (read: () => void) => void;
  };
}
