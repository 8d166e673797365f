import { h } from '../dom/element.ts';

/** The search of a store, as a box in which it is typed. `onChange` calls back when it has changed, however that came. */
export interface Searching {
  readonly get: () => string;
  readonly set: (search: string) => void;
  readonly onChange: (listener: (search: string) => void) => void;
}

export function searchBox({ get, set, onChange }: Searching): HTMLInputElement {
  const box = h('input', {
    type: 'search',
    placeholder: 'Find a function, file or lane',
    'aria-label': 'Find a function, file or lane',
    spellcheck: 'false',
    autocomplete: 'off',
    title: 'Words, or /a regular expression/',
  });
  box.value = get();
  box.addEventListener('input', () => set(box.value));
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    // The first Esc empties the box, the second leaves it.
    if (event.key === 'Escape' && box.value !== '') {
      box.value = '';
      set('');
    } else box.blur();
    event.preventDefault();
    event.stopPropagation();
  });
  onChange((now) => {
    if (box.value !== now) box.value = now;
  });
  return box;
}
