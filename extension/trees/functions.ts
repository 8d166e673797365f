import * as vscode from 'vscode';
import { functionTotals } from '../../analyzer/analysis/callTree.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { selfWeights } from '../../analyzer/analysis/weights.ts';
import { duration, percent, place, visible } from '../../webview/format.ts';
import type { ShownRecording } from '../recordings/shown.ts';
import type { FrontItems } from './index.ts';

const MOST_FUNCTIONS = 50;

/** The functions with most CPU time of their own; a click shows one in the panel. */
export async function functionItems({ recording, uri }: ShownRecording): Promise<FrontItems> {
  const { meta, tables } = await recording();
  const trace = new Trace({ meta, tables });
  const { functions, tree } = trace;
  const { self, total } = functionTotals(
    tree,
    functions,
    selfWeights(trace.tables, trace.starts, tree, 'cpu'),
  );
  const all = self.reduce((sum, value) => sum + value, 0);
  const hottest = Array.from(self, (_, id) => id)
    .filter((id) => (self[id] as number) > 0)
    .sort((a, b) => (self[b] as number) - (self[a] as number))
    .slice(0, MOST_FUNCTIONS);
  const items = hottest.map((id) => {
    const [own, whole] = [self[id] as number, total[id] as number];
    const at = place(functions.file[id] ?? '', functions.line[id] ?? 0);
    const item = new vscode.TreeItem(visible(functions.name[id] ?? ''));
    item.id = String(id);
    item.description = [percent(own / all), visible(at)].filter((part) => part !== '').join(' · ');
    item.tooltip = `${visible(functions.name[id] ?? '')}\n${visible(functions.file[id] ?? '')}\nself ${duration(own)}, total ${duration(whole)} of CPU`;
    item.iconPath = new vscode.ThemeIcon('symbol-function');
    item.contextValue = 'perfscope.function';
    item.command = {
      command: 'perfscope.selectInPanel',
      title: 'Show in perfscope',
      arguments: [`function=${id}`],
    };
    return item;
  });
  const name = visible(uri.path.replace(/^.*\//s, ''));
  return { items, message: items.length > 0 ? `${name}, by CPU time of their own` : `${name}: no samples.` };
}
