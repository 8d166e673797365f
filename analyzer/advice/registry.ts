import type { Rule } from './rule.ts';
import { falseParallelism } from './rules/falseParallelism.ts';
import { tasksTooFine } from './rules/fineTasks.ts';
import { loadImbalance } from './rules/loadImbalance.ts';
import { oversubscription } from './rules/oversubscription.ts';
import { pickledArguments } from './rules/pickledArguments.ts';
import { pickledResults } from './rules/pickledResults.ts';
import { poolRecreation } from './rules/poolRecreation.ts';
import { repeatedState } from './rules/repeatedState.ts';
import { serialFraction } from './rules/serialFraction.ts';
import { starvedWorkers } from './rules/starvedWorkers.ts';
import { straggler } from './rules/straggler.ts';
import { submitPerItem } from './rules/submitPerItem.ts';

/** Every rule, by id. */
export const RULES: readonly Rule[] = [
  pickledArguments,
  pickledResults,
  repeatedState,
  loadImbalance,
  straggler,
  tasksTooFine,
  submitPerItem,
  poolRecreation,
  serialFraction,
  falseParallelism,
  starvedWorkers,
  oversubscription,
];
