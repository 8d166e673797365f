import type { Rule } from './rule.ts';
import { applyRows } from './rules/applyRows.ts';
import { gilThreads } from './rules/gilThreads.ts';
import { growingArrays } from './rules/growingArrays.ts';
import { iterrows } from './rules/iterrows.ts';
import { lockContention } from './rules/lockContention.ts';
import { npVectorize } from './rules/npVectorize.ts';
import { regexCompile } from './rules/regexCompile.ts';
import { rowAppend } from './rules/rowAppend.ts';
import { smallArrays } from './rules/smallArrays.ts';

/** Every rule, by id. */
export const RULES: readonly Rule[] = [
  iterrows,
  applyRows,
  smallArrays,
  growingArrays,
  regexCompile,
  npVectorize,
  rowAppend,
  gilThreads,
  lockContention,
];
