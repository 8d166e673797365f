import { h } from './element.ts';

/** A dialog of the browser's own: it takes the focus, gives it back, and closes on Esc. */
export function createDialog(title: string, id: string, ...content: Node[]): HTMLDialogElement {
  const close = h('button', { class: 'icon', type: 'button', 'aria-label': 'Close' }, '×');
  const dialog = h(
    'dialog',
    { 'aria-labelledby': id },
    h('div', { class: 'dialog-head' }, h('h2', { id }, title), close),
    h('div', { class: 'dialog-body', tabindex: 0 }, ...content),
  );
  close.addEventListener('click', () => dialog.close());
  // A click on the backdrop has the dialog itself as its target.
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}
