import type { Advice } from '../../analyzer/model/index.ts';

/** What the rules say of a recording, from the bytes of its `.perfscope` file, which may be taken away. */
export type AdviceSource = (archive: Uint8Array<ArrayBuffer>) => Promise<Advice>;
