import type { Selection } from '../../analyzer/analysis/weights.ts';
import type { Profile } from '../profile.ts';
import { selectionOf, type ViewState } from './viewState.ts';

/** The samples that are selected: those of the range and the lanes, and only inside of the tasks that were chosen. */
export function samplesSelected(
  { recording, insideOf }: Pick<Profile, 'recording' | 'insideOf'>,
  state: Pick<ViewState, 'range' | 'lanes' | 'group'>,
): Selection {
  const selection = selectionOf(state, recording.tables.lanes.length);
  return state.group < 0 ? selection : { ...selection, within: insideOf(state.group) };
}
