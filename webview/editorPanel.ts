import { type Advice, UserError } from '../analyzer/model/index.ts';
import { h } from './dom/element.ts';
import { ROOT_ID } from './page.ts';
import { type EditorApi, type PanelHost, panelHost } from './panelHost.ts';
import { type ToPanel, toPanel } from './panelMessages.ts';
import { createThemeSwitch } from './theme/theme.ts';

declare const acquireVsCodeApi: () => EditorApi;

/** Shows what the editor sent first; false for a message that is not that. Throws a UserError where it cannot be shown. */
export type ShowFirst = (root: HTMLElement, message: ToPanel, host: PanelHost) => boolean;

/** The viewer in a panel of VS Code: asks for what it is to show, shows it, and tells the editor what it is asked for. */
export function openInEditor(showFirst: ShowFirst): void {
  const root = document.getElementById(ROOT_ID);
  if (!root) return;
  let adviceCame: (advice: Advice | null) => void = () => {};
  const advice = new Promise<Advice | null>((resolve) => {
    adviceCame = resolve;
  });
  const host = panelHost(acquireVsCodeApi(), advice);
  let isShown = false;
  const first = (message: ToPanel): void => {
    const began = performance.now();
    if (!showFirst(root, message, host)) return;
    isShown = true;
    // After the frame that the views draw in.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => host.send({ kind: 'shown', milliseconds: performance.now() - began })),
    );
  };
  addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const message = toPanel(data);
    if (!message) return;
    try {
      if (message.kind === 'advice') adviceCame(message.advice);
      else if (message.kind === 'select') host.select(message.hash);
      else if (message.kind === 'failure') fail(root, message.message);
      else if (!isShown) first(message);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      fail(root, error.message);
    }
  });
  host.send({ kind: 'ready' });
}

function fail(root: HTMLElement, message: string): void {
  createThemeSwitch();
  root.replaceChildren(
    h('main', { class: 'failure', role: 'alert' }, h('h1', {}, 'perfscope'), h('p', {}, message)),
  );
}
