/** One value, shared by views that do not know each other. */
export interface Store<S> {
  readonly get: () => S;
  /** Replaces the named parts. Listeners run once for any number of changes, at the next `schedule`d moment. */
  readonly set: (change: Partial<S>) => void;
  /** Calls `listener` with the new and the previous state when one of `keys` has changed. Gives the way out. */
  readonly on: (keys: readonly (keyof S)[], listener: (now: S, before: S) => void) => () => void;
}

/** `schedule` runs a function soon and once: `requestAnimationFrame` in a page, a direct call in a test. */
export function createStore<S extends object>(initial: S, schedule: (run: () => void) => void): Store<S> {
  let now = initial;
  let told = initial;
  let pending = false;
  const listeners = new Set<{ keys: readonly (keyof S)[]; listener: (now: S, before: S) => void }>();
  const tell = (): void => {
    pending = false;
    const before = told;
    told = now;
    for (const { keys, listener } of [...listeners])
      if (keys.some((key) => before[key] !== told[key])) listener(told, before);
  };
  return {
    get: () => now,
    set: (change) => {
      const keys = Object.keys(change) as (keyof S)[];
      if (keys.every((key) => now[key] === change[key])) return;
      now = { ...now, ...change };
      if (pending) return;
      pending = true;
      schedule(tell);
    },
    on: (keys, listener) => {
      const entry = { keys, listener };
      listeners.add(entry);
      return () => listeners.delete(entry);
    },
  };
}
