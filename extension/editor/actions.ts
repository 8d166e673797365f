import * as vscode from 'vscode';
import type { ProblemList } from './diagnostics.ts';
import { RULE_COMMAND, SHOW_COMMAND } from './showing.ts';
import { WHAT_IF_COMMAND } from './whatIf.ts';

/** What can be done about a finding at its line. Nothing is changed in the program: that is its author's to do. */
export const registerActions = (problems: ProblemList): vscode.Disposable =>
  vscode.languages.registerCodeActionsProvider(
    { pattern: '**/*' },
    {
      provideCodeActions: ({ uri }, range) =>
        problems.at(uri, range).flatMap((diagnostic) => {
          const { key, rule, isAboutPool } = diagnostic.problem;
          const action = (title: string, command: string, ...args: readonly string[]): vscode.CodeAction => {
            const made = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
            made.diagnostics = [diagnostic];
            made.command = { title, command, arguments: [...args] };
            return made;
          };
          return [
            action('Show evidence in perfscope', SHOW_COMMAND, `finding=${key}`),
            ...(isAboutPool ? [action('What if the pool was used otherwise ...', WHAT_IF_COMMAND)] : []),
            action(`Open the page of rule ${rule}`, RULE_COMMAND, rule),
          ];
        }),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
