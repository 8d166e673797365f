import { cpus } from 'node:os';
import type { Availability } from './collector.ts';
import { cpythonAvailability } from './cpython/index.ts';
import { cudaAvailability } from './cuda/index.ts';
import { nodeAvailability } from './node/index.ts';
import { nvidiaAvailability } from './nvidia/index.ts';
import { openClAvailability } from './opencl/index.ts';
import { readText } from './process/procfs.ts';
import { torchAvailability } from './torch/availability.ts';

/** Whether another process of the same user may be read. */
function attachAvailability(): Availability {
  const scope = readText('/proc/sys/kernel/yama/ptrace_scope')?.trim();
  if (process.platform !== 'linux') {
    return {
      available: false,
      reason: 'joining a process needs Linux',
      remedy: 'Start the program with "perfscope record".',
    };
  }
  if (scope !== undefined && scope !== '0' && process.getuid?.() !== 0) {
    return {
      available: false,
      reason: `this system lets a user read only processes that it started (ptrace_scope ${scope})`,
      remedy: 'Start the program with "perfscope record", or set kernel.yama.ptrace_scope to 0.',
    };
  }
  return { available: true, note: 'a running process can be joined with "perfscope attach"' };
}

function systemAvailability(): Availability {
  if (readText('/proc/stat') === null) {
    return { available: false, reason: 'there is no /proc/stat', remedy: 'Load counters are left out.' };
  }
  return { available: true, note: `load of ${cpus().length} cores, memory, other processes' CPU` };
}

function ticksAvailability(): Availability {
  if (process.platform !== 'linux') {
    return {
      available: false,
      reason: 'logs of V8 belong to threads that are found through /proc',
      remedy: 'JavaScript is recorded through the inspector instead.',
    };
  }
  return { available: true, note: "V8's own log of Node 18 and newer, with --engine v8-ticks" };
}

function poolsAvailability(): Availability {
  return {
    available: true,
    note: 'pools, tasks and messages of CPython 3.8 and newer, by an agent inside the program',
  };
}

/** Folders of agents; null for one that perfscope was built without. */
export interface AgentFolders {
  readonly node: string | null;
  readonly native: string | null;
  readonly opencl: string | null;
}

interface CollectorCheck {
  readonly id: string;
  readonly check: (agents: AgentFolders) => Availability;
}

/** Every collector by id, with the check of whether it can work here. */
export const COLLECTOR_CHECKS: readonly CollectorCheck[] = [
  { id: 'cpython', check: cpythonAvailability },
  { id: 'pools', check: poolsAvailability },
  { id: 'torch', check: torchAvailability },
  { id: 'node', check: ({ node }) => nodeAvailability(node) },
  { id: 'v8-ticks', check: ticksAvailability },
  { id: 'cuda', check: ({ native }) => cudaAvailability(native) },
  { id: 'opencl', check: ({ opencl }) => openClAvailability(opencl) },
  { id: 'attach', check: attachAvailability },
  { id: 'system', check: systemAvailability },
  { id: 'nvidia-smi', check: nvidiaAvailability },
];
