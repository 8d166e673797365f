import {
  OPERATOR_KINDS,
  type OperatorKind,
  operatorsSchema,
  type Recording,
  TableBuilder,
} from '../../analyzer/model/index.ts';
import type { DeviceTables } from './devices.ts';
import { META, recordingOf, type SampleSpec } from './recordings.ts';

/** Times are Nanos from the start of the recording. */
export interface OperatorSpec {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly kind?: OperatorKind;
  readonly sequence?: number;
  readonly lane?: number;
  readonly forwardLane?: number;
}

/** A recording whose operators stand in the order in which threads write them: when they end. */
export function operatorRecording(
  specs: readonly OperatorSpec[],
  samples: readonly SampleSpec[] = [],
  more: DeviceTables = {},
): Recording {
  const lanes = specs.reduce((most, { lane = 0 }) => Math.max(most, lane), 0) + 1;
  const { meta, tables } = recordingOf(new Array(lanes).fill({}), samples, {}, more);
  const names = [...new Set(specs.map(({ name }) => name))];
  const known = tables.strings.length;
  const operators = new TableBuilder(operatorsSchema);
  for (const { name, start, end, kind = 'forward', sequence = -1, lane = 0, forwardLane = -1 } of specs) {
    operators.push({
      lane,
      kind: OPERATOR_KINDS.indexOf(kind),
      name: known + names.indexOf(name),
      start: META.clock.start + start,
      end: META.clock.start + end,
      sequence,
      forwardLane,
    });
  }
  const strings = { length: known + names.length, value: [...tables.strings.value, ...names] };
  return { meta, tables: { ...tables, strings, operators: operators.finish() } };
}
