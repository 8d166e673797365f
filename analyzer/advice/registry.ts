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
import { idleDevice } from './rules/idleDevice.ts';
import { iterrows } from './rules/iterrows.ts';
import { jsonClone } from './rules/jsonClone.ts';
import { launchBound } from './rules/launchBound.ts';
import { loaderStarvation } from './rules/loaderStarvation.ts';
import { loadImbalance } from './rules/loadImbalance.ts';
import { lockContention } from './rules/lockContention.ts';
import { npVectorize } from './rules/npVectorize.ts';
import { occupancy } from './rules/occupancy.ts';
import { oversubscription } from './rules/oversubscription.ts';
import { pageableCopies } from './rules/pageableCopies.ts';
import { pickledArguments } from './rules/pickledArguments.ts';
import { pickledResults } from './rules/pickledResults.ts';
import { poolRecreation } from './rules/poolRecreation.ts';
import { regexCompile } from './rules/regexCompile.ts';
import { repeatedState } from './rules/repeatedState.ts';
import { repeatedUploads } from './rules/repeatedUploads.ts';
import { rowAppend } from './rules/rowAppend.ts';
import { scalarReads } from './rules/scalarReads.ts';
import { sequentialAwaits } from './rules/sequentialAwaits.ts';
import { serialCopies } from './rules/serialCopies.ts';
import { serialFraction } from './rules/serialFraction.ts';
import { smallArrays } from './rules/smallArrays.ts';
import { starvedWorkers } from './rules/starvedWorkers.ts';
import { straggler } from './rules/straggler.ts';
import { submitPerItem } from './rules/submitPerItem.ts';
import { synchronisation } from './rules/synchronisation.ts';
import { synchronousCalls } from './rules/synchronousCalls.ts';
import { synchronousCopies } from './rules/synchronousCopies.ts';
import { tensorCores } from './rules/tensorCores.ts';
import { tinyCopies } from './rules/tinyCopies.ts';
import { workerPerTask } from './rules/workerPerTask.ts';

/** Every rule, by id. */
export const RULES: readonly Rule[] = [
  pickledArguments,
  pickledResults,
  repeatedState,
  repeatedUploads,
  pageableCopies,
  tinyCopies,
  synchronousCopies,
  serialCopies,
  scalarReads,
  launchBound,
  loaderStarvation,
  synchronisation,
  tensorCores,
  idleDevice,
  occupancy,
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
