import {
  Interner,
  type Language,
  type Recording,
  type RecordingMeta,
  type StackId,
} from '../../analyzer/model/index.ts';
import { recordingOf, type SampleSpec } from './recordings.ts';

/** A frame: function, file, the line that executes, the line of the definition (1 when left out), its language. */
export type FrameSpec = readonly [
  name: string,
  file: string,
  line: number,
  functionLine?: number,
  language?: Language,
];

/** A sample of one lane: its stack, outermost first, and milliseconds of CPU. */
export type LineSample = readonly [ms: number, ...stack: readonly FrameSpec[]];

/** A recording of one thread that did one thing after the other. */
export function recordingOfLines(
  samples: readonly LineSample[],
  meta: Partial<RecordingMeta> = {},
): Recording {
  const interner = new Interner();
  let time = 0;
  const stacks: number[] = [];
  const specs = samples.map(([ms, ...stack]): SampleSpec => {
    let id: StackId | -1 = -1;
    for (const [name, file, line, functionLine = 1, language = 'python'] of stack)
      id = interner.stack(id, interner.frame(name, file, line, functionLine, language));
    stacks.push(id);
    time += ms * 1e6;
    return { lane: 0, time, cpu: ms * 1e6 };
  });
  const recording = recordingOf([{}], specs, meta);
  const table = recording.tables.samples;
  return {
    ...recording,
    tables: {
      ...recording.tables,
      ...interner.drain(),
      samples: { ...table, stack: Int32Array.from(stacks) },
    },
  };
}
