import * as vscode from 'vscode';
import type { Advice, Recording } from '../../analyzer/model/index.ts';

/** A recording that a panel shows. */
export interface ShownRecording {
  readonly uri: vscode.Uri;
  /** Decoded when it is first asked for. Rejects with a UserError. */
  readonly recording: () => Promise<Recording>;
  /** What to change, likewise. */
  readonly advice: () => Promise<Advice>;
  /** Brings its panel to the front and selects there what a fragment of an address says (`webview/state/hash.ts`). */
  readonly select: (hash: string) => void;
}

/** The recordings on screen. The one that was in front last is what trees and editors speak of. */
export interface ShownRecordings {
  readonly front: () => ShownRecording | null;
  /** Another one is in front, or the front one holds other data. */
  readonly onChange: vscode.Event<void>;
  readonly add: (shown: ShownRecording, panel: vscode.WebviewPanel) => void;
  /** The file of a recording has changed. */
  readonly refresh: () => void;
}

export function shownRecordings(): ShownRecordings & vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  /** The last is in front. */
  let shown: readonly ShownRecording[] = [];
  const put = (next: readonly ShownRecording[]): void => {
    const isOther = next.at(-1) !== shown.at(-1);
    shown = next;
    if (isOther) changes.fire();
  };
  return {
    front: () => shown.at(-1) ?? null,
    onChange: changes.event,
    add: (added, panel) => {
      const others = (): ShownRecording[] => shown.filter((each) => each !== added);
      put([...others(), added]);
      panel.onDidChangeViewState(() => {
        if (panel.active) put([...others(), added]);
      });
      panel.onDidDispose(() => put(others()));
    },
    refresh: () => changes.fire(),
    dispose: () => changes.dispose(),
  };
}
