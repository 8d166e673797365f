import type { Schema } from './table.ts';

/**
 * Which part of a framework ran an operator; the order is the stored value. `backward`: autograd's engine and its nodes. `script`: a
 * function of TorchScript.
 */
export const OPERATOR_KINDS = ['forward', 'backward', 'script'] as const;
export type OperatorKind = (typeof OPERATOR_KINDS)[number];

/**
 * An operator of PyTorch on the thread that ran it. Operators call others: `aten::linear` encloses `aten::addmm` on its lane.
 *
 * `name`: row of `strings`. `start`, `end`: Nanos, `end >= start`. `sequence`: the number by which autograd ties both ways: a
 * backward operator has that of the forward operator which it is the derivative of, and that one ran on `forwardLane`; forward
 * operators have -1 there. Several forward operators in a row may have one number: the last of them made the node. -1 for none.
 */
export const operatorsSchema = {
  lane: 'u32',
  kind: 'u8',
  name: 'u32',
  start: 'i64',
  end: 'i64',
  sequence: 'i64',
  forwardLane: 'i32',
} as const satisfies Schema;
