import { delimiter, resolve } from 'node:path';
import { UserError } from '../../model/index.ts';

/**
 * What the environment of a command needs for the agent to start in it and in every Python below it.
 *
 * `agentsDir`: the folder that holds our `sitecustomize.py`. `recordsDir`: an existing, empty folder, one a run. `hz`:
 * looks a second; the agent takes at most 200. A PYTHONPATH of the user stays, behind ours. An empty one counts as none:
 * appended to ours it would put the current folder on the path.
 */
export function agentEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  agentsDir: string,
  recordsDir: string,
  hz: number,
): Record<'PYTHONPATH' | 'PERFSCOPE_AGENT_DIR' | 'PERFSCOPE_AGENT_HZ', string> {
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
    PERFSCOPE_AGENT_HZ: String(hz),
  };
}
