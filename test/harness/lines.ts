import {
  Interner,
  type Language,
  type Recording,
  type Row,
  SCHEMAS,
  SOURCE_STATES,
  type SourceState,
  type StackId,
  TableBuilder,
} from '../../analyzer/model/index.ts';
import { META, recordingOf } from './recordings.ts';

/** A frame as `name file:line`, its function beginning at the line before; without a place, machine code. */
export interface LineSample {
  readonly stack: readonly string[];
  readonly lane?: number;
  /** Nanos of CPU, which is all of its wall time. */
  readonly cpu: number;
}

/** The stack of frames as `LineSample` has them. */
export function lineStack(interner: Interner, frames: readonly string[]): number {
  let stack: StackId | -1 = -1;
  for (const text of frames) {
    const [, name = text, file = '', line = '0'] = /^(.*?) (\S+):(\d+)$/.exec(text) ?? [];
    const language: Language = file === '' ? 'native' : /\.[cm]?[jt]s$/.test(file) ? 'javascript' : 'python';
    const at = Number(line);
    stack = interner.stack(stack, interner.frame(name, file, at, Math.max(0, at - 1), language));
  }
  return stack;
}

/** A recording of samples by lines, each beginning where the one before on its lane ended. */
export function lineRecording(samples: readonly LineSample[], lanes = 1): Recording {
  const interner = new Interner();
  const { meta, tables } = recordingOf(new Array(lanes).fill({}), []);
  const rows = new TableBuilder(SCHEMAS.samples);
  const times = new Array<number>(lanes).fill(META.clock.start);
  for (const { stack, lane = 0, cpu } of samples) {
    times[lane] = (times[lane] as number) + cpu;
    const time = times[lane] as number;
    const its = { lane, time, cpu, ready: 0, count: 1, state: 0, wait: 0, flags: 0 };
    rows.push({ ...its, stack: lineStack(interner, stack) });
  }
  return { meta, tables: { ...tables, ...interner.drain(), samples: rows.finish() } };
}

/** A recording with the text of files. */
export function withSources(
  { meta, tables }: Recording,
  files: Readonly<Record<string, string | (Partial<Row<typeof SCHEMAS.sources>> & { kept?: SourceState })>>,
): Recording {
  const rows = new TableBuilder(SCHEMAS.sources);
  for (const [file, spec] of Object.entries(files)) {
    const { kept = 'whole', text = '', ...rest } = typeof spec === 'string' ? { text: spec } : spec;
    const state = SOURCE_STATES.indexOf(kept);
    rows.push({ file, state, bytes: text.length, hash: 'ab'.repeat(32), text, ...rest });
  }
  return { meta, tables: { ...tables, sources: rows.finish() } };
}
