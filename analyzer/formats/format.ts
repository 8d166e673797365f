import type { Recording } from '../model/index.ts';

/** Bytes at the beginning of a file that formats are told apart by: enough for what may stand before the first event of a trace. */
export const HEAD_BYTES = 1 << 16;

/** The beginning of a file, unpacked where gzip has packed it. */
export interface Head {
  readonly bytes: Uint8Array;
  /** The same as text; what is not UTF-8 is replaced. */
  readonly text: string;
}

/** A file to be read. */
export interface Source {
  /** What errors call it. */
  readonly name: string;
  /** Its bytes from the first to the last, unpacked; may be asked for more than once. */
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** A format of another tool that recordings are read from. */
export interface Format {
  /** Names what was read in the health of the recording, such as `cpuprofile`. */
  readonly id: string;
  /** What a person calls it, to stand in a list: `profiles of V8 (.cpuprofile)`. */
  readonly title: string;
  /** Whether a file begins as one of this format does; names of files are not looked at. */
  readonly detects: (head: Head) => boolean;
  /** `producer`: version of perfscope. Throws a UserError (exit code 3) with the reason. */
  readonly read: (source: Source, producer: string) => Promise<Recording>;
}
