import { OPERATOR_KINDS, type Tables } from '../model/index.ts';
import { firstAbove, type LaneOrder, laneOrder } from './ascending.ts';

/** Which operator called which, by row of `operators`. */
export interface OperatorTree {
  /** Rows by lane and when they ended: what an operator called comes before it. */
  readonly order: LaneOrder;
  /** Ends in that order, Nanos. */
  readonly ends: Float64Array;
  /** The row that called a row, -1 for one that the program called. */
  readonly parent: Int32Array;
  /** Nanos of a row without what it called. */
  readonly self: Float64Array;
  /** The backward operator that a row is, or was called by; -1 for none. */
  readonly backward: Int32Array;
  /** The forward operator that a backward one is the derivative of; -1 where that is not known, and of others. */
  readonly forward: Int32Array;
}

/** Operators that call each other deeper than any program's are damage, and must not make a pass quadratic. */
export const DEEPEST = 1000;
const BACKWARD = OPERATOR_KINDS.indexOf('backward');

/** In time that grows with the rows: a thread's operators are recorded when they end, so one pass with a stack finds who called whom. */
export function operatorTree({ operators, lanes }: Pick<Tables, 'operators' | 'lanes'>): OperatorTree {
  const { lane, start, end, length } = operators;
  const order = laneOrder(lane, end, lanes.length);
  const parent = new Int32Array(length).fill(-1);
  const self = new Float64Array(length);
  const open: number[] = [];
  for (let id = 0; id < lanes.length; id++) {
    open.length = 0;
    for (let at = order.offset[id] as number; at < (order.offset[id + 1] as number); at++) {
      const row = order.row[at] as number;
      const began = start[row] as number;
      self[row] = (end[row] as number) - began;
      for (let below = open.at(-1); below !== undefined && (start[below] as number) >= began; ) {
        parent[below] = row;
        self[row] = (self[row] as number) - ((end[below] as number) - (start[below] as number));
        open.pop();
        below = open.at(-1);
      }
      open.push(row);
    }
  }
  const ends = Float64Array.from(order.row, (row) => end[row] as number);
  return {
    order,
    ends,
    parent,
    self,
    backward: backwardRows(operators, order, parent),
    forward: forwardRows(operators, order),
  };
}

/** Callers stand behind what they called, so they are known first on the way back. */
function backwardRows(
  { kind, length }: Tables['operators'],
  order: LaneOrder,
  parent: Int32Array,
): Int32Array {
  const backward = new Int32Array(length).fill(-1);
  for (let at = order.row.length - 1; at >= 0; at--) {
    const row = order.row[at] as number;
    const caller = parent[row] as number;
    if (kind[row] === BACKWARD) backward[row] = row;
    else if (caller >= 0) backward[row] = backward[caller] as number;
  }
  return backward;
}

/** The operator that a lane was in at `time`, the innermost one; -1 for none. */
export function operatorAt(
  { order, ends, parent }: OperatorTree,
  { start }: Tables['operators'],
  lane: number,
  time: number,
): number {
  const [from, to] = [order.offset[lane] as number, order.offset[lane + 1] as number];
  // The first that ends later: it was running, or its caller was, or nothing.
  const at = firstAbove(ends, time, from, to);
  let row = at < to ? (order.row[at] as number) : -1;
  for (let step = 0; step < DEEPEST; step++) {
    if (row < 0 || (start[row] as number) <= time) return row;
    row = parent[row] as number;
  }
  return -1;
}

/**
 * Forward and backward operators have the lane and the number of autograd's node in common. Several forward operators in a row
 * have one number: the last of them made the node, and of those that called each other the outermost is taken.
 */
function forwardRows(operators: Tables['operators'], order: LaneOrder): Int32Array {
  const { kind, sequence, forwardLane, start, end, length } = operators;
  const forward = new Int32Array(length).fill(-1);
  const made = new Map<number, number>();
  const lanes = order.offset.length - 1;
  // One number for a lane and a sequence; sequences stay far below what is left of 2^53.
  const key = (lane: number, number: number): number => number * lanes + lane;
  for (let lane = 0; lane < lanes; lane++) {
    for (let at = order.offset[lane] as number; at < (order.offset[lane + 1] as number); at++) {
      const row = order.row[at] as number;
      const number = sequence[row] as number;
      if (kind[row] !== BACKWARD && number >= 0) made.set(key(lane, number), row);
    }
  }
  for (let row = 0; row < length; row++) {
    const [lane, number] = [forwardLane[row] as number, sequence[row] as number];
    if (kind[row] !== BACKWARD || lane < 0 || number < 0) continue;
    const found = made.get(key(lane, number)) ?? -1;
    if (found >= 0 && (end[found] as number) <= (start[row] as number)) forward[row] = found;
  }
  return forward;
}
