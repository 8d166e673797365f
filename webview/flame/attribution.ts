import { percent } from '../format.ts';
import type { Profile, Weights } from '../profile.ts';

/** Certainty from which on it was taken at the launch and not from a sample near it. */
const EXACT = 99.5;

/**
 * How sure it is that what a node stands for was started by the code that it hangs under; empty where that is no question. Work of
 * which no code is known hangs under the root and is certain of nothing.
 */
export function certaintyWords({ total, sure }: Weights, node: number): string {
  const whole = total[node] as number;
  if (!sure || whole <= 0 || node === 0) return '';
  const mean = (sure[node] as number) / whole;
  if (mean === 0) return 'not known by what';
  return mean >= EXACT ? 'exactly known' : `${percent(mean / 100)} sure, from the nearest samples`;
}

/** The same of a whole picture: how much hangs under no code, and how sure the rest is. */
export function attributionWords({ devices }: Pick<Profile, 'devices'>, { total, sure }: Weights): string {
  const whole = total[0] as number;
  if (!sure || whole <= 0) return '';
  const { tree, firstNode } = devices.calls;
  let unknown = 0;
  for (let node = firstNode; node < tree.count; node++)
    if (tree.parent[node] === 0) unknown += total[node] as number;
  if (unknown >= whole) return 'What launched it is not known.';
  const mean = (sure[0] as number) / (whole - unknown);
  const known = mean >= EXACT ? 'Launching code exactly known' : `Launching code ${percent(mean / 100)} sure`;
  return unknown > 0 ? `${known}; of ${percent(unknown / whole)} not known.` : `${known}.`;
}
