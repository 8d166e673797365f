import { laneOrder } from '../../analysis/ascending.ts';
import { deviceWork, launchOf } from '../../analysis/deviceWork.ts';
import { withForwardLaunches } from '../../analysis/forwardLaunches.ts';
import { type DeviceMetric, isDeviceMetric, metricOf, workName } from '../../analysis/kernelCalls.ts';
import { type Metric, rowStarts, rowWeight } from '../../analysis/weights.ts';
import { LANE_KINDS, type Recording, type Tables } from '../../model/index.ts';

interface Profile {
  readonly name: string;
  readonly samples: number[][];
  /** In seconds, or observations. */
  readonly weights: number[];
}

interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/**
 * speedscope's file format (github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources): one sampled profile a lane,
 * in order of time, weighted with seconds (or observations). Of a metric of devices the lanes are their streams, and what ran is
 * the innermost frame.
 */
export function toSpeedscope({ tables, meta }: Recording, metric: Metric | DeviceMetric): object {
  const { strings, frames } = tables;
  const text = (id: number) => strings.value[id] as string;
  const shared: Frame[] = Array.from({ length: frames.length }, (_, i) => ({
    name: text(frames.name[i] as number),
    file: text(frames.file[i] as number),
    line: frames.line[i] as number,
  }));
  const profiles = isDeviceMetric(metric)
    ? deviceProfiles(withForwardLaunches(tables), metric, shared)
    : threadProfiles(tables, metric);
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: `perfscope@${meta.producer}`,
    name: meta.command.join(' '),
    activeProfileIndex: 0,
    profiles: profiles.map(({ name, samples, weights }) => ({
      type: 'sampled',
      name,
      unit: metric === 'samples' ? 'none' : 'seconds',
      startValue: 0,
      endValue: weights.reduce((sum, weight) => sum + weight, 0),
      samples,
      weights,
    })),
    shared: { frames: shared },
  };
}

function threadProfiles(tables: Tables, metric: Metric): Profile[] {
  const { lanes } = tables;
  const rows = rowsByLane(tables);
  const starts = rowStarts(tables);
  const paths = new Map<number, number[]>();
  const unit = metric === 'samples' ? 1 : 1e9;
  return rows.flatMap((own, lane) => {
    if (lanes.kind[lane] === LANE_KINDS.indexOf('counter') || own.length === 0) return [];
    const samples: number[][] = [];
    const weights: number[] = [];
    for (const row of own) {
      const weight = rowWeight(tables, starts, row, metric) / unit;
      const stack = tables.samples.stack[row] as number;
      if (weight <= 0 || stack < 0) continue;
      samples.push(framesOf(tables, stack, paths));
      weights.push(weight);
    }
    const name = `${lanes.name[lane]} (process ${lanes.process[lane]}, thread ${lanes.thread[lane]})`;
    return [{ name, samples, weights }];
  });
}

/** Adds a frame for each kernel or kind of copy to `shared`. */
function deviceProfiles(tables: Tables, metric: DeviceMetric, shared: Frame[]): Profile[] {
  const { lanes } = tables;
  const work = deviceWork(tables);
  const { offset, row } = laneOrder(work.lane, work.start, lanes.length);
  const paths = new Map<number, number[]>();
  const leaves = new Map<string, number>();
  const profiles: Profile[] = [];
  for (let lane = 0; lane < lanes.length; lane++) {
    const samples: number[][] = [];
    const weights: number[] = [];
    for (let i = offset[lane] as number; i < (offset[lane + 1] as number); i++) {
      const at = row[i] as number;
      const weight = ((work.end[at] as number) - (work.start[at] as number)) / 1e9;
      if (metricOf(work.kind[at] as number) !== metric || weight <= 0) continue;
      const name = workName(tables, work, at);
      const leaf = leaves.get(name) ?? shared.push({ name, file: '', line: 0 }) - 1;
      leaves.set(name, leaf);
      const { stack } = launchOf(tables, work, at);
      samples.push([...(stack < 0 ? [] : framesOf(tables, stack, paths)), leaf]);
      weights.push(weight);
    }
    const name = `${lanes.name[lane]} (process ${lanes.process[lane]})`;
    if (samples.length > 0) profiles.push({ name, samples, weights });
  }
  return profiles;
}

function rowsByLane({ lanes, samples }: Tables): number[][] {
  const rows: number[][] = Array.from({ length: lanes.length }, () => []);
  for (let i = 0; i < samples.length; i++) rows[samples.lane[i] as number]?.push(i);
  return rows;
}

/** Frames of a stack, outermost first; shared between the samples of equal stacks. */
function framesOf({ stacks }: Tables, stack: number, known: Map<number, number[]>): number[] {
  const before = known.get(stack);
  if (before) return before;
  const path: number[] = [];
  for (let at = stack; at >= 0; at = stacks.parent[at] as number) path.push(stacks.frame[at] as number);
  path.reverse();
  known.set(stack, path);
  return path;
}
