import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Interner } from '../../model/index.ts';
import { agentFiles } from '../agentFiles.ts';
import { now } from '../clock.ts';
import { IsolateRows } from './isolate.ts';
import { decodeLog, type IsolateLog, type LogOwner } from './log.ts';
import { processLog } from './processed.ts';
import type { LogMessage, LogsToRead } from './protocol.ts';

/** A log is held in memory as a text; some hours of one thread. */
const LARGEST_LOG = 256 << 20;
/** Names as `tickFlags` asks for them: process, and milliseconds since 1970 at which the log's clock was 0. */
const LOG_NAME = /^isolate-.*-(\d+)-v8-\d+-(\d+)\.log$/;

/** Reads each isolate's log of a folder, one after the other, and removes what is done with. Never rejects. */
export async function* readLogs({ folder, agents, interval, only }: LogsToRead): AsyncGenerator<LogMessage> {
  const rows = new IsolateRows(new Interner(), agents, interval);
  const nodes = new Map<number, string>();
  const ownerless: string[] = [];
  const read = async (
    name: string,
    ownerOf: (log: IsolateLog) => LogOwner | null,
  ): Promise<LogMessage | null> => {
    const path = join(folder, name);
    try {
      const log = decodeLog(textOf(path));
      const owner = ownerOf(log);
      if (!owner) return null;
      nodes.set(owner.pid, owner.node);
      return only === null || owner.pid === only ? await messageOf(path, owner, log, rows) : null;
    } catch (error) {
      return { kind: 'unread', why: error instanceof Error ? error.message : String(error) };
    } finally {
      for (const file of [`${path}.json`, `${path}.preprocess-ready`]) rmSync(file, { force: true });
    }
  };
  for (const name of agentFiles(folder, '.log').sort()) {
    const message = await read(name, ({ owner }) => {
      if (!owner) ownerless.push(name);
      return owner;
    });
    if (message) yield message;
  }
  // Now the Node of each process is known.
  for (const name of ownerless) {
    const message = await read(name, () => ownerByName(name, nodes));
    if (message) yield message;
  }
}

/** Of a worker that did not load the agent, such as one with options of its own, the process is known and not the thread. */
function ownerByName(name: string, nodes: ReadonlyMap<number, string>): LogOwner {
  const [, pid, epochMs] = LOG_NAME.exec(name) ?? [];
  const node = nodes.get(Number(pid));
  if (node === undefined) throw new Error('it does not say of which process it is');
  const origin = now() - (Date.now() - Number(epochMs)) * 1e6;
  return { pid: Number(pid), tid: 0, node, origin };
}

function textOf(path: string): string {
  if (statSync(path).size > LARGEST_LOG) throw new Error(`it has more than ${LARGEST_LOG >> 20} MB`);
  return readFileSync(path, 'utf8');
}

async function messageOf(
  path: string,
  owner: LogOwner,
  log: IsolateLog,
  rows: IsolateRows,
): Promise<LogMessage> {
  if (!existsSync(owner.node)) throw new Error('the Node that wrote it is gone');
  const processed = await processLog(path, owner.node);
  return {
    kind: 'log',
    batch: rows.batch(owner, log, processed),
    process: owner.pid,
    isOfThread: owner.tid > 0,
    ticks: processed.ticks.length,
    deopts: log.deopts.length,
    damaged: log.damaged + processed.damaged,
  };
}
