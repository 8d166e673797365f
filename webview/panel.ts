import { type Advice, UserError } from '../analyzer/model/index.ts';
import { decodeRecording } from '../analyzer/recording/index.ts';
import { h } from './dom/element.ts';
import { ROOT_ID } from './page.ts';
import { type EditorApi, panelHost } from './panelHost.ts';
import { toPanel } from './panelMessages.ts';
import { createThemeSwitch } from './theme/theme.ts';
import { mountViewer } from './viewer.ts';

declare const acquireVsCodeApi: () => EditorApi;

/** The viewer in a panel of VS Code: asks for a recording, shows it, and tells the editor what it is asked for. */
function openPanel(root: HTMLElement): void {
  let adviceCame: (advice: Advice | null) => void = () => {};
  const advice = new Promise<Advice | null>((resolve) => {
    adviceCame = resolve;
  });
  const host = panelHost(acquireVsCodeApi(), advice);
  let isShown = false;
  const show = (name: string, bytes: Uint8Array): void => {
    const began = performance.now();
    const recording = decodeRecording(bytes, name);
    root.replaceChildren();
    mountViewer(root, recording, host);
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
      if (message.kind === 'recording' && !isShown) show(message.name, message.bytes);
      else if (message.kind === 'advice') adviceCame(message.advice);
      else if (message.kind === 'select') host.select(message.hash);
      else if (message.kind === 'failure') fail(root, message.message);
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

const root = document.getElementById(ROOT_ID);
if (root) openPanel(root);
