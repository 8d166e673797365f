import type { RunComparison } from '../../analyzer/advice/runComparison.ts';
import type { Advice } from '../../analyzer/model/index.ts';

/** A `.perfscope` file with the name that a person knows it by. Its bytes may be taken away. */
export interface NamedArchive {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the rules say of recordings, from the bytes of their files: where there are threads, on one. */
export interface Advisers {
  readonly advice: (archive: Uint8Array<ArrayBuffer>) => Promise<Advice>;
  readonly comparison: (before: NamedArchive, after: NamedArchive) => Promise<RunComparison>;
}

export type AdviceSource = Advisers['advice'];

/** Asked of a thread. */
export type Question =
  | { readonly kind: 'advice'; readonly archive: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'comparison'; readonly before: NamedArchive; readonly after: NamedArchive };
