import type { ViewContext } from '../context.ts';
import { createDialog } from '../dom/dialog.ts';
import { h, setText } from '../dom/element.ts';
import { tableOf } from '../dom/grid.ts';
import { baseName } from '../format.ts';
import { pictureName, pngOf, svgOf } from './picture.ts';
import { tsvOf } from './tsv.ts';

/** A view of which a picture can be kept. */
export interface Pictured {
  readonly name: string;
  readonly element: Element;
}

/** Keeps what is seen: pictures of views, and the table that is shown, as text. */
export function createExport(
  view: ViewContext,
  root: HTMLElement,
  pictured: readonly Pictured[],
): HTMLDialogElement {
  const said = h('p', { class: 'note', 'aria-live': 'polite' });
  const list = h('dl', { class: 'exports' });
  const dialog = createDialog(
    'Save what is seen',
    'export-title',
    h('p', {}, 'A picture is what is in sight now, as large as it is there; a table is all of its rows.'),
    list,
    said,
  );
  const fill = (): void => {
    setText(said, '');
    const table = [...root.querySelectorAll('.grid')].find((grid) => grid.checkVisibility());
    list.replaceChildren(
      ...pictured
        .filter(({ element }) => element.checkVisibility())
        .flatMap(({ name, element }) =>
          line(
            name,
            button('PNG', `${name} as PNG`, () => keepPicture('png', name, element)),
            button('SVG', `${name} as SVG`, () => keepPicture('svg', name, element)),
          ),
        ),
      ...(table ? tableLine(table) : []),
    );
  };
  const nameOf = (what: string, ending: string): string =>
    pictureName(
      baseName(view.profile.recording.meta.command[1] ?? view.profile.recording.meta.command[0] ?? ''),
      what,
      ending,
    );
  const keepPicture = (kind: 'png' | 'svg', name: string, element: Element): void => {
    const ground = view.palette().bg;
    const type = kind === 'png' ? 'image/png' : 'image/svg+xml';
    const made = kind === 'png' ? pngOf(element, ground) : Promise.resolve(svgOf(element, ground, name));
    made.then(
      (bytes) => {
        const file = nameOf(name, kind);
        view.host.save({ name: file, type, bytes });
        setText(said, `Saved as ${file}.`);
      },
      (error: unknown) =>
        setText(said, `No picture could be made: ${error instanceof Error ? error.message : error}`),
    );
  };
  const tableLine = (grid: Element): Node[] => {
    const label = grid.getAttribute('aria-label') ?? 'Table';
    const text = (): string => tsvOf(tableOf(grid) ?? []);
    return line(
      label,
      button('Copy', `Copy the table ${label}`, () => {
        copied(text()).then(
          () => setText(said, 'Copied: one line a row, with tabs between the columns.'),
          () => setText(said, 'The browser does not let a page copy here; save it instead.'),
        );
      }),
      button('TSV', `${label} as TSV`, () => {
        const file = nameOf(label, 'tsv');
        view.host.save({
          name: file,
          type: 'text/tab-separated-values',
          bytes: new TextEncoder().encode(text()),
        });
        setText(said, `Saved as ${file}.`);
      }),
    );
  };
  // Filled anew each time: what is in sight has changed.
  dialog.addEventListener('beforetoggle', (event) => {
    if ((event as ToggleEvent).newState === 'open') fill();
  });
  return dialog;
}

const copied = async (text: string): Promise<void> => {
  await navigator.clipboard.writeText(text);
};

const line = (name: string, ...buttons: Node[]): Node[] => [h('dt', {}, name), h('dd', {}, ...buttons)];

function button(title: string, label: string, act: () => void): HTMLElement {
  const element = h('button', { type: 'button', class: 'icon', 'aria-label': label }, title);
  element.addEventListener('click', act);
  return element;
}
