import { UserError } from '../../analyzer/model/index.ts';
import { decodeRecording } from '../../analyzer/recording/index.ts';
import { h } from '../dom/element.ts';
import { ROOT_ID } from '../page.ts';
import { pageHost } from '../pageHost.ts';
import { fromBase64 } from '../payload.ts';
import { createThemeSwitch } from '../theme/theme.ts';
import { mountComparison } from './mount.ts';
import { AFTER_ID, BEFORE_ID, COMPARISON_ID } from './page.ts';
import type { RunComparison } from './runComparison.ts';

/** The comparison in a page that `comparisonPage` made: takes both recordings out of the page and shows them. */
export function openComparison(): void {
  const root = document.getElementById(ROOT_ID);
  const payloads = [BEFORE_ID, AFTER_ID].map((id) => document.getElementById(id));
  const [before, after] = payloads;
  if (!root || !before || !after) return;
  try {
    const text = document.getElementById(COMPARISON_ID)?.textContent ?? '';
    const comparison = JSON.parse(text) as RunComparison;
    const [then, now] = [before, after].map((element) => decodeRecording(bytesOf(element), 'This page'));
    root.replaceChildren();
    if (then && now) mountComparison(root, then, now, comparison, pageHost(null));
  } catch (error) {
    const damaged = error instanceof SyntaxError ? new UserError(DAMAGED, 3) : error;
    if (!(damaged instanceof UserError)) throw error;
    createThemeSwitch();
    root.replaceChildren(
      h(
        'main',
        { class: 'failure', role: 'alert' },
        h('h1', {}, 'perfscope'),
        h('p', {}, damaged.message),
        h('p', {}, 'Write it again: ', h('code', {}, 'perfscope compare <before> <after> -o <page>')),
      ),
    );
  }
}

const DAMAGED = 'This page is damaged: a recording in it was cut off or changed.';

function bytesOf(element: HTMLElement): Uint8Array {
  const text = element.textContent?.trim() ?? '';
  // The text is as large as the recording and of no use any more.
  element.remove();
  try {
    return fromBase64(text);
  } catch (cause) {
    throw new UserError(DAMAGED, 3, { cause });
  }
}
