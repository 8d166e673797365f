import type { Recording } from '../model/index.ts';

/** Whether a recording tells the CPU time of its threads: what another tool has recorded may have times that passed, or none at all. */
export const knowsCpu = ({ meta, tables }: Recording): boolean =>
  (meta.mode !== 'wall' && meta.mode !== 'samples') || tables.samples.cpu.some((cpu) => cpu > 0);
