import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Availability, Collector } from '../../analyzer/collect/collector.ts';
import { CPythonCollector, cpythonAvailability } from '../../analyzer/collect/cpython/index.ts';
import { PoolsCollector } from '../../analyzer/collect/pools/index.ts';
import {
  agentEnvironment,
  outsideObstacle,
  PythonAgentCollector,
  probePython,
} from '../../analyzer/collect/python-agent/index.ts';
import { nodeAgentFolder, pythonAgentFolder, samplerScript } from '../assets.ts';
import { type GpuSource, gpuSource, hasDevices } from './gpuSource.ts';
import { type NodeRequest, type NodeSource, nodeSource } from './nodeSource.ts';
import { type TorchSource, torchSource } from './torchSource.ts';

export type AgentChoice = 'auto' | 'on' | 'off';

export interface SourceRequest {
  readonly command: readonly string[];
  /** Samples a second. */
  readonly rate: number;
  readonly agent: AgentChoice;
  readonly pools: boolean;
  /** Whether PyTorch's operators are recorded, from inside. */
  readonly torchOperators: boolean;
  /** Whether the work of devices is recorded. */
  readonly gpu: boolean;
  /** Whether stacks are taken inside the calls that launch. */
  readonly gpuStacks: boolean;
  /** How JavaScript is recorded; null to put nothing into Node programs. */
  readonly node: NodeRequest | null;
}

/** Where what is known of a run comes from. */
export interface RunSources {
  readonly collectors: readonly Collector[];
  /** What to run: the command, with options of ours where it is a Node that needs them. */
  readonly command: readonly string[];
  /** What the command's environment needs besides the user's. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sentences that a reader of the recording must know. */
  readonly notes: readonly string[];
  /** Undoes what was prepared, after the run or when there is none. */
  release(): Promise<void>;
}

/**
 * Samples from outside the process where that can work, and by the agent inside it where it cannot; pools and JavaScript are
 * recorded from inside in any case. Resolves when sampling can begin.
 */
export async function runSources(request: SourceRequest): Promise<RunSources> {
  const { command, rate, agent, pools } = request;
  const outside = cpythonAvailability();
  const why = agent === 'off' ? null : await reasonForAgent(command, agent, outside);
  const wanted = why !== null || pools || request.torchOperators ? pythonAgentFolder() : null;
  const nodeAgent = request.node === null ? null : nodeAgentFolder();
  const hasGpu = request.gpu && hasDevices();
  if (wanted === null && nodeAgent === null && !hasGpu) return outsideOnly(command, outside);
  let records = '';
  let node: NodeSource | null = null;
  let torch: TorchSource | null = null;
  let gpu: GpuSource | null = null;
  const environment: Record<string, string> = {};
  try {
    records = mkdtempSync(join(tmpdir(), 'perfscope-agent-'));
    const hz = why === null ? null : rate;
    if (wanted !== null) {
      const parts = { hz, pools, cache: agentCache('python') };
      Object.assign(environment, agentEnvironment(process.env, wanted, records, parts));
      if (request.torchOperators) torch = await torchSource(command, records, agentCache('torch') ?? records);
      Object.assign(environment, torch?.environment);
    }
    if (nodeAgent !== null && request.node !== null) {
      // Whoever samples from outside accounts for every thread, and the agent of Python for its own only.
      const isAccounted = why === null && outside.available;
      node = await nodeSource(command, request.node, { agents: nodeAgent, records, outside: isAccounted });
      Object.assign(environment, node.environment);
    }
    if (hasGpu) {
      gpu = await gpuSource(records, agentCache('native') ?? records, request.gpuStacks);
      Object.assign(environment, gpu.environment);
    }
  } catch (error) {
    if (records !== '') rmSync(records, { recursive: true, force: true });
    // Without what was asked for there is nothing to record; without pools and JavaScript there is.
    if (why !== null || request.node?.engine === 'v8-ticks') throw error;
    return outsideOnly(command, outside, [
      `programs are not recorded from inside: ${error instanceof Error ? error.message : error}`,
    ]);
  }
  const sampler = why === null ? await samplerFromOutside(outside) : new PythonAgentCollector(records);
  return {
    collectors: [
      ...(sampler === null ? [] : [sampler]),
      ...(pools ? [new PoolsCollector(records)] : []),
      ...(torch?.collectors ?? []),
      ...(node?.collectors ?? []),
      ...(gpu?.collectors ?? []),
    ],
    command: node?.command ?? command,
    environment,
    notes: why === null ? notesOf(outside) : [insideNote(why, node !== null)],
    release: async () => {
      await sampler?.stop();
      node?.release();
      rmSync(records, { recursive: true, force: true });
    },
  };
}

/** Where compiled agents of a kind are kept from run to run; null where there is no such place. */
function agentCache(kind: 'python' | 'native' | 'torch'): string | null {
  const home = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(home, 'perfscope', kind);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return null;
  }
}

async function outsideOnly(
  command: readonly string[],
  outside: Availability,
  notes: readonly string[] = [],
): Promise<RunSources> {
  const sampler = await samplerFromOutside(outside);
  return {
    collectors: sampler === null ? [] : [sampler],
    command,
    environment: {},
    notes: [...notes, ...notesOf(outside)],
    release: async () => sampler?.stop(),
  };
}

const insideNote = (why: string, node: boolean): string =>
  `sampled by the agent inside the program: ${why}. Threads and processes that run no Python${node ? ' or Node' : ''} are not seen.`;

/** What a reader must know of a run that is to be sampled from outside. */
const notesOf = (outside: Availability): string[] =>
  outside.available ? [] : [`threads are not seen from outside: ${outside.reason}.`];

/** Null where it cannot work. */
async function samplerFromOutside(outside: Availability): Promise<CPythonCollector | null> {
  if (!outside.available) return null;
  const sampler = new CPythonCollector(samplerScript(), true);
  await sampler.prepare();
  return sampler;
}

async function reasonForAgent(
  command: readonly string[],
  choice: AgentChoice,
  outside: Availability,
): Promise<string | null> {
  if (choice === 'on') return 'the agent inside the program was asked for';
  if (!outside.available) return outside.reason;
  return outsideObstacle(await probePython(command, process.env));
}
