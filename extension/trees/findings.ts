import * as vscode from 'vscode';
import { gainOf } from '../../analyzer/advice/words.ts';
import type { Severity } from '../../analyzer/model/index.ts';
import { keyed } from '../../webview/findings/selection.ts';
import { placeOf } from '../../webview/findings/words.ts';
import { counted, visible } from '../../webview/format.ts';
import type { ShownRecording } from '../recordings/shown.ts';
import type { FrontItems } from './index.ts';

const ICONS: Readonly<Record<Severity, vscode.ThemeIcon>> = {
  high: new vscode.ThemeIcon('flame', new vscode.ThemeColor('list.errorForeground')),
  medium: new vscode.ThemeIcon('arrow-up', new vscode.ThemeColor('list.warningForeground')),
  low: new vscode.ThemeIcon('arrow-small-up'),
};

/** What to change, in the order of what it gives; a click shows it in the panel. */
export async function findingItems({ advice, uri }: ShownRecording): Promise<FrontItems> {
  const { findings, rules } = await advice();
  const name = visible(uri.path.replace(/^.*\//s, ''));
  const items = keyed(findings).map((finding) => {
    const { line, function: called } = placeOf(finding);
    const item = new vscode.TreeItem(visible(finding.title));
    item.id = finding.key;
    item.description = [gainOf(finding), line].filter((part) => part !== '').join(' · ');
    item.tooltip = [visible(finding.title), visible(finding.change), `${line} ${called}`.trim()]
      .filter((part) => part !== '')
      .join('\n\n');
    item.iconPath = ICONS[finding.severity];
    item.contextValue = 'perfscope.finding';
    item.command = {
      command: 'perfscope.selectInPanel',
      title: 'Show in perfscope',
      arguments: [`finding=${encodeURIComponent(finding.key)}`],
    };
    return item;
  });
  const message =
    items.length > 0 ? name : `${name}: nothing to change was found by ${counted(rules, 'rule')}.`;
  return { items, message };
}
