import { ACTIVITIES, IS_READY, RUNS } from '../../analyzer/analysis/activity.ts';
import { type RegionEfficiency, RunEfficiency } from '../../analyzer/analysis/efficiencyRegions.ts';
import { ACCEPTABLE } from '../../analyzer/analysis/efficiencyTree.ts';
import { LANE_KINDS, type Tables } from '../../analyzer/model/index.ts';
import { h } from '../dom/element.ts';
import type { Profile } from '../profile.ts';
import { selectionOf, type ViewState } from '../state/viewState.ts';

const THREAD = LANE_KINDS.indexOf('thread');

/** Computed once for a profile: roles of lanes take a look at every sample. */
const known = new WeakMap<Profile, RunEfficiency>();

export function runEfficiency(profile: Profile): RunEfficiency {
  let found = known.get(profile);
  if (!found) {
    const { recording, timeline, activity, devices, regions, siteOf, bounds } = profile;
    const { tables, meta } = recording;
    const load = Float64Array.from({ length: tables.lanes.length }, (_, lane) => {
      const at = lane * ACTIVITIES.length;
      return (activity[at + RUNS] as number) + (activity[at + IS_READY] as number);
    });
    found = new RunEfficiency({
      tables,
      timeline,
      roles: profile.trace.roles,
      load,
      devices: devices.busy.units,
      regions: [...regions.values()].flatMap((its) => its.regions),
      siteOf,
      cores: meta.host.cores,
      runStart: bounds.from,
      runEnd: bounds.to,
    });
    known.set(profile, found);
  }
  return found;
}

/** The last answer: the card and the panel ask for the same. */
let last: {
  profile: Profile;
  range: ViewState['range'];
  lanes: ViewState['lanes'];
  region: RegionEfficiency;
} | null = null;

/** The efficiency of what is selected, or of the run. */
export function judged(
  profile: Profile,
  { range, lanes }: Pick<ViewState, 'range' | 'lanes'>,
): RegionEfficiency {
  if (last?.profile === profile && last.range === range && last.lanes === lanes) return last.region;
  const efficiency = runEfficiency(profile);
  const whole = range === null && lanes === null;
  const region = whole
    ? efficiency.run()
    : efficiency.selection(selectionOf({ range, lanes }, profile.recording.tables.lanes.length));
  last = { profile, range, lanes, region };
  return region;
}

/** Whether a recording may have workers or devices to judge. */
export function hasEfficiency({ lanes, kernels }: Tables): boolean {
  let threads = 0;
  for (const kind of lanes.kind) if (kind === THREAD) threads++;
  return threads > 1 || kernels.length > 0;
}

/** A factor as a bar. That it is below what is held acceptable is told by its colour, and by a mark for that value. */
export function factorBar(value: number): HTMLElement {
  const bar = h('i', { class: value >= ACCEPTABLE ? 'good' : 'bad' });
  bar.style.width = `${Math.min(100, value * 100)}%`;
  return h('span', { class: 'factor-bar', 'aria-hidden': 'true' }, bar);
}
