import * as vscode from 'vscode';

/** Brings the panel of the recording in front to the reader and selects there what a fragment of its address says. */
export const SHOW_COMMAND = 'perfscope.selectInPanel';
/** Shows the page of a rule, given its id. */
export const RULE_COMMAND = 'perfscope.openRulePage';

/** Pages of rules are in the extension itself, as the command line program has them. */
export const registerRulePages = (extension: vscode.Uri): vscode.Disposable =>
  vscode.commands.registerCommand(RULE_COMMAND, async (rule: unknown) => {
    const id = typeof rule === 'string' ? rule : '';
    // Anything else must not name another file.
    if (!/^[A-Z]\d{2}$/.test(id)) return;
    const page = vscode.Uri.joinPath(extension, 'recorder', 'dist', 'rules', `${id}.md`);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', page);
    } catch {
      // The editor's own reader of Markdown may be turned off.
      await vscode.window.showTextDocument(page);
    }
  });
