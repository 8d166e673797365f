import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Availability, Collector } from '../../analyzer/collect/collector.ts';
import { CPythonCollector, cpythonAvailability } from '../../analyzer/collect/cpython/index.ts';
import { NodeCollector, nodeEnvironment } from '../../analyzer/collect/node/index.ts';
import { PoolsCollector } from '../../analyzer/collect/pools/index.ts';
import {
  agentEnvironment,
  outsideObstacle,
  PythonAgentCollector,
  probePython,
} from '../../analyzer/collect/python-agent/index.ts';
import { nodeAgentFolder, pythonAgentFolder, samplerScript } from '../assets.ts';

export type AgentChoice = 'auto' | 'on' | 'off';

export interface SourceRequest {
  readonly command: readonly string[];
  /** Samples a second. */
  readonly rate: number;
  readonly agent: AgentChoice;
  readonly pools: boolean;
  /** Samples a second of JavaScript; null to put nothing into Node programs. */
  readonly javascriptRate: number | null;
}

/** Where what is known of a run comes from. */
export interface RunSources {
  readonly collectors: readonly Collector[];
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
  const wanted = why !== null || pools ? pythonAgentFolder() : null;
  const node = request.javascriptRate === null ? null : nodeAgentFolder();
  if (wanted === null && node === null) return outsideOnly(outside);
  let records: string;
  const environment: Record<string, string> = {};
  try {
    records = mkdtempSync(join(tmpdir(), 'perfscope-agent-'));
    const hz = why === null ? null : rate;
    if (wanted !== null) {
      const parts = { hz, pools, cache: agentCache() };
      Object.assign(environment, agentEnvironment(process.env, wanted, records, parts));
    }
    if (node !== null && request.javascriptRate !== null) {
      Object.assign(
        environment,
        nodeEnvironment(command, process.env, node, records, request.javascriptRate),
      );
    }
  } catch (error) {
    // Without the only source of samples there is nothing to record; without pools and JavaScript there is.
    if (why !== null) throw error;
    return outsideOnly(outside, [
      `programs are not recorded from inside: ${error instanceof Error ? error.message : error}`,
    ]);
  }
  const sampler = why === null ? await samplerFromOutside(outside) : new PythonAgentCollector(records);
  // Whoever samples from outside accounts for every thread, and the agent of Python for its own only.
  const isAccounted = why === null && sampler !== null;
  return {
    collectors: [
      ...(sampler === null ? [] : [sampler]),
      ...(pools ? [new PoolsCollector(records)] : []),
      ...(node === null ? [] : [new NodeCollector({ folder: records, agents: node, outside: isAccounted })]),
    ],
    environment,
    notes: why === null ? notesOf(outside) : [insideNote(why, node !== null)],
    release: async () => {
      await sampler?.stop();
      rmSync(records, { recursive: true, force: true });
    },
  };
}

/** Where the compiled agent is kept from run to run; null where there is no such place. */
function agentCache(): string | null {
  const home = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(home, 'perfscope', 'python');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return null;
  }
}

async function outsideOnly(outside: Availability, notes: readonly string[] = []): Promise<RunSources> {
  const sampler = await samplerFromOutside(outside);
  return {
    collectors: sampler === null ? [] : [sampler],
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
