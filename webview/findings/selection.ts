import type { Finding } from '../../analyzer/model/index.ts';
import type { Profile } from '../profile.ts';
import { clipped, type Interval, NO_EVENT, type ViewState } from '../state/viewState.ts';
import { showing } from '../tasks/selection.ts';

/** A finding with the key that addresses keep: its rule, and from the second one of a rule on its number among them. */
export interface KeyedFinding extends Finding {
  readonly key: string;
}

/** `P01`, `P01.2`: readable, and the same for the same recording. */
export function keyed(findings: readonly Finding[]): KeyedFinding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const number = (seen.get(finding.rule) ?? 0) + 1;
    seen.set(finding.rule, number);
    return { ...finding, key: number === 1 ? finding.rule : `${finding.rule}.${number}` };
  });
}

/** When a finding happened, inside the run; null for the whole run. */
export function findingInterval({ bounds, trace }: Profile, { interval }: Finding): Interval | null {
  if (!interval) return null;
  const at = (seconds: number): number => trace.meta.clock.start + Math.round(seconds * 1e9);
  return clipped({ from: at(interval.startSeconds), to: at(interval.endSeconds) }, bounds);
}

/** The state that selects a finding: its time, its lanes, and the function whose line is to be changed. */
export function selectingFinding(
  profile: Profile,
  finding: KeyedFinding,
  view: Interval,
): Partial<ViewState> {
  const { functions, bounds, recording } = profile;
  const { location, key } = finding;
  const range = findingInterval(profile, finding);
  const known = recording.tables.lanes.length;
  const lanes = [...new Set(finding.lanes)].filter(
    (lane) => Number.isInteger(lane) && lane >= 0 && lane < known,
  );
  const picked = location
    ? functions.name.findIndex(
        (name, id) => name === location.function && functions.file[id] === location.file,
      )
    : -1;
  return {
    ...NO_EVENT,
    finding: key,
    range,
    lanes: lanes.length > 0 ? lanes.sort((a, b) => a - b) : null,
    picked,
    source: location,
    group: -1,
    zoom: 0,
    view: range ? showing(view, range, bounds) : view,
  };
}

/** What a finding no longer selects once it was let go. */
export const LET_GO = {
  ...NO_EVENT,
  finding: '',
  range: null,
  lanes: null,
  picked: -1,
  source: null,
} as const satisfies Partial<ViewState>;
