import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Collector } from '../../analyzer/collect/collector.ts';
import { NodeCollector, nodeEnvironment } from '../../analyzer/collect/node/index.ts';
import {
  checkFlags,
  TraceSink,
  tickFlags,
  V8TicksCollector,
  withFlags,
  writeShim,
} from '../../analyzer/collect/v8-ticks/index.ts';
import { ticksScript } from '../assets.ts';

/** Who tells where JavaScript is: V8's profiler through the inspector while the program runs, or V8's own log after it. */
export const NODE_ENGINES = ['inspector', 'v8-ticks'] as const;
export type NodeEngine = (typeof NODE_ENGINES)[number];

/** `rate`: looks a second at each thread. */
export interface NodeRequest {
  readonly engine: NodeEngine;
  readonly rate: number;
}

/** How the JavaScript of a run is recorded. */
export interface NodeSource {
  readonly collectors: readonly Collector[];
  readonly environment: Readonly<Record<string, string>>;
  /** What to run: the command, with options of ours where it is a Node that needs them. */
  readonly command: readonly string[];
  /** Undoes what was prepared outside the folder of the run. */
  release(): void;
}

/** `agents`: folder of the agent. `records`: an existing folder of the run. `outside`: see `NodeParts`. */
export interface NodeFolders {
  readonly agents: string;
  readonly records: string;
  readonly outside: boolean;
}

/**
 * Prepares a run. Rejects with a UserError when the engine
 * that was asked for cannot work.
 */
export async function nodeSource(
  command: readonly string[],
  { engine, rate }: NodeRequest,
  { agents, records, outside }: NodeFolders,
): Promise<NodeSource> {
  const parts = { folder: records, agents, outside };
  if (engine === 'inspector') {
    const environment = nodeEnvironment(command, process.env, agents, records, rate);
    return {
      collectors: [new NodeCollector({ ...parts, profiles: true })],
      environment,
      command,
      release: () => {},
    };
  }
  const traces = new TraceSink();
  try {
    const { flags, shims, logs } = await prepareTicks(command, records, rate, traces.path);
    return {
      collectors: [
        new NodeCollector({ ...parts, profiles: false }),
        new V8TicksCollector(ticksScript(), logs, records, agents, rate),
      ],
      environment: nodeEnvironment(command, process.env, agents, records, rate, { flags, shims }),
      command: withFlags(command, flags),
      release: () => traces.remove(),
    };
  } catch (error) {
    traces.remove();
    throw error;
  }
}

async function prepareTicks(command: readonly string[], records: string, rate: number, traces: string) {
  const [logs, probe, shims] = [join(records, 'ticks'), join(records, 'probe'), join(records, 'bin')];
  for (const folder of [logs, probe]) mkdirSync(folder, { mode: 0o700 });
  const flags = tickFlags(logs, rate, traces);
  writeShim(shims, flags);
  await checkFlags(command, tickFlags(probe, rate, traces));
  return { flags, shims, logs };
}
