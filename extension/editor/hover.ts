import * as vscode from 'vscode';
import type { Code } from './code.ts';
import { type HoverFigures, hoverFigures } from './hoverFigures.ts';
import { RULE_COMMAND, SHOW_COMMAND } from './showing.ts';

/** Figures of the line under the pointer. */
export function registerHover(code: Code): vscode.Disposable {
  return vscode.languages.registerHoverProvider(
    { pattern: '**/*' },
    {
      provideHover: async (document, { line }) => {
        const found = await code.of(document);
        if (!found) return null;
        const { figures, file } = found;
        const told = hoverFigures(
          line + 1,
          file,
          figures.times,
          figures.moves.get(file.file)?.get(line + 1),
          figures.findings,
        );
        return told && new vscode.Hover(text(told, figures.recording), document.lineAt(line).range);
      },
    },
  );
}

/** Names come from a recording and are appended as text; of commands only our own may run. */
function text(told: HoverFigures, recording: string): vscode.MarkdownString {
  const out = new vscode.MarkdownString();
  out.isTrusted = { enabledCommands: [SHOW_COMMAND, RULE_COMMAND] };
  out.appendMarkdown('**');
  out.appendText('perfscope');
  out.appendMarkdown('** · ');
  out.appendText(recording);
  out.appendMarkdown('\n\n');
  told.rows.forEach(([name, figure], at) => {
    if (at > 0) out.appendMarkdown('  \n');
    out.appendText(`${name}: `);
    out.appendMarkdown('**');
    out.appendText(figure);
    out.appendMarkdown('**');
  });
  for (const { key, rule, words } of told.findings) {
    out.appendMarkdown('\n\n');
    out.appendText(words);
    out.appendMarkdown(
      ` [Show evidence](${link(SHOW_COMMAND, `finding=${key}`)}) · [${rule}](${link(RULE_COMMAND, rule)})`,
    );
  }
  if (told.function >= 0) {
    out.appendMarkdown('\n\n');
    out.appendMarkdown(`[Show the function](${link(SHOW_COMMAND, `function=${told.function}`)})`);
  }
  return out;
}

const link = (command: string, argument: string): string =>
  `command:${command}?${encodeURIComponent(JSON.stringify([argument]))}`;
