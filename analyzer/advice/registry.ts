import type { Rule } from './rule.ts';
import { applyRows } from './rules/applyRows.ts';
import { blockedEventLoop } from './rules/blockedEventLoop.ts';
import { cloneVolume } from './rules/cloneVolume.ts';
import { deoptimisations } from './rules/deoptimisations.ts';
import { falseParallelism } from './rules/falseParallelism.ts';
import { tasksTooFine } from './rules/fineTasks.ts';
import { garbage } from './rules/garbage.ts';
import { gilThreads } from './rules/gilThreads.ts';
import { growingArrays } from './rules/growingArrays.ts';
import { iterrows } from './rules/iterrows.ts';
import { jsonClone } from './rules/jsonClone.ts';
import { loadImbalance } from './rules/loadImbalance.ts';
import { lockContention } from './rules/lockContention.ts';
import { npVectorize } from './rules/npVectorize.ts';
import { oversubscription } from './rules/oversubscription.ts';
import { pickledArguments } from './rules/pickledArguments.ts';
import { pickledResults } from './rules/pickledResults.ts';
import { poolRecreation } from './rules/poolRecreation.ts';
import { regexCompile } from './rules/regexCompile.ts';
import { repeatedState } from './rules/repeatedState.ts';
import { rowAppend } from './rules/rowAppend.ts';
import { sequentialAwaits } from './rules/sequentialAwaits.ts';
import { serialFraction } from './rules/serialFraction.ts';
import { smallArrays } from './rules/smallArrays.ts';
import { starvedWorkers } from './rules/starvedWorkers.ts';
import { straggler } from './rules/straggler.ts';
import { submitPerItem } from './rules/submitPerItem.ts';
import { synchronousCalls } from './rules/synchronousCalls.ts';
import { workerPerTask } from './rules/workerPerTask.ts';

/** Every rule, by id. */
export const RULES: readonly Rule[] = [
  pickledArguments,
  pickledResults,
  repeatedState,
  blockedEventLoop,
  synchronousCalls,
  jsonClone,
  cloneVolume,
  garbage,
  deoptimisations,
  workerPerTask,
  sequentialAwaits,
  iterrows,
  applyRows,
  smallArrays,
  growingArrays,
  regexCompile,
  npVectorize,
  rowAppend,
  loadImbalance,
  straggler,
  tasksTooFine,
  submitPerItem,
  gilThreads,
  lockContention,
  poolRecreation,
  serialFraction,
  falseParallelism,
  starvedWorkers,
  oversubscription,
];
