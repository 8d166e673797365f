import { resolve } from 'node:path';
import { launchStackLayouts } from './launchStacks.ts';

export const INJECTION = 'CUDA_INJECTION64_PATH';
const NVTX_INJECTION = 'NVTX_INJECTION64_PATH';

type Environment = Readonly<Record<string, string | undefined>>;

/** Another tool that the user has the driver load, which can be only one; null when there is none. */
export function otherInjection(env: Environment, agent: string): string | null {
  const other = env[INJECTION] ?? '';
  return other === '' || resolve(other) === resolve(agent) ? null : other;
}

/**
 * What the environment of a command needs for the agent to be loaded into it and every CUDA program below it. `agent`: the compiled
 * one. `records`: an existing folder of the run. `exactStacks`: whether stacks are taken inside the calls that launch. A tool of the
 * user's that listens to NVTX stays.
 */
export function cudaEnvironment(
  env: Environment,
  agent: string,
  records: string,
  exactStacks = false,
): Record<string, string> {
  return {
    [INJECTION]: resolve(agent),
    ...(env[NVTX_INJECTION] ? {} : { [NVTX_INJECTION]: resolve(agent) }),
    PERFSCOPE_CUDA_DIR: resolve(records),
    ...(exactStacks ? { PERFSCOPE_CUDA_STACKS: launchStackLayouts() } : {}),
  };
}
