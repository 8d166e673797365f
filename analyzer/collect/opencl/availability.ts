import type { Availability } from '../collector.ts';
import { hasCompiler, WITHOUT_COMPILER } from '../compiledAgent.ts';

/** `folder`: of the layer's sources; null when perfscope was built without. Whether a program uses OpenCL is not asked. */
export function openClAvailability(
  folder: string | null,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Availability {
  if (process.platform !== 'linux') {
    return {
      available: false,
      reason: 'the layer for OpenCL is made for Linux',
      remedy: 'Commands of OpenCL are left out.',
    };
  }
  if (folder === null) {
    return {
      available: false,
      reason: 'perfscope was built without its layer for OpenCL',
      remedy: 'Install perfscope anew.',
    };
  }
  if (!hasCompiler(env)) return { available: false, ...WITHOUT_COMPILER };
  return {
    available: true,
    note: 'kernels, copies and waits of programs whose loader of OpenCL knows layers (ocl-icd 2.3 and newer)',
  };
}
