import * as vscode from 'vscode';
import type { House } from '../activate.ts';
import type { Runs } from '../record/run.ts';
import { showStatus } from '../record/status.ts';
import { openRecordingFile } from '../recordings/open.ts';
import { TASK_TYPE } from './definition.ts';
import { taskProvider } from './provider.ts';

/** Tasks that record, the status bar while they do, and the recording once they are through. */
export function registerTasks({ context }: Pick<House, 'context'>, runs: Runs): vscode.Disposable {
  const running = new Map<vscode.TaskExecution, vscode.Disposable>();
  const done = (execution: vscode.TaskExecution): void => {
    running.get(execution)?.dispose();
    running.delete(execution);
  };
  return vscode.Disposable.from(
    vscode.tasks.registerTaskProvider(TASK_TYPE, taskProvider(context)),
    vscode.tasks.onDidStartTaskProcess(({ execution, processId }) => {
      if (isOurs(execution) && !runs.isBusy) running.set(execution, begin(runs, execution, processId));
    }),
    vscode.tasks.onDidEndTaskProcess(async ({ execution }) => {
      if (!isOurs(execution)) return;
      done(execution);
      const uri = recordingOf(execution);
      const opens = vscode.workspace.getConfiguration('perfscope').get('openAfterRecording', true);
      if (uri && opens && (await exists(uri))) await openRecordingFile(uri);
    }),
    vscode.tasks.onDidEndTask(({ execution }) => done(execution)),
  );
}

const isOurs = ({ task }: vscode.TaskExecution): boolean => task.definition.type === TASK_TYPE;

/** The status bar tells of the task, and stopping a recording stops it. */
function begin(runs: Runs, { task }: vscode.TaskExecution, pid: number): vscode.Disposable {
  const status = showStatus(task.name);
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended.
    }
  };
  runs.begin(
    {
      ended: new Promise(() => {}),
      write: () => {},
      endInput: () => {},
      stop: () => signal('SIGINT'),
      cancel: () => signal('SIGKILL'),
    },
    status.stopping,
  );
  return new vscode.Disposable(() => {
    status.dispose();
    runs.end();
  });
}

/** Where the recorder was told to write. */
function recordingOf({ task }: vscode.TaskExecution): vscode.Uri | null {
  const { execution } = task;
  if (!(execution instanceof vscode.ProcessExecution)) return null;
  const path = execution.args[execution.args.indexOf('-o') + 1];
  return path?.startsWith('/') ? vscode.Uri.file(path) : null;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    return (await vscode.workspace.fs.stat(uri)).size > 0;
  } catch {
    return false;
  }
}
