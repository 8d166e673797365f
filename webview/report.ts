import { UserError } from '../analyzer/model/index.ts';
import { unpackRecording } from '../analyzer/recording/index.ts';
import { h } from './dom/element.ts';
import { embeddedSource } from './opening/embedded.ts';
import { createProgress } from './opening/progress.ts';
import { servedSource } from './opening/served.ts';
import type { Source } from './opening/source.ts';
import { PAYLOAD_ID, ROOT_ID } from './page.ts';
import { pageHost } from './pageHost.ts';
import { applyTheme } from './theme/theme.ts';
import { mountViewer } from './viewer.ts';

/** The share of the opening that the bytes take; the rest is unpacking them. */
const BYTES = 0.5;

/** The viewer in a page of its own: takes the recording out of the page, or from the server that the page names, and shows it. */
export async function openReport(): Promise<void> {
  const root = document.getElementById(ROOT_ID);
  const source = root && sourceOf(root);
  if (!root || !source) return;
  applyTheme();
  try {
    const progress = createProgress(root);
    const bytes = await source.bytes((share) => progress(BYTES * share));
    const recording = await unpackRecording(bytes, source.name, (share) =>
      progress(BYTES + (1 - BYTES) * share),
    );
    root.replaceChildren();
    mountViewer(root, recording, pageHost(source.advice));
  } catch (error) {
    showError(root, source, error);
    if (!(error instanceof UserError)) throw error;
  }
}

function sourceOf(root: HTMLElement): Source | null {
  const payload = document.getElementById(PAYLOAD_ID);
  if (payload) return embeddedSource(payload);
  const { recording, advice } = root.dataset;
  return recording && advice ? servedSource({ recording, advice }) : null;
}

function showError(root: HTMLElement, { remedy }: Source, error: unknown): void {
  const lines =
    error instanceof UserError
      ? [h('p', {}, error.message), h('p', {}, remedy.sentence, h('code', {}, remedy.command))]
      : [
          h('p', {}, 'This is a bug of perfscope; please report it with what follows.'),
          h(
            'pre',
            { class: 'scroll-x' },
            error instanceof Error ? (error.stack ?? error.message) : String(error),
          ),
        ];
  root.replaceChildren(h('main', { class: 'failure', role: 'alert' }, h('h1', {}, 'perfscope'), ...lines));
}
