import type { ViewContext } from '../context.ts';
import { counted } from '../format.ts';
import { withPinned } from '../state/laneList.ts';

/** Pins lanes, or lets them go where all are pinned; lanes below 0 are none. */
export function pinning({ store, announce }: ViewContext): (...lanes: readonly number[]) => void {
  return (...wanted) => {
    const lanes = wanted.filter((lane) => lane >= 0);
    if (lanes.length === 0) {
      announce('Select a lane to pin it.');
      return;
    }
    const { laneList } = store.get();
    const next = withPinned(laneList, lanes);
    store.set({ laneList: next });
    const isPinned = next.pinned.length > laneList.pinned.length;
    announce(`${counted(lanes.length, 'lane')} ${isPinned ? 'pinned to the top' : 'unpinned'}.`);
  };
}
