import { spanPositionAt, trackCount } from '../../analyzer/analysis/spanTracks.ts';
import type { ViewContext } from '../context.ts';
import { selectingWork } from '../devices/selection.ts';
import { showing } from '../tasks/selection.ts';
import { positionOfWork } from './streamPaint.ts';
import { sayWork } from './streamWords.ts';
import type { Step } from './taskSteps.ts';

/**
 * Selects the work of a stream after the selected one, or before it, and says it: what a click on a box does, without a mouse.
 * Begins with the first in sight. Goes along the first track of the stream, which has all but what runs beside other work. False
 * when there is none that way.
 */
export function stepWork({ profile, store, announce }: ViewContext, step: Step, lane: number): boolean {
  const { tracks, work } = profile.devices;
  const { work: selected, view } = store.get();
  if (trackCount(tracks, lane) === 0) return false;
  const track = tracks.first[lane] as number;
  const [begin, end] = [tracks.offset[track] as number, tracks.offset[track + 1] as number];
  const known = selected >= 0 && work.lane[selected] === lane ? positionOfWork(tracks, lane, selected) : -1;
  const first = spanPositionAt(tracks, track, view.from);
  const next = known >= begin && known < end ? known + step : step > 0 ? first : first - 1;
  const selecting = next < begin || next >= end ? null : selectingWork(profile, tracks.row[next] as number);
  if (!selecting?.range) {
    announce(step > 0 ? 'No later work on this stream.' : 'No earlier work on this stream.');
    return false;
  }
  store.set({ ...selecting, view: showing(view, selecting.range, profile.bounds) });
  announce(sayWork(profile, tracks.row[next] as number));
  return true;
}
