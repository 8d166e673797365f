import type { Schema } from './table.ts';

/**
 * What is kept of a source file; the order is the stored value. `whole`: its text as it ran. `mapped`: its text as the source map of
 * a script that ran has it. `changed`: its text, but it was written to when the run had begun, so that lines may not be those that ran.
 * `large`: no text, the file is too long; `full`: no text, others filled the room; `unreadable`: no text, it was not there,
 * could not be read or holds none.
 */
export const SOURCE_STATES = ['whole', 'mapped', 'changed', 'large', 'full', 'unreadable'] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

/**
 * The text of source files, as it was when they ran; empty for a recording that was made without.
 *
 * `file`: as frames name it, as a text of its own. `state`: index into `SOURCE_STATES`. `bytes`: size of the file, 0 when
 * unknown. `hash`: SHA-256 of the bytes that ran, in hexadecimal, for an editor to tell whether it has the same; empty when that is not known.
 * `text`: without a byte order mark; empty where it is not kept.
 */
export const sourcesSchema = {
  file: 'utf8',
  state: 'u8',
  bytes: 'f64',
  hash: 'utf8',
  text: 'utf8',
} as const satisfies Schema;
