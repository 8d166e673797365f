import type { Rule } from './rule.ts';
import { idleDevice } from './rules/idleDevice.ts';
import { launchBound } from './rules/launchBound.ts';
import { loaderStarvation } from './rules/loaderStarvation.ts';
import { occupancy } from './rules/occupancy.ts';
import { pageableCopies } from './rules/pageableCopies.ts';
import { repeatedUploads } from './rules/repeatedUploads.ts';
import { scalarReads } from './rules/scalarReads.ts';
import { serialCopies } from './rules/serialCopies.ts';
import { synchronisation } from './rules/synchronisation.ts';
import { synchronousCopies } from './rules/synchronousCopies.ts';
import { tensorCores } from './rules/tensorCores.ts';
import { tinyCopies } from './rules/tinyCopies.ts';

/** Every rule, by id. */
export const RULES: readonly Rule[] = [
  repeatedUploads, // D04
  pageableCopies, // D05
  tinyCopies, // D06
  synchronousCopies, // D07
  serialCopies, // D08
  scalarReads, // D09
  launchBound, // G04
  loaderStarvation, // G05
  synchronisation, // G06
  tensorCores, // G07
  idleDevice, // G09
  occupancy, // G10
];
