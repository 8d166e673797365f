import { laneOrder } from '../../analysis/ascending.ts';
import { counterSeries } from '../../analysis/counterSeries.ts';
import { deviceWork, launchOf } from '../../analysis/deviceWork.ts';
import { type Functions, functionsOf } from '../../analysis/functions.ts';
import { workName } from '../../analysis/kernelCalls.ts';
import { rowStarts } from '../../analysis/weights.ts';
import { LANE_KINDS, OPERATOR_KINDS, type Recording, SPAN_KINDS, type Tables } from '../../model/index.ts';

const COUNTER = LANE_KINDS.indexOf('counter');
/** Ids of tracks beside a lane's own: slices of one track must lie within each other, and those of different kinds do not. */
const TRACKS = { lane: 1e8, tasks: 2e8, spans: 3e8, operators: 4e8 } as const;
type Track = keyof typeof TRACKS;

interface TraceEvent {
  readonly ph: 'X' | 'M' | 'C' | 's' | 'f';
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds from the beginning of the run. */
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly bp?: 'e';
  readonly args?: Readonly<Record<string, unknown>>;
}

/**
 * A trace in Chrome's format, for ui.perfetto.dev and chrome://tracing: a track a lane with its stacks as slices, as long as samples in a row
 * agree; beside it tasks, ranges and operators; work of devices with an arrow from its launch; counters. JSON, an event a line.
 */
export function toChromeTrace(recording: Recording): string {
  const writer = new TraceWriter(recording);
  const lines: string[] = [];
  for (const event of writer.events()) lines.push(JSON.stringify(event));
  const { meta } = recording;
  const otherData = {
    producer: `perfscope ${meta.producer}`,
    command: meta.command.join(' '),
    startEpochMs: meta.clock.startEpochMs,
  };
  return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[\n${lines.join(',\n')}\n]}\n`;
}

class TraceWriter {
  private readonly tables: Tables;
  private readonly begin: number;
  private readonly functions: Functions;
  private readonly named = new Set<number>();

  constructor({ tables, meta }: Recording) {
    this.tables = tables;
    this.begin = meta.clock.start;
    this.functions = functionsOf(tables);
  }

  *events(): Generator<TraceEvent> {
    const { lanes, processes } = this.tables;
    for (let i = 0; i < processes.length; i++)
      yield {
        ph: 'M',
        name: 'process_name',
        pid: processes.process[i] as number,
        tid: 0,
        args: { name: processes.name[i] },
      };
    for (let lane = 0; lane < lanes.length; lane++)
      if (lanes.kind[lane] !== COUNTER) yield* this.nameOf(lane, 'lane');
    yield* this.stacks();
    yield* this.tasks();
    yield* this.spans();
    yield* this.operators();
    yield* this.devices();
    yield* this.counters();
  }

  private *stacks(): Generator<TraceEvent> {
    const { lanes, samples, stacks } = this.tables;
    const starts = rowStarts(this.tables);
    const { offset, row } = laneOrder(samples.lane, samples.time, lanes.length);
    for (let lane = 0; lane < lanes.length; lane++) {
      const open: { readonly function: number; readonly start: number }[] = [];
      let last = lanes.start[lane] as number;
      const closed = (depth: number): TraceEvent[] => {
        const events: TraceEvent[] = [];
        while (open.length > depth) {
          const { function: id, start } = open.pop() as (typeof open)[number];
          const place =
            this.functions.file[id] === ''
              ? {}
              : { args: { place: `${this.functions.file[id]}:${this.functions.line[id]}` } };
          events.push({
            ...this.slice(lane, 'lane', this.functions.name[id] as string, 'stack', start, last),
            ...place,
          });
        }
        // Of slices with one beginning and one end the first encloses the others.
        return events.reverse();
      };
      for (let i = offset[lane] as number; i < (offset[lane + 1] as number); i++) {
        const at = row[i] as number;
        const path: number[] = [];
        for (let stack = samples.stack[at] as number; stack >= 0; stack = stacks.parent[stack] as number)
          path.push(this.functions.ofFrame[stacks.frame[stack] as number] as number);
        path.reverse();
        let common = 0;
        while (common < open.length && open[common]?.function === path[common]) common++;
        yield* closed(common);
        for (const id of path.slice(common)) open.push({ function: id, start: starts[at] as number });
        last = samples.time[at] as number;
      }
      yield* closed(0);
    }
  }

  private *tasks(): Generator<TraceEvent> {
    const { tasks, pools, frames, strings } = this.tables;
    for (let i = 0; i < tasks.length; i++) {
      const [lane, start, end] = [tasks.lane[i] as number, tasks.start[i] as number, tasks.end[i] as number];
      if (lane < 0 || start < 0 || end < start) continue;
      yield* this.nameOf(lane, 'tasks');
      const frame = tasks.function[i] as number;
      const name = frame < 0 ? 'task' : (strings.value[frames.name[frame] as number] as string);
      const args = {
        pool: pools.kind[tasks.pool[i] as number],
        items: tasks.items[i],
        bytesOut: tasks.bytesOut[i],
        bytesBack: tasks.bytesBack[i],
      };
      yield { ...this.slice(lane, 'tasks', name, 'task', start, end), args };
    }
  }

  private *spans(): Generator<TraceEvent> {
    const { spans, strings } = this.tables;
    for (let i = 0; i < spans.length; i++) {
      const lane = spans.lane[i] as number;
      yield* this.nameOf(lane, 'spans');
      const kind = SPAN_KINDS[spans.kind[i] as number] ?? 'range';
      yield this.slice(
        lane,
        'spans',
        strings.value[spans.name[i] as number] as string,
        kind,
        spans.start[i] as number,
        spans.end[i] as number,
      );
    }
  }

  private *operators(): Generator<TraceEvent> {
    const { operators, strings } = this.tables;
    for (let i = 0; i < operators.length; i++) {
      const lane = operators.lane[i] as number;
      yield* this.nameOf(lane, 'operators');
      const kind = OPERATOR_KINDS[operators.kind[i] as number] ?? 'forward';
      yield this.slice(
        lane,
        'operators',
        strings.value[operators.name[i] as number] as string,
        kind,
        operators.start[i] as number,
        operators.end[i] as number,
      );
    }
  }

  private *devices(): Generator<TraceEvent> {
    const work = deviceWork(this.tables);
    for (let i = 0; i < work.length; i++) {
      const [lane, start, end] = [work.lane[i] as number, work.start[i] as number, work.end[i] as number];
      yield this.slice(lane, 'lane', workName(this.tables, work, i), 'device', start, end);
      const { lane: host, start: called } = launchOf(this.tables, work, i);
      if (host < 0 || called < 0) continue;
      const arrow = { name: 'launch', cat: 'launch', id: i };
      yield { ph: 's', ...arrow, ...this.track(host, 'lane'), ts: this.at(called) };
      yield { ph: 'f', bp: 'e', ...arrow, ...this.track(lane, 'lane'), ts: this.at(start) };
    }
  }

  private *counters(): Generator<TraceEvent> {
    for (const { quantity, unit, time, value, lane } of counterSeries(this.tables)) {
      const name = unit === '' ? quantity : `${quantity} (${unit})`;
      for (let i = 0; i < time.length; i++)
        yield {
          ph: 'C',
          name,
          pid: this.tables.lanes.process[lane] as number,
          tid: 0,
          ts: this.at(time[i] as number),
          args: { value: value[i] },
        };
    }
  }

  /** Says once what a track is called. */
  private *nameOf(lane: number, track: Track): Generator<TraceEvent> {
    const { pid, tid } = this.track(lane, track);
    const key = TRACKS[track] + lane;
    if (this.named.has(key)) return;
    this.named.add(key);
    const name = this.tables.lanes.name[lane] as string;
    yield {
      ph: 'M',
      name: 'thread_name',
      pid,
      tid,
      args: { name: track === 'lane' ? name : `${name}: ${track}` },
    };
  }

  private slice(
    lane: number,
    track: Track,
    name: string,
    cat: string,
    start: number,
    end: number,
  ): TraceEvent {
    return {
      ph: 'X',
      name,
      cat,
      ...this.track(lane, track),
      ts: this.at(start),
      dur: Math.max(0, Math.round(end - start)) / 1e3,
    };
  }

  /** A thread has its own number, what has none and what stands beside a thread one that no system gives. */
  private track(lane: number, track: Track): { readonly pid: number; readonly tid: number } {
    const { process, thread } = this.tables.lanes;
    const tid =
      track === 'lane' && (thread[lane] as number) > 0 ? (thread[lane] as number) : TRACKS[track] + lane;
    return { pid: process[lane] as number, tid };
  }

  private at(time: number): number {
    return Math.round(time - this.begin) / 1e3;
  }
}
