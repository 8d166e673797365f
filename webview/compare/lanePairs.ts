import { type PairKey, pairsOf } from '../../analyzer/analysis/comparison/pairs.ts';
import type { Profile } from '../profile.ts';
import { laneName, laneTitle } from '../timeline/rows.ts';

interface Lane {
  readonly id: number;
  readonly role: number;
  readonly kind: number;
  /** With that of its process. */
  readonly name: string;
  readonly title: string;
}

/** When two lanes do the same in two runs, the surest first. Of several with one name the first is paired with the first. */
const LANE_KEYS: readonly PairKey<Lane>[] = [
  { of: ({ kind, role, name }) => `${kind} ${role} ${name}` },
  { of: ({ kind, role, title }) => `${kind} ${role} ${title}` },
];

/** The lane of the other run for each lane of a run that has one, both ways. */
export function lanePairs(before: Profile, after: Profile) {
  const toAfter = new Map<number, number>();
  const toBefore = new Map<number, number>();
  for (const pair of pairsOf(lanesOf(before), lanesOf(after), LANE_KEYS)) {
    if (!pair.before || !pair.after) continue;
    toAfter.set(pair.before.id, pair.after.id);
    toBefore.set(pair.after.id, pair.before.id);
  }
  return { toAfter, toBefore };
}

function lanesOf(profile: Profile): Lane[] {
  const { lanes } = profile.recording.tables;
  return profile.lanes.map((id) => ({
    id,
    role: lanes.role[id] as number,
    kind: lanes.kind[id] as number,
    name: laneName(profile, id),
    title: laneTitle(profile, id),
  }));
}

/** Those lanes of the other run that are paired with a selection; null, all, where that is all or none of them has a partner. */
export function partnersOf(
  lanes: readonly number[] | null,
  pairs: ReadonlyMap<number, number>,
): readonly number[] | null {
  if (lanes === null) return null;
  const partners = lanes.flatMap((lane) => pairs.get(lane) ?? []).sort((a, b) => a - b);
  return partners.length > 0 ? partners : null;
}
