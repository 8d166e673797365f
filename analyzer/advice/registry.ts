import type { Rule } from './rule.ts';
import { tasksTooFine } from './rules/fineTasks.ts';
import { loadImbalance } from './rules/loadImbalance.ts';
import { straggler } from './rules/straggler.ts';
import { submitPerItem } from './rules/submitPerItem.ts';

/** Every rule, by id. */
export const RULES: readonly Rule[] = [loadImbalance, straggler, tasksTooFine, submitPerItem];
