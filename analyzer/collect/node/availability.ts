import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFiles } from '../agentFiles.ts';
import type { Availability } from '../collector.ts';
import { NODE_RATE, nodeEnvironment } from './environment.ts';
import { parseRecord } from './records.ts';

const OLDEST = 18;
/** Milliseconds that the tiny program may take: a second on a slow machine. */
const LIMIT = 20_000;
/** Milliseconds that it waits, one after the other until it was recorded: the agent may start after so short a program has ended. */
const WAITS = [0, 500, 5000];

/** Runs a tiny program under the `node` of the path, and looks whether it was recorded. `agents`: folder of the agent, if any. */
export function nodeAvailability(agents: string | null): Availability {
  if (agents === null) {
    return {
      available: false,
      reason: 'perfscope was built without its agent for Node',
      remedy: 'Run npm run build.',
    };
  }
  const { stdout, error } = spawnSync('node', ['--version'], { encoding: 'utf8', timeout: LIMIT });
  if (error) {
    return {
      available: false,
      reason: `no node can be run from the path (${error.message})`,
      remedy: 'Programs that bring a Node of their own are recorded all the same.',
    };
  }
  const version = stdout.trim();
  const major = Number(/^v(\d+)\./.exec(version)?.[1] ?? 0);
  if (major < OLDEST) {
    return {
      available: false,
      reason: `the node of the path is ${version || 'unknown'}`,
      remedy: `Install Node ${OLDEST} or newer; until then such programs are recorded without their JavaScript.`,
    };
  }
  if (!WAITS.some((wait) => tellsSlices(agents, wait))) {
    return {
      available: false,
      reason: `the agent recorded nothing of a tiny program under node ${version}`,
      remedy:
        'Look whether NODE_OPTIONS or a wrapper around node keeps it from loading modules, using the inspector or making workers, and whether the temporary folder can be written.',
    };
  }
  return {
    available: true,
    note: `JavaScript of Node ${OLDEST} and newer, by an agent inside the program (node ${version})`,
  };
}

function tellsSlices(agents: string, wait: number): boolean {
  let folder: string | null = null;
  try {
    folder = mkdtempSync(join(tmpdir(), 'perfscope-agent-'));
    const command = ['node', '-e', `setTimeout(() => {}, ${wait})`];
    const env = { ...process.env, ...nodeEnvironment(command, process.env, agents, folder, NODE_RATE) };
    spawnSync('node', command.slice(1), { env, stdio: 'ignore', timeout: LIMIT });
    const [file] = agentFiles(folder, '.node');
    if (file === undefined) return false;
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    return lines.some((line) => parseRecord(line)?.kind === 'slice');
  } catch {
    return false;
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}
