import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Interner } from '../../model/index.ts';
import { agentFiles } from '../agentFiles.ts';
import { IsolateRows } from './isolate.ts';
import { decodeLog } from './log.ts';
import { processLog } from './processed.ts';
import type { LogMessage, LogsToRead } from './protocol.ts';

/** A log is held in memory as a text; some hours of one thread. */
const LARGEST_LOG = 256 << 20;

/** Reads each isolate's log of a folder, one after the other, and removes what is done with. Never rejects. */
export async function* readLogs({ folder, agents, interval, only }: LogsToRead): AsyncGenerator<LogMessage> {
  const rows = new IsolateRows(new Interner(), agents, interval);
  for (const name of agentFiles(folder, '.log').sort()) {
    const path = join(folder, name);
    try {
      const message = await readLog(path, rows, only);
      if (message) yield message;
    } catch (error) {
      yield { kind: 'unread', why: error instanceof Error ? error.message : String(error) };
    }
    for (const file of [path, `${path}.json`, `${path}.preprocess-ready`]) rmSync(file, { force: true });
  }
}

async function readLog(path: string, rows: IsolateRows, only: number | null): Promise<LogMessage | null> {
  const { size } = statSync(path);
  if (size > LARGEST_LOG) throw new Error(`it has more than ${LARGEST_LOG >> 20} MB`);
  const log = decodeLog(readFileSync(path, 'utf8'));
  const { owner, deopts } = log;
  if (!owner) throw new Error('it does not say of which thread it is');
  if (only !== null && owner.pid !== only) return null;
  if (!existsSync(owner.node)) throw new Error('the Node that wrote it is gone');
  const processed = await processLog(path, owner.node);
  return {
    kind: 'log',
    batch: rows.batch(owner, log, processed),
    process: owner.pid,
    ticks: processed.ticks.length,
    deopts: deopts.length,
    damaged: log.damaged + processed.damaged,
  };
}
