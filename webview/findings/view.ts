import type { Advice } from '../../analyzer/model/index.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import { afterPaint } from '../dom/settle.ts';
import { counted, visible } from '../format.ts';
import { excerptOf } from '../source/excerpt.ts';
import { openSource } from '../source/open.ts';
import { hasSource } from '../source/texts.ts';
import { sameLanes, type ViewState } from '../state/viewState.ts';
import { type Card, createCard } from './card.ts';
import { nothingFound } from './empty.ts';
import { type KeyedFinding, keyed, LET_GO, selectingFinding } from './selection.ts';
import { commonReason } from './words.ts';

export interface Findings {
  readonly element: HTMLElement;
  /** Selects the finding that is `by` places after the selected one; false while there is none. */
  readonly step: (by: 1 | -1) => boolean;
}

/** An address has microseconds. */
const EXACT = 1000;

/** What to change, first of all: findings as cards, each of which selects what it is about. */
export function createFindings(view: ViewContext): Findings {
  const { profile, store, announce, host } = view;
  const { tables } = profile.recording;
  const showsSource = hasSource(tables);
  const body = h('div', {}, h('p', { class: 'note' }, 'Looking for what to change …'));
  const heading = h('h2', {}, 'Change these first');
  const element = h(
    'section',
    { class: 'findings', 'aria-label': 'What to change', 'aria-busy': 'true' },
    heading,
    body,
  );
  let findings: readonly KeyedFinding[] = [];
  let cards: readonly Card[] = [];
  const at = (): number => findings.findIndex(({ key }) => key === store.get().finding);

  const select = (index: number): void => {
    const finding = findings[index];
    if (!finding) return;
    store.set(selectingFinding(profile, finding, store.get().view));
    announce(`Selected: ${visible(finding.title)}`);
  };
  const toggle = (index: number): void => {
    if (at() !== index) select(index);
    else {
      store.set(LET_GO);
      announce('Nothing is selected.');
    }
  };
  const mark = (): void => {
    const selected = at();
    for (const [i, card] of cards.entries()) card.show(i === selected);
  };
  const show = (advice: Advice): void => {
    findings = keyed(advice.findings);
    const reason = commonReason(findings);
    cards = findings.map((finding, i) => {
      const { location } = finding;
      const open = () => openSource(view, location, selectingFinding(profile, finding, store.get().view));
      const actions = { select: () => toggle(i), open: showsSource ? open : null };
      return createCard(finding, i, reason === null, actions, location && excerptOf(tables, location));
    });
    element.setAttribute('aria-busy', 'false');
    heading.hidden = findings.length === 0;
    if (findings.length === 0) body.replaceChildren(nothingFound(profile, advice));
    else {
      const note = reason && h('p', { class: 'note' }, 'No gain is told: ', h('bdi', {}, visible(reason)));
      body.replaceChildren(...(note ? [note] : []), h('ol', {}, ...cards.map((card) => card.element)));
    }
    if (findings.length > 0) announce(`${counted(findings.length, 'finding')}: what to change.`);
    restore();
  };
  /** An address names a finding, and may leave the rest to it. */
  const restore = (): void => {
    const { finding, range, lanes } = store.get();
    if (finding === '') return;
    if (at() < 0) store.set({ finding: '' });
    else if (range === null && lanes === null) select(at());
    mark();
  };

  element.addEventListener('keydown', (event) => {
    const focused = cards.findIndex(({ button }) => button === event.target);
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (focused < 0 || by === 0) return;
    cards[Math.max(0, Math.min(cards.length - 1, focused + by))]?.button.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  store.on(['finding'], mark);
  store.on(['range', 'lanes'], (now) => {
    const finding = findings[at()];
    // Another selection took its place.
    if (finding && !isSelecting(now, selectingFinding(profile, finding, now.view)))
      store.set({ finding: '' });
  });

  afterPaint(async () => {
    try {
      const advice = await host.advice();
      if (advice) show(advice);
      else element.hidden = true;
    } catch (error) {
      element.setAttribute('aria-busy', 'false');
      const why = error instanceof Error ? error.message : String(error);
      body.replaceChildren(
        h('p', { class: 'note' }, `What to change could not be found out: ${visible(why)}`),
      );
    }
  });
  return {
    element,
    step: (by) => {
      if (findings.length === 0) return false;
      const from = at();
      select(from < 0 && by < 0 ? findings.length - 1 : (from + by + findings.length) % findings.length);
      return true;
    },
  };
}

/** Whether the time and the lanes of a state are those that `selecting` selects. */
function isSelecting({ range, lanes }: ViewState, selecting: Partial<ViewState>): boolean {
  const wanted = selecting.range ?? null;
  if (!sameLanes(lanes, selecting.lanes ?? null) || (range === null) !== (wanted === null)) return false;
  if (range === null || wanted === null) return true;
  return Math.abs(range.from - wanted.from) <= EXACT && Math.abs(range.to - wanted.to) <= EXACT;
}
