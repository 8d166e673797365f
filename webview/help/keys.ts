/** In the order in which help shows them. */
export const KEY_GROUPS = [
  'Everywhere',
  'Timeline',
  'Flame graph',
  'Call tree',
  'Source',
  'Tables and lanes',
] as const;
export type KeyGroup = (typeof KEY_GROUPS)[number];

/** A key that works wherever the focus is, and what help says of it: one thing, so that help cannot say what is not so. */
export interface Shortcut {
  /** As `KeyboardEvent.key`; the first one is shown. */
  readonly keys: readonly string[];
  readonly meaning: string;
  /** Where the first key is not what is shown, as for a row of keys. */
  readonly shown?: string;
  /** False when there is nothing to do: the key is then left to others. */
  readonly run: (key: string) => unknown;
}

/** The keys of the page: each view adds its own. */
export interface Keys {
  readonly add: (group: KeyGroup, ...shortcuts: Shortcut[]) => void;
  /** True when a key was taken. */
  readonly press: (key: string) => boolean;
  readonly of: (group: KeyGroup) => readonly Shortcut[];
}

/** Throws an Error when a key is added twice. */
export function createKeys(): Keys {
  const groups = new Map<KeyGroup, Shortcut[]>();
  const taken = new Map<string, Shortcut>();
  return {
    add: (group, ...shortcuts) => {
      groups.set(group, [...(groups.get(group) ?? []), ...shortcuts]);
      for (const shortcut of shortcuts) {
        for (const key of shortcut.keys) {
          if (taken.has(key)) throw new Error(`the key ${key} has two meanings`);
          taken.set(key, shortcut);
        }
      }
    },
    press: (key) => {
      const shortcut = taken.get(key);
      return shortcut !== undefined && shortcut.run(key) !== false;
    },
    of: (group) => groups.get(group) ?? [],
  };
}

/** How a key is called. */
export function nameOfKey(key: string): string {
  const names: Readonly<Record<string, string>> = { Escape: 'Esc', ' ': 'Space', '-': '−' };
  if (names[key]) return names[key];
  if (/^[A-Z]$/.test(key)) return `Shift ${key}`;
  return key.length === 1 ? key.toUpperCase() : key;
}
