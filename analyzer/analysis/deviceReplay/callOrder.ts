import type { Tables } from '../../model/index.ts';
import { SPAN_KINDS } from '../../model/index.ts';
import { ascending } from '../ascending.ts';
import { type DeviceWork, NO_WORK } from '../deviceWork.ts';

const API = SPAN_KINDS.indexOf('api');
/** Beyond this a double does not tell nanoseconds apart, and no clock got there. */
const LATEST = 2 ** 53;

const isTime = (time: number): boolean => time >= 0 && time < LATEST;

/** Number of a span among steps: work is counted from 0 up, spans from -1 down. */
export const spanStep = (row: number): number => -1 - row;

/**
 * Device work and calls without work in the order in which the host called: numbers of `DeviceWork`, and `spanStep` of rows of `spans`.
 * Work whose call is not known stands where it was queued or, failing that, began. Rows without sensible times are left out.
 */
export function callOrder({ kernels, transfers, spans, lanes }: Tables, work: DeviceWork): Int32Array {
  const keyOfWork = (at: number): number => {
    if (work.kind[at] === NO_WORK || !isTime(work.start[at] as number) || !isTime(work.end[at] as number))
      return -1;
    if ((work.lane[at] as number) >= lanes.length) return -1;
    const row = at < work.kernels ? at : at - work.kernels;
    const called = (at < work.kernels ? kernels : transfers).callStart[row] as number;
    if (isTime(called)) return called;
    const queued = at < work.kernels ? (kernels.queued[row] as number) : -1;
    return isTime(queued) ? queued : (work.start[at] as number);
  };
  const keyOfSpan = (row: number): number =>
    spans.kind[row] === API && isTime(spans.end[row] as number) ? (spans.start[row] as number) : -1;
  const sources = [
    sorted(0, work.kernels, keyOfWork),
    sorted(work.kernels, work.length, keyOfWork),
    sorted(0, spans.length, keyOfSpan, true),
  ];
  return sources.reduce(merged).step;
}

interface Ordered {
  readonly step: Int32Array;
  readonly key: Float64Array;
}

/** Rows `from` to `to - 1` that have a key, by it. Each table is in order by itself, or nearly, and is then not sorted. */
function sorted(from: number, to: number, keyOf: (row: number) => number, isSpan = false): Ordered {
  const rows = new Int32Array(to - from);
  const keys = new Float64Array(to - from);
  let count = 0;
  for (let row = from; row < to; row++) {
    const key = keyOf(row);
    if (!isTime(key)) continue;
    rows[count] = isSpan ? spanStep(row) : row;
    keys[count++] = key;
  }
  const order = ascending(keys.subarray(0, count));
  const step = new Int32Array(count);
  const key = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    step[i] = rows[order[i] as number] as number;
    key[i] = keys[order[i] as number] as number;
  }
  return { step, key };
}

function merged(a: Ordered, b: Ordered): Ordered {
  if (b.step.length === 0) return a;
  if (a.step.length === 0) return b;
  const step = new Int32Array(a.step.length + b.step.length);
  const key = new Float64Array(step.length);
  let [i, j] = [0, 0];
  for (let at = 0; at < step.length; at++) {
    const isA = j >= b.step.length || (i < a.step.length && (a.key[i] as number) <= (b.key[j] as number));
    step[at] = (isA ? a.step[i] : b.step[j]) as number;
    key[at] = (isA ? a.key[i++] : b.key[j++]) as number;
  }
  return { step, key };
}
