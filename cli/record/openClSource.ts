import { compiledAgent } from '../../analyzer/collect/compiledAgent.ts';
import { OpenClCollector, openClEnvironment } from '../../analyzer/collect/opencl/index.ts';
import { openClAgentFolder } from '../assets.ts';
import type { GpuSource } from './gpuSource.ts';

/** Whether programs that use OpenCL can be recorded; whether one does is only known once it runs. */
export const hasOpenCl = (): boolean => process.platform === 'linux' && openClAgentFolder() !== null;

/**
 * `records`: an existing folder of the run. `cache`: where compiled agents are kept. Never rejects: what stands in the way is said by
 * the collector, of programs that use OpenCL.
 */
export async function openClSource(records: string, cache: string): Promise<GpuSource> {
  const folder = openClAgentFolder();
  if (folder === null || !hasOpenCl()) return { collectors: [], environment: {} };
  const layer = await compiledAgent(folder, 'perfscope-opencl', cache);
  const environment = layer.path === null ? null : openClEnvironment(process.env, layer.path, records);
  const obstacle =
    layer.path === null
      ? `${layer.reason}. ${layer.remedy}`.replace(/\.$/, '')
      : environment === null
        ? `OPENCL_LAYERS cannot hold the path of ${records}`
        : null;
  return { collectors: [new OpenClCollector(records, obstacle)], environment: environment ?? {} };
}
