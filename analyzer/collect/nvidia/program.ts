import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Availability } from '../collector.ts';

/** Path of the driver's nvidia-smi; null where there is none. */
export function nvidiaSmi(path = process.env.PATH ?? ''): string | null {
  for (const folder of path.split(delimiter)) {
    const program = join(folder || '.', 'nvidia-smi');
    try {
      accessSync(program, constants.X_OK);
      if (statSync(program).isFile()) return program;
    } catch {
      // Not there.
    }
  }
  return null;
}

export function nvidiaAvailability(): Availability {
  const program = nvidiaSmi();
  if (program === null) {
    return {
      available: false,
      reason: 'there is no nvidia-smi, which comes with the driver of NVIDIA',
      remedy: 'Counters of the GPU itself are left out.',
    };
  }
  return {
    available: true,
    note: `utilisation, memory, power, temperature and clock of NVIDIA GPUs (${program})`,
  };
}
