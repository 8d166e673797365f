import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import { counted, duration } from '../format.ts';
import type { Interval } from '../state/viewState.ts';
import { createTimeline, type TimelineView } from '../timeline/view.ts';
import { lanePairs, partnersOf } from './lanePairs.ts';
import { SIDES, type Side } from './state.ts';

type Views = Readonly<Record<Side, ViewContext>>;

/**
 * The timelines of both runs, one above the other, on one scale: their beginnings stand at the left edge. What is in sight is so in
 * both; lanes of one name are selected in both; a range belongs to the run that it was drawn in, since the other did other things then.
 */
export function createTimelines(views: Views): { element: HTMLElement; key: (key: string) => boolean } {
  const timelines = {} as Record<Side, TimelineView>;
  const parts = SIDES.map((side) => {
    const timeline = createTimeline(views[side]);
    timelines[side] = timeline;
    timeline.element.setAttribute('aria-label', `Timeline of the run ${side}`);
    const shown = withEnd(views[side], withHead(side, views[side], timeline.element));
    return h('div', { class: `run ${side}` }, shown);
  });
  shareView(views);
  shareLanes(views);
  return {
    element: h('div', { class: 'runs' }, ...parts),
    key: (key) => views.before.keys.press(key) || timelines.before.key(key),
  };
}

const runLength = ({ profile }: ViewContext): number => {
  const { clock } = profile.recording.meta;
  return clock.end - clock.start;
};

/** What the timeline is of, at the beginning of its legend. */
function withHead(side: Side, view: ViewContext, element: HTMLElement): HTMLElement {
  const head = h(
    'h2',
    { class: 'run-head' },
    h('b', {}, side === 'before' ? 'Before' : 'After'),
    h('span', {}, `${duration(runLength(view))}, ${counted(view.profile.lanes.length, 'lane')}`),
  );
  element.querySelector('.legend')?.prepend(head);
  return element;
}

/** Where the run ends within the common scale: what lies behind is no idle time. */
function withEnd(view: ViewContext, element: HTMLElement): HTMLElement {
  const { profile, store } = view;
  const end = profile.bounds.from + runLength(view);
  // Both runs as long: nothing lies behind.
  if (end >= profile.bounds.to) return element;
  const mark = h('div', { class: 'run-end', 'aria-hidden': 'true' }, h('span', {}, 'ended'));
  element.querySelector('.tracks')?.append(mark);
  const place = (): void => {
    const { from, to } = store.get().view;
    const share = (end - from) / (to - from);
    mark.hidden = share >= 1;
    mark.style.left = `${100 * Math.max(0, share)}%`;
  };
  store.on(['view'], place);
  place();
  return element;
}

/** Moves a part of one run to the same seconds of the other. */
const moved = ({ from, to }: Interval, of: ViewContext, other: ViewContext): Interval => {
  const by = other.profile.bounds.from - of.profile.bounds.from;
  return { from: from + by, to: to + by };
};

function shareView(views: Views): void {
  for (const [side, other] of [
    ['before', 'after'],
    ['after', 'before'],
  ] as const) {
    const [own, its] = [views[side], views[other]];
    own.store.on(['view'], ({ view }) => {
      const wanted = moved(view, own, its);
      const known = its.store.get().view;
      // Clocks of two runs are far apart, so what was moved there and back may differ by the rounding of doubles.
      if (Math.abs(known.from - wanted.from) < 1 && Math.abs(known.to - wanted.to) < 1) return;
      its.store.set({ view: wanted });
    });
  }
}

function shareLanes(views: Views): void {
  const { toAfter, toBefore } = lanePairs(views.before.profile, views.after.profile);
  /** What was selected here because it was there: were it sent back, lanes without a partner would be lost. */
  const mirrored = new WeakSet<readonly number[]>();
  for (const [side, other, pairs] of [
    ['before', 'after', toAfter],
    ['after', 'before', toBefore],
  ] as const)
    views[side].store.on(['lanes'], ({ lanes }) => {
      if (lanes !== null && mirrored.has(lanes)) return;
      const partners = partnersOf(lanes, pairs);
      if (partners) mirrored.add(partners);
      views[other].store.set({ lanes: partners });
    });
}
