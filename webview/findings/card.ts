import { gainOf } from '../../analyzer/advice/words.ts';
import { h } from '../dom/element.ts';
import { visible } from '../format.ts';
import type { KeyedFinding } from './selection.ts';
import { evidenceFigure, placeOf } from './words.ts';

export interface Card {
  readonly element: HTMLLIElement;
  /** What the keys are on. */
  readonly button: HTMLButtonElement;
  readonly show: (selected: boolean) => void;
}

/** What a card does: selects its finding, and shows its line where the recording has sources. */
export interface CardActions {
  readonly select: () => void;
  readonly open: (() => void) | null;
}

/**
 * A finding: what to change and what it gives; why, once it is asked for or selected. `tellsReason`: no other place says it.
 * `excerpt`: its lines, where they are known.
 */
export function createCard(
  finding: KeyedFinding,
  rank: number,
  tellsReason: boolean,
  { select, open: openLine }: CardActions,
  excerpt: HTMLElement | null,
): Card {
  const { key, severity, gain, withheld } = finding;
  const { line, function: called } = placeOf(finding);
  const id = `finding-${rank}`;
  const button = h(
    'button',
    { class: 'finding-title', type: 'button', 'aria-pressed': 'false', 'aria-describedby': `${id}-gain` },
    h('bdi', {}, visible(finding.title)),
  );
  const more = h(
    'button',
    { class: 'quiet', type: 'button', 'aria-expanded': 'false', 'aria-controls': `${id}-why` },
    h('i', { class: 'twist', 'aria-hidden': 'true' }),
    'Why',
    h('span', { class: 'unseen' }, `: ${visible(finding.title)}`),
  );
  const details = h(
    'div',
    { class: 'finding-why', id: `${id}-why`, hidden: true },
    excerpt,
    h('p', {}, h('bdi', {}, visible(finding.why))),
    evidence(finding),
    h(
      'p',
      { class: 'note' },
      `Rule ${visible(finding.rule)}, explained in `,
      h('code', {}, visible(finding.docs)),
    ),
  );
  const title = visible(finding.location?.file ?? '');
  const place = openLine
    ? h('button', { class: 'finding-place', type: 'button', title })
    : h('code', { class: 'finding-place', title });
  place.append(h('b', {}, h('bdi', {}, line)), ' ', h('bdi', {}, called));
  place.addEventListener('click', (event) => {
    if (!openLine) return;
    event.stopPropagation();
    openLine();
  });
  const element = h(
    'li',
    { class: `finding ${severity}`, 'data-key': key },
    h(
      'div',
      { class: 'finding-top' },
      h('strong', { class: gain ? 'gain' : 'gain none', id: `${id}-gain` }, gainOf(finding)),
      h('span', { class: 'severity' }, severity),
    ),
    button,
    line === '' ? null : place,
    h('p', { class: 'change' }, h('bdi', {}, visible(finding.change))),
    withheld !== null && tellsReason
      ? h('p', { class: 'note' }, 'Gain withheld: ', h('bdi', {}, visible(withheld)))
      : null,
    more,
    details,
  );
  const open = (opened: boolean): void => {
    details.hidden = !opened;
    element.classList.toggle('open', opened);
    more.setAttribute('aria-expanded', String(opened));
  };
  more.addEventListener('click', () => open(details.hidden));
  element.addEventListener('click', (event) => {
    if (event.target instanceof Node && more.contains(event.target)) return;
    // Who marks text to copy it means the text.
    if (event.detail > 0 && getSelection()?.toString()) return;
    select();
  });
  let isSelected = false;
  return {
    element,
    button,
    show: (selected) => {
      if (selected === isSelected) return;
      isSelected = selected;
      element.classList.toggle('selected', selected);
      button.setAttribute('aria-pressed', String(selected));
      open(selected);
      if (selected) element.scrollIntoView({ block: 'nearest' });
    },
  };
}

function evidence({ evidence: figures }: KeyedFinding): HTMLElement | null {
  const rows = Object.entries(figures);
  if (rows.length === 0) return null;
  return h(
    'dl',
    { class: 'facts' },
    ...rows.map(([name, value]) => {
      const [words, figure] = evidenceFigure(name, value);
      return h('div', {}, h('dt', {}, h('bdi', {}, words)), h('dd', {}, h('bdi', {}, figure)));
    }),
  );
}
