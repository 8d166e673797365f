import type { Tooltip } from './dom/tooltip.ts';
import type { Keys } from './help/keys.ts';
import type { Host } from './host.ts';
import type { Profile } from './profile.ts';
import type { Store } from './state/store.ts';
import type { ViewState } from './state/viewState.ts';
import type { Palette } from './theme/palette.ts';

/** What every view is given. A view that draws calls `palette()` each time: the theme may have changed. */
export interface ViewContext {
  readonly host: Host;
  readonly profile: Profile;
  readonly store: Store<ViewState>;
  readonly tooltip: Tooltip;
  readonly palette: () => Palette;
  readonly onColours: (listener: () => void) => void;
  /** The keys that work everywhere; a view adds its own, and help tells of them. */
  readonly keys: Keys;
  /** Tells a screen reader what has changed. */
  readonly announce: (sentence: string) => void;
}
