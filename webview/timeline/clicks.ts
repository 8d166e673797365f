import type { ViewContext } from '../context.ts';
import { selectingWork } from '../devices/selection.ts';
import { clipped, NO_EVENT, type ViewState } from '../state/viewState.ts';
import { selectingTask } from '../tasks/selection.ts';
import { rangeOf } from './hostSpans.ts';
import { chosen } from './labels.ts';
import type { Target } from './pointed.ts';
import { isSelectedRegion, selectingRegion } from './regionSteps.ts';
import type { Row } from './rows.ts';

/** What a click on selects by itself, and not its lane. */
export const CLICKABLE: ReadonlySet<string> = new Set(['task', 'region', 'work', 'call', 'range']);

const NOTHING: Partial<ViewState> = { ...NO_EVENT, range: null, lanes: null };

/** What a click on a row of the tracks changes: what is selected already is let go; null for nothing. */
export function clickedOn(
  { profile, store }: ViewContext,
  row: Row,
  target: Target | null,
  adding: boolean,
): Partial<ViewState> | null {
  const state = store.get();
  switch (target?.kind) {
    case 'task':
      return state.task === target.row ? NOTHING : selectingTask(profile, target.row);
    case 'work':
      return state.work === target.row ? NOTHING : selectingWork(profile, target.row);
    case 'call': {
      const work = target.row - profile.calls.spans;
      if (work < 0) break;
      return state.work === work ? NOTHING : selectingWork(profile, work);
    }
    case 'range': {
      const { start, end } = rangeOf(profile.recording.tables, profile.ranges, target.row);
      const range = clipped({ from: start, to: end }, profile.bounds);
      return range && { range, ...NO_EVENT };
    }
    case 'region':
      return isSelectedRegion(profile, target.region, state.range)
        ? { range: null, ...NO_EVENT }
        : selectingRegion(profile, target.region);
  }
  const lanes = chosen(row, state.lanes, adding);
  return lanes === undefined ? null : { lanes, zoom: 0, ...NO_EVENT };
}
