import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Collector } from '../../analyzer/collect/collector.ts';
import { CPythonCollector, cpythonAvailability } from '../../analyzer/collect/cpython/index.ts';
import {
  agentEnvironment,
  outsideObstacle,
  PythonAgentCollector,
  probePython,
} from '../../analyzer/collect/python-agent/index.ts';
import { pythonAgentFolder, samplerScript } from '../assets.ts';

export type AgentChoice = 'auto' | 'on' | 'off';

/** Where the samples of a run come from. */
export interface SampleSource {
  readonly collector: Collector;
  /** What the command's environment needs besides the user's. */
  readonly environment: Readonly<Record<string, string>>;
  /** Why it is not the usual one, as a sentence; null when it is. */
  readonly note: string | null;
  /** Undoes what was prepared, after the run or when there is none. */
  release(): Promise<void>;
}

/**
 * Samples from outside the process where that can work, and by the agent inside it where it cannot. Resolves when sampling
 * can begin.
 */
export async function sampleSource(
  command: readonly string[],
  rate: number,
  choice: AgentChoice,
): Promise<SampleSource> {
  const why = choice === 'off' ? null : await reasonForAgent(command, choice);
  const agents = why === null ? null : pythonAgentFolder();
  if (why !== null && agents !== null) return agentSource(agents, rate, why);
  const collector = new CPythonCollector(samplerScript(), true);
  await collector.prepare();
  return { collector, environment: {}, note: null, release: () => collector.stop() };
}

async function reasonForAgent(command: readonly string[], choice: AgentChoice): Promise<string | null> {
  if (choice === 'on') return 'the agent inside the program was asked for';
  const outside = cpythonAvailability();
  if (!outside.available) return outside.reason;
  return outsideObstacle(await probePython(command, process.env));
}

function agentSource(agents: string, rate: number, why: string): SampleSource {
  const records = mkdtempSync(join(tmpdir(), 'perfscope-agent-'));
  return {
    collector: new PythonAgentCollector(records),
    environment: agentEnvironment(process.env, agents, records, rate),
    note: `sampled by the agent inside the program: ${why}. Threads and processes that run no Python are not seen.`,
    release: async () => rmSync(records, { recursive: true, force: true }),
  };
}
