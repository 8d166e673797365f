import * as vscode from 'vscode';
import { recorderEnvironment } from '../record/environment.ts';
import { placeRecording } from '../record/place.ts';
import { recordTask, TASK_TYPE, taskArguments } from './definition.ts';

/**
 * Tasks of the type `perfscope` that `tasks.json` defines. None is made up: one would need a place for its recording whenever tasks are
 * listed, and the file in front has a command.
 */
export const taskProvider = (context: vscode.ExtensionContext): vscode.TaskProvider => ({
  provideTasks: () => [],
  resolveTask: (task) => resolved(context, task),
});

/** The task with what it runs: the recorder, on the editor's own Node. Throws a UserError for a wrong definition. */
function resolved(context: vscode.ExtensionContext, task: vscode.Task): vscode.Task {
  const wanted = recordTask(task.definition);
  const folder = folderOf(task);
  // A script says more than the interpreter that runs it.
  const program =
    wanted.command.find((word, at) => at > 0 && !word.startsWith('-')) ?? wanted.command[0] ?? '';
  const output = placeRecording(context, folder?.uri ?? null, program.replace(/^\$\{.*\}$/, 'run'));
  const script = vscode.Uri.joinPath(context.extensionUri, 'recorder', 'start.mjs').fsPath;
  const execution = new vscode.ProcessExecution(
    process.execPath,
    [script, ...taskArguments(wanted, output)],
    {
      ...(wanted.directory ? { cwd: wanted.directory } : folder ? { cwd: folder.uri.fsPath } : {}),
      env: recorderEnvironment(process.env, process.versions.electron !== undefined),
    },
  );
  const made = new vscode.Task(
    task.definition,
    task.scope ?? vscode.TaskScope.Workspace,
    task.name,
    TASK_TYPE,
    execution,
    task.problemMatchers,
  );
  made.presentationOptions = {
    reveal: vscode.TaskRevealKind.Always,
    clear: true,
    ...task.presentationOptions,
  };
  made.detail = wanted.command.join(' ');
  return made;
}

const folderOf = ({ scope }: vscode.Task): vscode.WorkspaceFolder | undefined =>
  typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0];
