import type { LineMoves } from '../../analyzer/analysis/lineMoves.ts';
import { bytes, counted } from '../../webview/format.ts';

/** What a line had moved and started, in words: `Moved: 83 MB`. */
export function workWords({ bytes: volume, tasks, kernels }: LineMoves): [name: string, figure: string][] {
  const words: [string, string][] = [];
  if (tasks > 0) words.push(['Submitted', counted(tasks, 'task')]);
  if (kernels > 0) words.push(['Launched', counted(kernels, 'kernel')]);
  if (volume > 0) words.push(['Moved', bytes(volume)]);
  return words;
}
