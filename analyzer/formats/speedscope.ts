import { type Metric, rowStarts, rowWeight } from '../analysis/weights.ts';
import { LANE_KINDS, type Recording, type Tables } from '../model/index.ts';

/**
 * speedscope's file format (github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources): one sampled profile a lane,
 * in order of time, weighted with seconds (or observations).
 */
export function toSpeedscope(recording: Recording, metric: Metric): object {
  const { tables, meta } = recording;
  const { strings, frames, lanes } = tables;
  const text = (id: number) => strings.value[id] as string;
  const profiles = [];
  const rows = rowsByLane(tables);
  const starts = rowStarts(tables);
  const paths = new Map<number, number[]>();
  const unit = metric === 'samples' ? 1 : 1e9;
  for (let lane = 0; lane < lanes.length; lane++) {
    const own = rows[lane] as number[];
    if (lanes.kind[lane] === LANE_KINDS.indexOf('counter') || own.length === 0) continue;
    const samples: number[][] = [];
    const weights: number[] = [];
    let sum = 0;
    for (const row of own) {
      const weight = rowWeight(tables, starts, row, metric) / unit;
      const stack = tables.samples.stack[row] as number;
      if (weight <= 0 || stack < 0) continue;
      samples.push(framesOf(tables, stack, paths));
      weights.push(weight);
      sum += weight;
    }
    profiles.push({
      type: 'sampled',
      name: `${lanes.name[lane]} (process ${lanes.process[lane]}, thread ${lanes.thread[lane]})`,
      unit: metric === 'samples' ? 'none' : 'seconds',
      startValue: 0,
      endValue: sum,
      samples,
      weights,
    });
  }
  return {
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: `perfscope@${meta.producer}`,
    name: meta.command.join(' '),
    activeProfileIndex: 0,
    profiles,
    shared: {
      frames: Array.from({ length: frames.length }, (_, i) => ({
        name: text(frames.name[i] as number),
        file: text(frames.file[i] as number),
        line: frames.line[i] as number,
      })),
    },
  };
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
