import { gzipSync } from 'fflate';
import { type Metric, rowStarts, rowWeight } from '../../analysis/weights.ts';
import type { Recording, Tables } from '../../model/index.ts';
import { PROFILE } from './profile.ts';
import { MessageWriter } from './wire.ts';

/** Texts by the number that the format refers to them with; the first is empty. */
class Texts {
  readonly all: string[] = [''];
  private readonly known = new Map<string, number>([['', 0]]);

  id(text: string): number {
    const before = this.known.get(text);
    if (before !== undefined) return before;
    this.known.set(text, this.all.length);
    return this.all.push(text) - 1;
  }
}

/**
 * A profile of pprof (github.com/google/pprof/blob/main/proto/profile.proto), packed by gzip: observations and the metric of each stack of each
 * thread, in nanoseconds, labelled with thread and process. A frame is a location; of one function there are as many as lines.
 */
export function toPprof({ tables, meta }: Recording, metric: Metric): Uint8Array {
  const texts = new Texts();
  const profile = new MessageWriter();
  const valueType = (type: string, unit: string) =>
    new MessageWriter().number(1, texts.id(type)).number(2, texts.id(unit)).finish();
  const counts = metric === 'samples';
  profile.message(PROFILE.sampleType, valueType('samples', 'count'));
  if (!counts) profile.message(PROFILE.sampleType, valueType(metric, 'nanoseconds'));
  for (const { lane, stack, count, weight } of sums(tables, metric)) {
    const label = (key: string) => new MessageWriter().number(1, texts.id(key));
    profile.message(
      PROFILE.sample,
      new MessageWriter()
        .packed(1, locationsOf(tables, stack))
        .packed(2, counts ? [count] : [count, weight])
        .message(
          3,
          label('thread')
            .number(2, texts.id(tables.lanes.name[lane] as string))
            .finish(),
        )
        .message(
          3,
          label('thread_id')
            .number(3, tables.lanes.thread[lane] as number)
            .finish(),
        )
        .message(
          3,
          label('process_id')
            .number(3, tables.lanes.process[lane] as number)
            .finish(),
        )
        .finish(),
    );
  }
  addFrames(profile, texts, tables);
  for (const text of texts.all) profile.message(PROFILE.strings, new TextEncoder().encode(text));
  profile
    .number(PROFILE.timeNanos, meta.clock.startEpochMs * 1e6)
    .number(PROFILE.durationNanos, meta.clock.end - meta.clock.start);
  return gzipSync(profile.finish());
}

interface Sum {
  readonly lane: number;
  readonly stack: number;
  count: number;
  weight: number;
}

/** What each stack came to on each lane. */
function sums(tables: Tables, metric: Metric): Iterable<Sum> {
  const { samples, stacks } = tables;
  const starts = rowStarts(tables);
  const known = new Map<number, Sum>();
  for (let row = 0; row < samples.length; row++) {
    const [lane, stack] = [samples.lane[row] as number, samples.stack[row] as number];
    const weight = rowWeight(tables, starts, row, metric);
    if (stack < 0 || weight <= 0) continue;
    const key = lane * stacks.length + stack;
    const sum = known.get(key) ?? { lane, stack, count: 0, weight: 0 };
    sum.count += samples.count[row] as number;
    sum.weight += weight;
    known.set(key, sum);
  }
  return known.values();
}

/** Innermost first; numbers of locations begin with 1. */
function locationsOf({ stacks }: Tables, stack: number): number[] {
  const path: number[] = [];
  for (let at = stack; at >= 0; at = stacks.parent[at] as number) path.push(1 + (stacks.frame[at] as number));
  return path;
}

function addFrames(profile: MessageWriter, texts: Texts, { frames, strings }: Tables): void {
  const text = (id: number) => texts.id(strings.value[id] as string);
  const functions = new Map<string, number>();
  for (let row = 0; row < frames.length; row++) {
    const [name, file] = [text(frames.name[row] as number), text(frames.file[row] as number)];
    const begin = frames.functionLine[row] as number;
    const key = `${name} ${file} ${begin}`;
    let id = functions.get(key);
    if (id === undefined) {
      id = functions.size + 1;
      functions.set(key, id);
      profile.message(
        PROFILE.function,
        new MessageWriter()
          .number(1, id)
          .number(2, name)
          .number(3, name)
          .number(4, file)
          .number(5, begin)
          .finish(),
      );
    }
    const line = new MessageWriter()
      .number(1, id)
      .number(2, frames.line[row] as number)
      .finish();
    profile.message(
      PROFILE.location,
      new MessageWriter()
        .number(1, row + 1)
        .message(4, line)
        .finish(),
    );
  }
}
