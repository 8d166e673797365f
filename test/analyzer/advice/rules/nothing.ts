import { emptyTables, type Recording } from '../../../../analyzer/model/index.ts';
import { nodeRun } from '../../../harness/nodeRecordings.ts';
import { META } from '../../../harness/recordings.ts';

/** Recordings of which no rule has anything to say. */
export const NOTHING: readonly Recording[] = [
  { meta: META, tables: emptyTables() },
  nodeRun({ wall: 0 }),
  nodeRun({ wall: 1000, rows: [{ to: 500 }, { to: 1000, stack: ['[idle]'], waits: true }] }),
];
