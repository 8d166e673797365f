import type { CallTree } from '../../analyzer/analysis/callTree.ts';
import type { Tooltip } from '../dom/tooltip.ts';
import type { Store } from '../state/store.ts';
import type { FrameColour, Palette } from '../theme/palette.ts';
import type { ComparedRuns, Difference } from './runs.ts';
import type { CompareState } from './state.ts';

/** What the views of a comparison are given. */
export interface CompareContext {
  readonly runs: ComparedRuns;
  /** The tree of both runs as pictures take it. */
  readonly shape: CallTree;
  readonly store: Store<CompareState>;
  /** Of what is selected in each run; the last one asked for is kept. */
  readonly difference: () => Difference;
  /** Calls back when other samples are selected in either run. */
  readonly onSelection: (listener: () => void) => void;
  readonly tooltip: Tooltip;
  readonly palette: () => Palette;
  /** The colours of how much a path has changed; see `stepOf`. */
  readonly colourOf: () => (step: number) => FrameColour;
  readonly onColours: (listener: () => void) => void;
  readonly announce: (sentence: string) => void;
}
