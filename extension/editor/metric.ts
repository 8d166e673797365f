import type { Trace } from '../../analyzer/analysis/trace.ts';
import { type Metric, metricOfMode, rowWeight } from '../../analyzer/analysis/weights.ts';
import { counted, duration } from '../../webview/format.ts';

/** What figures in the editor count: that of the recording's mode, or what the recording has where it has none of that. */
export function metricOf(trace: Trace): Metric {
  const order: readonly Metric[] = [metricOfMode[trace.meta.mode], 'cpu', 'wall', 'samples'];
  const { samples } = trace.tables;
  const has = (metric: Metric): boolean => {
    for (let row = 0; row < samples.length; row++)
      if (rowWeight(trace.tables, trace.starts, row, metric) > 0) return true;
    return false;
  };
  return order.find(has) ?? 'samples';
}

const OF_WHAT = {
  cpu: 'CPU',
  wall: 'wall time',
  'gil-wait': 'GIL waits',
  'gil-held': 'GIL time',
  samples: 'samples',
} as const satisfies Record<Metric, string>;

/** What a share in a metric is a share of: `48 % of CPU`. */
export const ofWhat = (metric: Metric): string => OF_WHAT[metric];

/** An amount in a metric: `1.24 s`, `31 samples`. */
export const amount = (metric: Metric, value: number): string =>
  metric === 'samples' ? counted(value, 'sample') : duration(value);
