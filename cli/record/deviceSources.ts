import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Collector } from '../../analyzer/collect/collector.ts';
import { compiledAgent } from '../../analyzer/collect/compiledAgent.ts';
import { OpenClCollector, openClEnvironment } from '../../analyzer/collect/opencl/index.ts';
import { openClAgentFolder } from '../assets.ts';

/** How what devices do is recorded. */
export interface DeviceSources {
  readonly collectors: readonly Collector[];
  /** What the command's environment needs besides the user's. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Prepares a run; never rejects. `records`: an existing folder of the run. What cannot be recorded is said by its collector, and
 * only where a program would have needed it.
 */
export async function deviceSources(records: string): Promise<DeviceSources> {
  if (process.platform !== 'linux') return { collectors: [], environment: {} };
  const all = [await openClSource(records)];
  return {
    collectors: all.flatMap(({ collectors }) => collectors),
    environment: Object.assign({}, ...all.map(({ environment }) => environment)),
  };
}

async function openClSource(records: string): Promise<DeviceSources> {
  const folder = openClAgentFolder();
  if (folder === null) return { collectors: [], environment: {} };
  const layer = await compiledAgent(folder, 'opencl', agentCache());
  const environment = layer.path === null ? null : openClEnvironment(process.env, layer.path, records);
  const obstacle =
    layer.path === null
      ? `${layer.reason}. ${layer.remedy}`.replace(/\.$/, '')
      : environment === null
        ? `OPENCL_LAYERS cannot hold the path of ${records}`
        : null;
  return { collectors: [new OpenClCollector(records, obstacle)], environment: environment ?? {} };
}

/** Where compiled agents are kept from run to run. */
const agentCache = (): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'perfscope', 'native');
