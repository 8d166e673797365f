import { deviceWord } from '../devices/names.ts';
import type { Profile } from '../profile.ts';
import type { FlameMetric } from '../state/viewState.ts';

const METRIC_NAMES: Readonly<Record<FlameMetric, string>> = {
  cpu: 'CPU',
  wall: 'wall',
  'gil-wait': 'GIL wait',
  'gil-held': 'GIL held',
  gpu: 'GPU',
  copy: 'copies',
};

/** The names of the metrics in a recording. */
export const metricNames = (profile: Pick<Profile, 'recording'>): typeof METRIC_NAMES => ({
  ...METRIC_NAMES,
  gpu: deviceWord(profile),
});

/** What is said where nothing of a metric is selected. */
export const NOTHING: Readonly<Record<FlameMetric, string>> = {
  cpu: 'No CPU time was seen in this selection.',
  wall: 'No thread was seen in this selection.',
  'gil-wait': 'Nothing waited for the GIL in this selection.',
  'gil-held': 'Nothing was seen to hold the GIL in this selection.',
  gpu: 'No kernel ran in this selection.',
  copy: 'Nothing was copied to, from or on a device in this selection.',
};
