import * as vscode from 'vscode';
import { visible } from '../../webview/format.ts';
import { recordingName } from './commandLine.ts';
import { pythonProcesses } from './processes.ts';

interface ProcessItem extends vscode.QuickPickItem {
  readonly pid: number | null;
}

/** Asks for a running Python process. */
export async function pickProcess(): Promise<{ pid: number; name: string } | null> {
  const items: ProcessItem[] = pythonProcesses().map(({ pid, command }) => ({
    label: visible(nameOf(command)),
    description: `process ${pid}`,
    detail: visible(command.join(' ')).slice(0, 300),
    pid,
  }));
  const chosen = await vscode.window.showQuickPick<ProcessItem>(
    [...items, { label: 'Another process id ...', pid: null }],
    { title: 'Attach to a running Python process', matchOnDescription: true, matchOnDetail: true },
  );
  if (!chosen) return null;
  if (chosen.pid !== null) return { pid: chosen.pid, name: chosen.label };
  const typed = await vscode.window.showInputBox({
    title: 'Attach to a running process',
    prompt: 'Its process id',
    validateInput: (text) => (/^[1-9]\d{0,9}$/.test(text.trim()) ? null : 'A process id is a whole number.'),
  });
  return typed ? { pid: Number(typed), name: `process ${Number(typed)}` } : null;
}

/** The script that an interpreter runs, else the interpreter. */
function nameOf(command: readonly string[]): string {
  const script = command.slice(1).find((word) => !word.startsWith('-'));
  const word = script ?? command[0] ?? '';
  return word.replace(/^.*\//s, '') || recordingName(word);
}
