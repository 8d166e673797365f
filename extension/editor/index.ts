import * as vscode from 'vscode';
import type { House } from '../activate.ts';
import { registerActions } from './actions.ts';
import { Code } from './code.ts';
import { ProblemList } from './diagnostics.ts';
import { registerHeat } from './heatView.ts';
import { registerHover } from './hover.ts';
import { registerLenses } from './lenses.ts';
import { registerRulePages } from './showing.ts';
import { registerStatus } from './status.ts';
import { registerWhatIf } from './whatIf.ts';

/** What the recording in front says of the code, in the code. */
export function registerCodeViews({ context, shown }: Pick<House, 'context' | 'shown'>): vscode.Disposable {
  const code = new Code(shown);
  const problems = new ProblemList(code);
  return vscode.Disposable.from(
    code,
    problems,
    registerHeat(code),
    registerLenses(code),
    registerHover(code),
    registerActions(problems),
    registerRulePages(context.extensionUri),
    registerWhatIf(code),
    registerStatus(code),
    vscode.commands.registerCommand('perfscope.clearHeat', () => code.clear()),
  );
}
