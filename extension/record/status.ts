import * as vscode from 'vscode';
import { duration } from '../../webview/format.ts';

/** The status bar while a program is recorded: what, for how long; a click stops. */
export interface RecordingStatus extends vscode.Disposable {
  readonly stopping: () => void;
}

const TICK_MS = 500;

export function showStatus(name: string): RecordingStatus {
  const began = Date.now();
  const item = vscode.window.createStatusBarItem('perfscope.status', vscode.StatusBarAlignment.Left, 100);
  let isStopping = false;
  const update = (): void => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    const elapsed = seconds === 0 ? '0 s' : duration(seconds * 1e9).replace(/\.0+(?=\s)/, '');
    item.text = isStopping
      ? `$(loading~spin) perfscope: ending ${name}`
      : `$(record) perfscope: ${name} ${elapsed}`;
  };
  item.name = 'perfscope';
  item.command = 'perfscope.stopRecording';
  item.tooltip = `perfscope records ${name}. Click to stop and see the recording.`;
  item.accessibilityInformation = { label: `perfscope records ${name}; stop recording`, role: 'button' };
  update();
  item.show();
  const timer = setInterval(update, TICK_MS);
  return {
    stopping: () => {
      isStopping = true;
      item.tooltip = `${name} was asked to end. Click again to kill it.`;
      update();
    },
    dispose: () => {
      clearInterval(timer);
      item.dispose();
    },
  };
}
