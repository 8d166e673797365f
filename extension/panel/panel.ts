import * as vscode from 'vscode';
import { UserError } from '../../analyzer/model/index.ts';
import { type FromPanel, fromPanel, type ToPanel } from '../../webview/panelMessages.ts';
import { newNonce, panelPage } from './page.ts';
import { revealPlace } from './reveal.ts';
import { saveFile } from './save.ts';

/** What fills a panel: called each time its page starts anew, which it does whenever it was hidden. */
export interface PanelContent {
  /** What the page shows first. Rejects with a UserError where it cannot be shown. */
  readonly first: () => Promise<ToPanel>;
  /** What comes when it is known; null where nothing does. Its failure costs only that. */
  readonly later: () => Promise<ToPanel | null>;
  readonly onShown?: (milliseconds: number) => void;
}

/** The viewer in a webview of the editor. */
export interface Panel {
  /** Selects what a fragment of an address says, now or as soon as the page is there. */
  readonly select: (hash: string) => void;
}

/** Gives a webview the viewer, and answers it until it is closed. */
export function fillPanel(
  extension: vscode.Uri,
  panel: vscode.WebviewPanel,
  content: PanelContent,
  bundle: 'panel' | 'compare' = 'panel',
): Panel {
  const { webview } = panel;
  const dist = vscode.Uri.joinPath(extension, 'dist');
  const address = (name: string): string => String(webview.asWebviewUri(vscode.Uri.joinPath(dist, name)));
  let isShown = false;
  let waiting: string | null = null;
  const send = (message: ToPanel): void => void webview.postMessage(message);
  const fill = async (): Promise<void> => {
    try {
      send(await content.first());
    } catch (error) {
      send({ kind: 'failure', message: sentenceOf(error) });
      return;
    }
    const more = await content.later().catch(() => null);
    if (more) send(more);
  };
  const answer: { readonly [Kind in FromPanel['kind']]: (message: FromPanel & { kind: Kind }) => void } = {
    ready: () => {
      isShown = false;
      void fill();
    },
    shown: ({ milliseconds }) => {
      isShown = true;
      if (waiting !== null) send({ kind: 'select', hash: waiting });
      waiting = null;
      content.onShown?.(milliseconds);
    },
    reveal: ({ place, follows }) => void revealPlace(place, follows, panel.viewColumn),
    save: ({ file }) => void saveFile(file),
  };
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  webview.onDidReceiveMessage((received: unknown) => {
    const message = fromPanel(received);
    // The compiler does not follow that the answer is of the message's own kind.
    if (message) (answer[message.kind] as (message: FromPanel) => void)(message);
  });
  webview.html = panelPage({
    script: address(`${bundle}.js`),
    style: address(`${bundle}.css`),
    source: webview.cspSource,
    nonce: newNonce(),
  });
  return {
    select: (hash) => {
      // The page of a panel out of sight is gone, and starts anew.
      if (isShown && panel.visible) send({ kind: 'select', hash });
      else waiting = hash;
      panel.reveal();
    },
  };
}

/** What the reader is told: a sentence where the reader can mend it, otherwise what a report of the bug needs. */
export function sentenceOf(error: unknown): string {
  if (error instanceof UserError) return error.message;
  if (error instanceof vscode.FileSystemError) return error.message;
  return `perfscope has a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
