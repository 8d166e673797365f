import { isDeviceMetric } from '../../analyzer/analysis/kernelCalls.ts';
import { deviceWord } from '../devices/names.ts';
import { count, duration } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { FlameMetric, ViewState } from '../state/viewState.ts';

const METRIC_NAMES: Readonly<Record<FlameMetric, string>> = {
  cpu: 'CPU',
  wall: 'wall',
  'gil-wait': 'GIL wait',
  'gil-held': 'GIL held',
  samples: 'samples',
  gpu: 'GPU',
  copy: 'copies',
};

/** The names of the metrics in a recording. */
export const metricNames = (profile: Pick<Profile, 'recording'>): typeof METRIC_NAMES => ({
  ...METRIC_NAMES,
  gpu: deviceWord(profile),
});

/** A weight in words: observations are counted, all else is time. */
export const weightWords = (metric: FlameMetric): ((value: number) => string) =>
  metric === 'samples' ? count : duration;

const NOTHING: Readonly<Record<FlameMetric, string>> = {
  cpu: 'No CPU time was seen in this selection.',
  wall: 'No thread was seen in this selection.',
  'gil-wait': 'Nothing waited for the GIL in this selection.',
  'gil-held': 'Nothing was seen to hold the GIL in this selection.',
  samples: 'Nothing was counted in this selection.',
  gpu: 'No kernel ran in this selection.',
  copy: 'Nothing was copied to, from or on a device in this selection.',
};

/** What is said where nothing of a metric is selected. */
export function nothingWords(
  { recording, devices }: Pick<Profile, 'recording' | 'devices'>,
  { metric, lanes }: Pick<ViewState, 'metric' | 'lanes'>,
): string {
  if (isDeviceMetric(metric)) return NOTHING[metric];
  if (recording.tables.samples.length === 0) return 'This recording holds no samples.';
  const streams = new Set(devices.streams.flat());
  // A click on a kernel selects its stream, which has no samples: the way on is another metric.
  if (lanes?.every((lane) => streams.has(lane)))
    return 'Streams of devices have no samples. Weigh by kernels (U) or by copies (T) to see what they ran.';
  return NOTHING[metric];
}
