import type { Advice } from '../../analyzer/model/index.ts';

/** Where a page has its recording from. */
export interface Source {
  /** How errors name it, such as `This report`. */
  readonly name: string;
  /** What a reader does when it cannot be shown. */
  readonly remedy: { readonly sentence: string; readonly command: string };
  /**
   * The bytes of the `.perfscope` file. `onProgress`: told the share that has come, from 0 to 1, where that takes a while and is
   * known. Throws a UserError when they do not come.
   */
  readonly bytes: (onProgress: (share: number) => void) => Promise<Uint8Array>;
  /** What to change; null where nobody asked. */
  readonly advice: () => Promise<Advice | null>;
}
