import { type Advice, UserError } from '../analyzer/model/index.ts';
import { decodeRecordingWith } from '../analyzer/recording/index.ts';
import { h } from './dom/element.ts';
import { inflate } from './inflate.ts';
import { ADVICE_ID, PAYLOAD_ID, ROOT_ID } from './page.ts';
import { pageHost } from './pageHost.ts';
import { fromBase64 } from './payload.ts';
import { createThemeSwitch } from './theme/theme.ts';
import { mountViewer } from './viewer.ts';

/** The viewer in a page that `reportPage` made: takes the recording out of the page and shows it. */
export async function openReport(): Promise<void> {
  const root = document.getElementById(ROOT_ID);
  const payload = document.getElementById(PAYLOAD_ID);
  if (!root || !payload) return;
  try {
    const advice = JSON.parse(document.getElementById(ADVICE_ID)?.textContent ?? 'null') as Advice | null;
    const recording = await decodeRecordingWith(inflate, payloadOf(payload), 'This report');
    root.replaceChildren();
    mountViewer(root, recording, pageHost(advice));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    showError(root, error.message);
  }
}
function payloadOf(element: HTMLElement): Uint8Array {
  const text = element.textContent?.trim() ?? '';
  // The text is as large as the recording and of no use any more.
  element.remove();
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new UserError('This report is damaged: the recording in it was cut off or changed.', 3, { cause });
  }
}

function showError(root: HTMLElement, message: string): void {
  createThemeSwitch();
  root.replaceChildren(
    h(
      'main',
      { class: 'failure', role: 'alert' },
      h('h1', {}, 'perfscope'),
      h('p', {}, message),
      h('p', {}, 'Write it again from the recording: ', h('code', {}, 'perfscope report <recording>')),
    ),
  );
}
