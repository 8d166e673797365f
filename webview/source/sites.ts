import { launchOf } from '../../analyzer/analysis/deviceWork.ts';
import { mostOften, StackWeights } from '../../analyzer/analysis/stackWeights.ts';
import type { SourcePlace } from '../host.ts';
import type { Profile } from '../profile.ts';

/** The line that launched a kernel or a copy most; null for other functions, and where it is not known. `id`: a function. */
export function launchedAt(
  { recording: { tables }, devices: { work, calls }, functions, siteOf }: Profile,
  id: number,
): SourcePlace | null {
  if (id < calls.firstFunction) return null;
  const stacks = new StackWeights();
  for (let at = 0; at < work.length; at++)
    if (calls.tree.function[calls.ofWork[at] as number] === id)
      stacks.add(launchOf(tables, work, at).stack, 1);
  const { site } = mostOften(stacks.weights(), siteOf);
  return site.function < 0 ? null : { file: functions.file[site.function] as string, line: site.line };
}
