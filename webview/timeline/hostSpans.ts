import { type DeviceWork, NO_WORK } from '../../analyzer/analysis/deviceWork.ts';
import { type SpanTracks, spanTracks } from '../../analyzer/analysis/spanTracks.ts';
import { OPERATOR_KINDS, SPAN_KINDS, type Tables } from '../../analyzer/model/index.ts';

/** Ranges lie inside one another; what is deeper than this shares the last track. */
const MOST_RANGES = 4;

/** Kinds of spans that a program, or a framework for it, marked by name. */
const isRange = Uint8Array.from(SPAN_KINDS, (kind) => Number(kind === 'range' || kind === 'step'));
const API = SPAN_KINDS.indexOf('api');

/** What lies below the state of a thread: parts that a program marked by name, and operators of a framework. */
export const RANGE_CATEGORIES = ['range', 'forward', 'backward'] as const;
const FORWARD = RANGE_CATEGORIES.indexOf('forward');
const BACKWARD = RANGE_CATEGORIES.indexOf('backward');

/** A row below `spans` is one of `spans`; above, less that, one of `operators`. */
export interface HostRanges extends SpanTracks {
  readonly spans: number;
}

/** Ranges and operators lie inside one another and share the tracks of their thread. */
export function rangesOf({
  spans,
  operators,
  lanes,
}: Pick<Tables, 'spans' | 'operators' | 'lanes'>): HostRanges {
  const marked = spans.length;
  const joined = (of: Float64Array, more: Float64Array): Float64Array => {
    const all = new Float64Array(marked + operators.length);
    all.set(of.subarray(0, marked));
    all.set(more.subarray(0, operators.length), marked);
    return all;
  };
  const isBackward = OPERATOR_KINDS.map((kind) => kind === 'backward');
  const tracks = spanTracks(
    {
      length: marked + operators.length,
      start: joined(spans.start, operators.start),
      end: joined(spans.end, operators.end),
      laneOf: (row) => {
        if (row >= marked) return operators.lane[row - marked] as number;
        return isRange[spans.kind[row] as number] === 1 ? (spans.lane[row] as number) : -1;
      },
      categoryOf: (row) => {
        if (row < marked) return 0;
        return isBackward[operators.kind[row - marked] as number] ? BACKWARD : FORWARD;
      },
      categories: RANGE_CATEGORIES.length,
    },
    lanes.length,
    MOST_RANGES,
  );
  return { ...tracks, spans: marked };
}

/** Name and time of a row of `HostRanges`. */
export function rangeOf(
  { spans, operators, strings }: Tables,
  { spans: marked }: HostRanges,
  row: number,
): { readonly name: string; readonly start: number; readonly end: number } {
  const table = row < marked ? spans : operators;
  const at = row < marked ? row : row - marked;
  const name = strings.value[table.name[at] as number] ?? '';
  return { name, start: table.start[at] as number, end: table.end[at] as number };
}

/** Calls of a device's API that start work, and those that do not: they wait, allocate, load. */
export const CALL_CATEGORIES = ['starts work', 'other'] as const;

/**
 * The calls of a device's API by the thread that made them. A row below `spans` is one of `spans`; above, less that, a number of
 * `DeviceWork` which the call started, the first of several.
 */
export interface HostCalls extends SpanTracks {
  readonly spans: number;
}

export function hostCallsOf({ spans, kernels, transfers, lanes }: Tables, { kind }: DeviceWork): HostCalls {
  const sources = [kernels, transfers];
  const length = spans.length + kernels.length + transfers.length;
  const start = new Float64Array(length);
  const end = new Float64Array(length);
  const lane = new Int32Array(length).fill(-1);
  start.set(spans.start);
  end.set(spans.end);
  for (let row = 0; row < spans.length; row++)
    if (spans.kind[row] === API) lane[row] = spans.lane[row] as number;
  let at = spans.length;
  for (const { length: rows, callLane, callStart, callEnd } of sources) {
    for (let row = 0; row < rows; row++, at++) {
      const began = callStart[row] as number;
      const thread = callLane[row] as number;
      // The kernels of a graph have one call, which is drawn once.
      const isSame = row > 0 && callStart[row - 1] === began && callLane[row - 1] === thread;
      if (began < 0 || isSame || kind[at - spans.length] === NO_WORK) continue;
      start[at] = began;
      end[at] = callEnd[row] as number;
      lane[at] = thread;
    }
  }
  const tracks = spanTracks(
    {
      ...{ length, start, end },
      laneOf: (row) => lane[row] as number,
      categoryOf: (row) => (row < spans.length ? 1 : 0),
      categories: CALL_CATEGORIES.length,
    },
    lanes.length,
    1,
  );
  return { ...tracks, spans: spans.length };
}
