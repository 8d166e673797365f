import type { Rule } from './rule.ts';
import { blockedEventLoop } from './rules/blockedEventLoop.ts';
import { cloneVolume } from './rules/cloneVolume.ts';
import { deoptimisations } from './rules/deoptimisations.ts';
import { garbage } from './rules/garbage.ts';
import { jsonClone } from './rules/jsonClone.ts';
import { sequentialAwaits } from './rules/sequentialAwaits.ts';
import { synchronousCalls } from './rules/synchronousCalls.ts';
import { workerPerTask } from './rules/workerPerTask.ts';

/** Every rule, by id. */
export const RULES: readonly Rule[] = [
  blockedEventLoop,
  synchronousCalls,
  jsonClone,
  cloneVolume,
  garbage,
  deoptimisations,
  workerPerTask,
  sequentialAwaits,
];
