import type { Collector } from '../../analyzer/collect/collector.ts';
import { pythonPath } from '../../analyzer/collect/python-agent/index.ts';
import { TorchCollector, torchHook } from '../../analyzer/collect/torch/index.ts';
import { torchHookSource } from '../assets.ts';

/** How PyTorch's operators are recorded. */
export interface TorchSource {
  readonly collectors: readonly Collector[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Prepares a run; the first one with a PyTorch takes some seconds, in which the hook for it is compiled. `records`: an existing folder of
 * the run. `cache`: where it is kept. Where there can be no hook, the collector's health says why.
 */
export async function torchSource(
  command: readonly string[],
  records: string,
  cache: string,
): Promise<TorchSource> {
  const source = torchHookSource();
  if (source === null) {
    const obstacle = 'operators are not recorded: perfscope was built without the hook.';
    return { collectors: [new TorchCollector(records, obstacle)], environment: {} };
  }
  const hook = await torchHook(
    pythonPath(command, process.env),
    source,
    cache,
    process.env,
    sayThatItCompiles,
  );
  const obstacle = hook.environment === null ? hook.obstacle : null;
  return { collectors: [new TorchCollector(records, obstacle)], environment: hook.environment ?? {} };
}

/** To whoever waits at a terminal. */
function sayThatItCompiles(): void {
  if (process.stderr.isTTY)
    process.stderr.write('perfscope: compiling the hook for this PyTorch, which takes some seconds, once.\n');
}
