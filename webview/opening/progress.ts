import { h, setText } from '../dom/element.ts';
import { percent } from '../format.ts';

/** Below this nothing is said: most recordings are there before it could be read. */
const PATIENCE_MS = 250;

/** Says how far the opening of a recording has come, in the place of the views. `share`: from 0 to 1. */
export function createProgress(root: HTMLElement): (share: number) => void {
  const began = performance.now();
  const text = h('p', { role: 'status' });
  const bar = h('progress', { max: 1, 'aria-label': 'Opening the recording' });
  const element = h('main', { class: 'opening' }, h('h1', {}, 'perfscope'), text, bar);
  return (share) => {
    if (!element.isConnected) {
      if (performance.now() - began < PATIENCE_MS) return;
      root.replaceChildren(element);
    }
    bar.value = share;
    setText(text, `Opening the recording: ${percent(Math.floor(share * 20) / 20)}`);
  };
}
