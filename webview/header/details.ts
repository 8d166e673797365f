import type { RecordingMeta } from '../../analyzer/model/index.ts';
import { createDialog } from '../dom/dialog.ts';
import { h } from '../dom/element.ts';
import { count, hertz, visible } from '../format.ts';
import { particulars } from './notes.ts';

/** The dialog about the recording: notes first, then the collectors with their health, then everything else. */
export function createDetails(meta: RecordingMeta, notes: readonly string[]): HTMLDialogElement {
  const sections: Node[] = [];
  if (notes.length > 0)
    sections.push(h('ul', { class: 'notes' }, ...notes.map((note) => h('li', {}, visible(note)))));
  else sections.push(h('p', {}, 'Nothing was lost while this run was recorded.'));
  if (meta.collectors.length > 0) sections.push(h('h3', {}, 'Collectors'), collectors(meta));
  sections.push(
    h('h3', {}, 'The run'),
    h(
      'dl',
      { class: 'particulars' },
      ...particulars(meta).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, visible(value))]),
    ),
  );
  return createDialog('About this recording', 'details-title', ...sections);
}

function collectors({ collectors: all }: RecordingMeta): HTMLElement {
  const heads = ['', 'status', 'asked for', 'reached', 'samples', 'missed', 'lost', 'torn'];
  return h(
    'div',
    { class: 'scroll-x', tabindex: 0, role: 'region', 'aria-label': 'Collectors' },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h('tr', {}, ...heads.map((head) => h(head === '' ? 'td' : 'th', { scope: 'col' }, head))),
      ),
      h(
        'tbody',
        {},
        ...all.map((one) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, visible(one.id)),
            h('td', { class: one.status }, one.status),
            h('td', {}, one.requestedHz === null ? '–' : hertz(one.requestedHz)),
            h('td', {}, one.achievedHz === null ? '–' : hertz(one.achievedHz)),
            ...[one.samples, one.missed, one.dropped, one.torn].map((value) => h('td', {}, count(value))),
          ),
        ),
      ),
    ),
  );
}
