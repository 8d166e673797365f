import { atFrame } from '../dom/frame.ts';
import { createStore, type Store } from '../state/store.ts';

/** The instant that the reader points at or measures from, in Nanos; null for none. Not part of the address: it moves with the pointer. */
export type Cursor = Store<{ readonly at: number | null }>;

export const createCursor = (): Cursor => createStore<{ readonly at: number | null }>({ at: null }, atFrame);
