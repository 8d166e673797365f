import { DEOPT_KINDS, type DeoptKind, type Tables } from '../model/index.ts';
import type { Functions } from './functions.ts';
import { EVERYTHING, type Selection } from './weights.ts';

/** Optimised code of one function that was given up at one place for one reason, and how often. */
export interface DeoptGroup {
  /** A number of `Functions`, -1 when unknown. */
  readonly function: number;
  readonly kind: DeoptKind;
  /** In V8's words. */
  readonly reason: string;
  /** What could not go on, which an inlined function may hold; empty and 0 when unknown. */
  readonly file: string;
  readonly line: number;
  count: number;
  /** Distinct lanes, and Nanos of the last time. */
  readonly lanes: Set<number>;
  last: number;
}

/** Groups of the deoptimisations in a selection, what came most often first. */
export function deoptGroups(
  { deopts, strings }: Pick<Tables, 'deopts' | 'strings'>,
  functions: Functions,
  { lanes, from, to }: Selection = EVERYTHING,
): DeoptGroup[] {
  const groups = new Map<string, DeoptGroup>();
  for (let i = 0; i < deopts.length; i++) {
    const lane = deopts.lane[i] as number;
    const time = deopts.time[i] as number;
    if ((lanes && !lanes[lane]) || time < from || time >= to) continue;
    const frame = deopts.function[i] as number;
    const called = frame < 0 ? -1 : (functions.ofFrame[frame] as number);
    const kind = DEOPT_KINDS[deopts.kind[i] as number] as DeoptKind;
    const reason = strings.value[deopts.reason[i] as number] as string;
    const file = strings.value[deopts.file[i] as number] as string;
    const line = deopts.line[i] as number;
    const key = `${called}\0${kind}\0${reason}\0${file}\0${line}`;
    let group = groups.get(key);
    if (!group) {
      group = { function: called, kind, reason, file, line, count: 0, lanes: new Set(), last: time };
      groups.set(key, group);
    }
    group.count++;
    group.lanes.add(lane);
    group.last = Math.max(group.last, time);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count || a.function - b.function || a.line - b.line);
}
