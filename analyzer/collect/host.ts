import { cpus, release, totalmem } from 'node:os';
import type { Host } from '../model/index.ts';
import { gpuNames } from './gpuNames.ts';

/** What Node knows of the machine: the inventory until the full one is there. It reads a file a core: once is enough. */
export function basicHost(): Host {
  basic ??= {
    platform: process.platform,
    release: release(),
    arch: process.arch,
    cores: cpus().length,
    memoryBytes: totalmem(),
    cpu: cpus()[0]?.model.trim() || null,
    physicalCores: null,
    distribution: null,
    gpus: [],
  };
  return basic;
}

let basic: Host | undefined;

/**
 * The full inventory, from systeminformation. It runs commands and takes some 100 ms of CPU, so it is asked for after the
 * run. Never rejects: what cannot be found out stays as it was.
 */
export async function fullHost(): Promise<Host> {
  const known = basicHost();
  try {
    const { default: systeminformation } = await import('systeminformation');
    const [cpu, os, gpus] = await Promise.all([
      systeminformation.cpu(),
      systeminformation.osInfo(),
      gpuNames(),
    ]);
    return {
      ...known,
      cpu: `${cpu.manufacturer} ${cpu.brand}`.trim() || known.cpu,
      physicalCores: cpu.physicalCores || null,
      distribution: `${os.distro} ${os.release}`.trim() || null,
      gpus,
    };
  } catch {
    return known;
  }
}
