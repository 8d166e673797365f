import { existsSync } from 'node:fs';
import type { Availability } from '../collector.ts';
import { hasCompiler, WITHOUT_COMPILER } from '../compiledAgent.ts';
import { readText } from '../process/procfs.ts';
import { otherInjection } from './environment.ts';

/** Where the driver shows itself: its module, its device, and that of Windows' Linux. */
const DRIVER_SIGNS = ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/dev/dxg'];
const VERSION = /Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s/;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether there is a driver that CUDA programs could use, or something that stands for one. */
export const hasCuda = (env: Environment = process.env): boolean =>
  process.platform === 'linux' &&
  (Boolean(env.PERFSCOPE_CUPTI) || DRIVER_SIGNS.some((path) => existsSync(path)));

/** `agents`: folder of the agent's sources; null when perfscope was built without. */
export function cudaAvailability(agents: string | null, env: Environment = process.env): Availability {
  if (!hasCuda(env)) {
    return {
      available: false,
      reason: 'there is no NVIDIA driver',
      remedy: 'Where there is one, kernels and copies of CUDA programs are recorded.',
    };
  }
  if (agents === null) {
    return {
      available: false,
      reason: 'perfscope was built without its agent for CUDA',
      remedy: 'Install perfscope anew.',
    };
  }
  const other = otherInjection(env, '');
  if (other !== null) return injectionTaken(other);
  if (!hasCompiler(env)) return { available: false, ...WITHOUT_COMPILER };
  const version = VERSION.exec(readText('/proc/driver/nvidia/version') ?? '')?.[1];
  return {
    available: true,
    note: `kernels, copies and calls of CUDA programs, by CUPTI${version === undefined ? '' : ` (driver ${version})`}`,
  };
}

/** Why nothing is recorded where another tool is loaded by the driver. */
export const injectionTaken = (other: string): Extract<Availability, { available: false }> => ({
  available: false,
  reason: `CUDA_INJECTION64_PATH names another tool (${other}), and the driver loads one`,
  remedy: 'Unset it to have perfscope record kernels and copies.',
});
