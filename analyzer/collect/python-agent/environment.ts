import { delimiter, resolve } from 'node:path';
import { UserError } from '../../model/index.ts';

export interface AgentParts {
  /** Looks a second at every stack, of which the agent takes at most 200; null leaves sampling to somebody else. */
  readonly hz: number | null;
  /** Whether pools, tasks and messages are recorded. */
  readonly pools: boolean;
  /** A folder for the compiled agent, which later runs find there; without one every run compiles it anew. */
  readonly cache?: string | null;
}

/**
 * What the environment of a command needs for the agent to start in it and in every Python below it.
 *
 * `agentsDir`: the folder that holds our `sitecustomize.py`. `recordsDir`: an existing, empty folder, one a run. A PYTHONPATH
 * of the user stays, behind ours, and is what the program sees of it. An empty one counts as none: appended to ours it would
 * put the current folder on the path.
 */
export function agentEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  agentsDir: string,
  recordsDir: string,
  { hz, pools, cache = null }: AgentParts,
): Record<string, string> {
  const agents = resolve(agentsDir);
  if (agents.includes(delimiter)) {
    throw new UserError(
      `the agent cannot be loaded from ${agents}: PYTHONPATH cannot hold a folder with "${delimiter}" in its name. Install perfscope in another folder.`,
    );
  }
  const others = (env.PYTHONPATH ?? '').split(delimiter).filter((entry) => resolve(entry || '.') !== agents);
  const existing = env.PYTHONPATH ? others : [];
  return {
    PYTHONPATH: [agents, ...existing].join(delimiter),
    PERFSCOPE_AGENT_DIR: resolve(recordsDir),
    ...(hz === null ? {} : { PERFSCOPE_AGENT_HZ: String(hz) }),
    ...(cache === null ? {} : { PERFSCOPE_AGENT_CACHE: resolve(cache) }),
    ...(pools ? { PERFSCOPE_AGENT_POOLS: '1' } : {}),
    ...(env.PYTHONPATH === undefined ? {} : { PERFSCOPE_AGENT_PYTHONPATH: env.PYTHONPATH }),
  };
}
