import { h } from '../dom/element.ts';

/** Something that one can do to what was pointed at. `keys` does the same; empty for none. */
export interface Action {
  readonly label: string;
  readonly keys: string;
  readonly act: () => void;
}

export interface Menu {
  readonly element: HTMLElement;
  /** Opens at a point of the window, in CSS pixels, with groups of actions; `back` gets the focus when it closes. */
  readonly open: (
    heading: string,
    groups: readonly (readonly Action[])[],
    x: number,
    y: number,
    back: HTMLElement,
  ) => void;
}

/** Distance to the edges of the window. */
const MARGIN = 4;

/** A menu of actions: arrows, Home and End go through it, Esc, Tab or a press elsewhere closes it. */
export function createMenu(): Menu {
  const heading = h('strong', { id: 'menu-heading' });
  const list = h('div', { role: 'menu', tabindex: -1, 'aria-labelledby': 'menu-heading' });
  const element = h('div', { class: 'menu', hidden: true }, heading, list);
  let back: HTMLElement | null = null;
  const items = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const close = (): void => {
    element.hidden = true;
    back?.focus();
    back = null;
  };
  const itemOf = ({ label, keys, act }: Action): HTMLElement => {
    const item = h(
      'button',
      { role: 'menuitem', type: 'button', tabindex: -1 },
      h('span', {}, label),
      ...(keys === '' ? [] : [h('kbd', {}, keys)]),
    );
    item.addEventListener('click', () => {
      close();
      act();
    });
    return item;
  };
  element.addEventListener('keydown', (event) => {
    event.stopPropagation();
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    const target = targets[event.key];
    if (target !== undefined) all[target]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else return;
    event.preventDefault();
  });
  element.addEventListener('contextmenu', (event) => event.preventDefault());
  document.addEventListener(
    'pointerdown',
    ({ target }) => {
      if (!element.hidden && !(target instanceof Node && element.contains(target))) element.hidden = true;
    },
    true,
  );
  return {
    element,
    open: (title, groups, x, y, focused) => {
      back = focused;
      heading.textContent = title;
      list.replaceChildren(
        ...groups
          .filter((group) => group.length > 0)
          .flatMap((group, i) => [...(i > 0 ? [h('div', { role: 'separator' })] : []), ...group.map(itemOf)]),
      );
      element.hidden = false;
      const { offsetWidth: width, offsetHeight: height } = element;
      element.style.left = `${Math.max(MARGIN, Math.min(x, window.innerWidth - width - MARGIN))}px`;
      element.style.top = `${Math.max(MARGIN, Math.min(y, window.innerHeight - height - MARGIN))}px`;
      items()[0]?.focus();
    },
  };
}
