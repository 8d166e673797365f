import type { Region } from '../../analyzer/analysis/regions.ts';
import type { ViewContext } from '../context.ts';
import type { Profile } from '../profile.ts';
import { clipped, type Interval, NO_EVENT, type ViewState } from '../state/viewState.ts';
import { showing } from '../tasks/selection.ts';
import { sayRegion } from './regions.ts';
import type { Step } from './taskSteps.ts';

/** The state that selects a region: its time; null for one outside of the run. */
export function selectingRegion(
  { bounds }: Pick<Profile, 'bounds'>,
  { start, end }: Region,
): (Partial<ViewState> & { range: Interval }) | null {
  const range = clipped({ from: start, to: end }, bounds);
  return range && { range, ...NO_EVENT };
}

/** True for a region whose time is what is selected. */
export function isSelectedRegion(
  { bounds }: Pick<Profile, 'bounds'>,
  { start, end }: Region,
  range: Interval | null,
): boolean {
  if (!range) return false;
  return range.from === Math.max(start, bounds.from) && range.to === Math.min(end, bounds.to);
}

/**
 * Selects the region after the selected one, or before it, and says it: what a click on one does, without a mouse. Begins
 * with the first that reaches into the view. `lane`: the lane whose regions they are; -1 for the first selected lane that
 * has some, or else the first of all. False when there is no region that way.
 */
export function stepRegion({ profile, store, announce }: ViewContext, step: Step, lane = -1): boolean {
  const { range, view, lanes } = store.get();
  const candidates = [lane, ...(lanes ?? []), ...profile.lanes];
  const its = candidates.find((one) => profile.regions.has(one));
  const regions = its === undefined ? undefined : profile.regions.get(its)?.regions;
  if (!regions) {
    announce('No thread of this run submitted tasks.');
    return false;
  }
  const at = regions.findIndex((region) => isSelectedRegion(profile, region, range));
  const first = regions.findIndex(({ end }) => end > view.from);
  const next = at >= 0 ? at + step : step > 0 ? first : first - 1;
  const region = regions[next];
  const selecting = region && selectingRegion(profile, region);
  if (!selecting) {
    announce(step > 0 ? 'No later region on this lane.' : 'No earlier region on this lane.');
    return false;
  }
  store.set({ ...selecting, view: showing(view, selecting.range, profile.bounds) });
  announce(sayRegion(profile, region));
  return true;
}
