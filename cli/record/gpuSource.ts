import type { Collector } from '../../analyzer/collect/collector.ts';
import { compiledAgent } from '../../analyzer/collect/compiledAgent.ts';
import {
  CudaCollector,
  cudaEnvironment,
  hasCuda,
  injectionTaken,
  otherInjection,
  WithoutCuda,
} from '../../analyzer/collect/cuda/index.ts';
import { nativeAgentFolder } from '../assets.ts';
import { hasOpenCl, openClSource } from './openClSource.ts';

/** How the work of devices is recorded. */
export interface GpuSource {
  readonly collectors: readonly Collector[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Whether there is anything to prepare on this machine. */
export const hasDevices = (): boolean => hasCuda() || hasOpenCl();

/** `records`: an existing folder of the run. `cache`: where compiled agents are kept.
 * `exactStacks`: whether stacks of Python are taken inside the calls that launch. Never rejects for what is missing. */
export async function gpuSource(records: string, cache: string, exactStacks: boolean): Promise<GpuSource> {
  const sources = [await cudaSource(records, cache, exactStacks), await openClSource(records, cache)];
  return {
    collectors: sources.flatMap(({ collectors }) => collectors),
    environment: Object.assign({}, ...sources.map(({ environment }) => environment)),
  };
}

async function cudaSource(records: string, cache: string, exactStacks: boolean): Promise<GpuSource> {
  const agents = nativeAgentFolder();
  if (!hasCuda() || agents === null) return { collectors: [], environment: {} };
  const agent = await compiledAgent(agents, 'perfscope-cuda', cache);
  if (agent.path === null) return without(`${agent.reason}. ${agent.remedy}`);
  const other = otherInjection(process.env, agent.path);
  if (other !== null) {
    const { reason, remedy } = injectionTaken(other);
    return without(`${reason}. ${remedy}`);
  }
  return {
    collectors: [new CudaCollector(records, exactStacks)],
    environment: cudaEnvironment(process.env, agent.path, records, exactStacks),
  };
}

const without = (why: string): GpuSource => ({
  collectors: [new WithoutCuda(`kernels and copies of CUDA programs are not recorded: ${why}`)],
  environment: {},
});
