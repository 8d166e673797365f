import { Trace } from '../../analyzer/analysis/trace.ts';
import { nanos, type Recording, type RecordingMeta } from '../../analyzer/model/index.ts';
import type { PoolTables, Stack } from './pools.ts';
import { type LaneSpec, META, recordingOf, type SampleSpec } from './recordings.ts';

export const SITE_PACKAGES = '/usr/lib/python3/dist-packages';
export const STANDARD = '/usr/lib/python3.11';

/** A frame for stacks of `traceOf`: function, file and the line that executes; it is defined at line 1. */
export const frame = (name: string, file: string, line = 2): string => `${name}\n${file}\n${line}`;
export const pandas = (name: string, file: string, line = 2) =>
  frame(name, `${SITE_PACKAGES}/pandas/${file}`, line);
export const numpy = (name: string, file: string, line = 2) =>
  frame(name, `${SITE_PACKAGES}/numpy/${file}`, line);
export const standard = (name: string, file: string, line = 2) => frame(name, `${STANDARD}/${file}`, line);

/** A trace of `seconds`, with stacks whose frames are `frame`s. */
export function traceOf(
  lanes: readonly LaneSpec[],
  samples: readonly SampleSpec[],
  seconds: number,
  more: PoolTables = {},
  meta: Partial<RecordingMeta> = {},
): Trace {
  const clock = { ...META.clock, end: nanos(META.clock.start + seconds * 1e9) };
  const spanned = lanes.map((lane) => ({ end: clock.end, ...lane }));
  return new Trace(withFiles(recordingOf(spanned, samples, { clock, ...meta }, more)));
}

function withFiles(recording: Recording): Recording {
  const { tables } = recording;
  const value = [...tables.strings.value];
  const frames = {
    ...tables.frames,
    name: tables.frames.name.slice(),
    file: tables.frames.file.slice(),
    line: tables.frames.line.slice(),
  };
  for (let row = 0; row < frames.length; row++) {
    const [name = '', file, line] = (tables.strings.value[frames.name[row] as number] ?? '').split('\n');
    if (file === undefined) continue;
    frames.name[row] = value.push(name) - 1;
    frames.file[row] = value.push(file) - 1;
    frames.line[row] = Number(line);
  }
  return { ...recording, tables: { ...tables, frames, strings: { length: value.length, value } } };
}

/**
 * Samples of one lane that runs all the time, 100 a second: `parts` are what it does in turn, again and again, each for so many
 * looks.
 */
export function busy(
  lane: number,
  seconds: number,
  parts: readonly (readonly [looks: number, stack: Stack])[],
  from = 0,
): SampleSpec[] {
  const samples: SampleSpec[] = [];
  const looks = Math.round(seconds * 100);
  for (let at = 0, part = 0; at < looks; part++) {
    const [count, stack] = parts[part % parts.length] ?? [1, []];
    for (let i = 0; i < count && at < looks; i++, at++)
      samples.push({ lane, time: from + (at + 1) * 1e7, cpu: 1e7, stack });
  }
  return samples;
}
