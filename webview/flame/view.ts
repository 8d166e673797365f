import type { ViewContext } from '../context.ts';
import { surface } from '../dom/canvas.ts';
import { h, setText } from '../dom/element.ts';
import { afterPause, settling } from '../dom/settle.ts';
import type { Tip } from '../dom/tooltip.ts';
import { counted, percent, place, visible } from '../format.ts';
import type { Weights } from '../profile.ts';
import { samplesSelected } from '../state/samples.ts';
import { matcherOf } from '../state/search.ts';
import { groupName } from '../tasks/names.ts';
import { laneName } from '../timeline/rows.ts';
import { attributionWords, certaintyWords } from './attribution.ts';
import { foundFunctions, foundWeight } from './found.ts';
import {
  boxAt,
  type FlameBoxes,
  heaviestFirst,
  layoutFlame,
  type Move,
  neighbour,
  type Order,
} from './layout.ts';
import { metricNames, nothingWords, weightWords } from './metrics.ts';
import { itemId, mirrorItems, sayBox } from './mirror.ts';
import { paintFlame, ROW_HEIGHT } from './paint.ts';

const MOVES: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};

const MIRROR_MS = 60;

/** The flame graph of what is selected. */
export function createFlame(view: ViewContext): { element: HTMLElement; active: (shown: boolean) => void } {
  const { profile, store, tooltip, palette, onColours } = view;
  const { tree, functions } = profile;
  const names = metricNames(profile);
  const canvas = h('canvas', { role: 'presentation' });
  const mirror = h('div', { class: 'unseen', role: 'group' });
  const stage = h('div', { class: 'flame-stage' }, canvas);
  const sized = h('div', { class: 'flame-content', role: 'presentation' }, stage, mirror);
  const scroller = h(
    'div',
    { class: 'flame-scroll', tabindex: 0, role: 'tree', 'aria-label': 'Flame graph' },
    sized,
  );
  const empty = h('p', { class: 'empty', hidden: true });
  const matched = h('span', { class: 'matched' });
  const crumbs = h('button', { class: 'quiet', type: 'button', hidden: true }, 'Zoom out (Esc)');
  const attributed = h('span', { class: 'matched' });
  const status = h('div', { class: 'flame-status' }, matched, attributed, crumbs);
  const element = h('div', { class: 'flame' }, status, scroller, empty);

  let weights: Weights = {
    self: new Float64Array(tree.count),
    total: new Float64Array(tree.count),
    sure: null,
  };
  let order: Order = heaviestFirst(tree, weights);
  let boxes: FlameBoxes = layoutFlame(tree, weights, order, 0, 0);
  let found: Uint8Array | null = null;
  let hover = -1;
  let active = -1;
  let isShown = true;
  let stale = true;

  const rootLabel = (): string => {
    const { lanes, metric, group } = store.get();
    const inside = group < 0 ? '' : `, inside ${groupName(profile, group)}`;
    const whose =
      lanes === null
        ? 'all lanes'
        : lanes.length === 1
          ? laneName(profile, lanes[0] as number)
          : counted(lanes.length, 'lane');
    return `${whose}${inside}  ${weightWords(metric)(weights.total[0] as number)} ${names[metric]}`;
  };
  const say = (box: number): string =>
    sayBox(profile, weights, boxes, box, rootLabel(), weightWords(store.get().metric));
  const drawn = surface(canvas, stage, (context, width, height) => {
    if (layoutWidth !== width) layout();
    const { picked, zoom } = store.get();
    paintFlame(
      context,
      {
        profile,
        palette: palette(),
        boxes,
        scrollTop: scroller.scrollTop,
        rootLabel: rootLabel(),
        found,
        picked,
        hover,
        active: document.activeElement === scroller ? active : -1,
        zoom,
      },
      width,
      height,
    );
  });
  let layoutWidth = -1;

  const layout = (): void => {
    layoutWidth = drawn.width();
    const node = active >= 0 ? (boxes.node[active] as number) : -1;
    const { zoom } = store.get();
    boxes = layoutFlame(tree, weights, order, zoom < tree.count ? zoom : 0, layoutWidth);
    active = node >= 0 ? boxes.node.indexOf(node) : -1;
    hover = -1;
    sized.style.minHeight = `${boxes.rows * ROW_HEIGHT}px`;
    const nothing = boxes.count === 0 && layoutWidth > 0;
    empty.hidden = !nothing;
    scroller.hidden = nothing;
    setText(empty, nothingWords(profile, store.get()));
    crumbs.hidden = zoom === 0;
    mirrorSoon();
  };
  // The tree for screen readers is elements, which cost more than the picture: it follows when the picture rests.
  const mirrorSoon = afterPause(() => {
    mirror.replaceChildren(...mirrorItems(boxes, active, say));
    const at = active >= 0 ? itemId(active) : null;
    if (at) scroller.setAttribute('aria-activedescendant', at);
    else scroller.removeAttribute('aria-activedescendant');
  }, MIRROR_MS);
  const search = (): void => {
    const finds = matcherOf(store.get().search);
    found = finds && foundFunctions(functions, finds);
    const root = store.get().zoom;
    const whole = weights.total[root] as number;
    if (!found) setText(matched, '');
    else {
      const names = found.reduce((sum, one) => sum + one, 0);
      const share = whole > 0 ? foundWeight(tree, found, weights.total, root) / whole : 0;
      setText(
        matched,
        names === 0 ? 'No function matches' : `${counted(names, 'function')} match, ${percent(share)}`,
      );
    }
  };
  const weigh = (): void => {
    if (!isShown) {
      stale = true;
      return;
    }
    stale = false;
    const state = store.get();
    weights = profile.weigh(state.metric, samplesSelected(profile, state));
    order = heaviestFirst(tree, weights);
    setText(attributed, attributionWords(profile, weights));
    search();
    layout();
    drawn.redraw();
  };

  const zoomTo = (node: number): void => store.set({ zoom: Math.max(0, node) });
  const boxOf = (event: MouseEvent): number => {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top + scroller.scrollTop) / ROW_HEIGHT);
    return boxAt(boxes, event.clientX - box.left, row);
  };
  const tipOf = (box: number): Tip => {
    const node = boxes.node[box] as number;
    const { metric } = store.get();
    const name = names[metric];
    const words = weightWords(metric);
    const merged = boxes.merged[box] as number;
    if (merged > 0)
      return {
        title: counted(merged, 'small call'),
        lines: ['Too narrow to draw. Zoom into the caller to see them.'],
      };
    const total = weights.total[node] as number;
    const self = weights.self[node] as number;
    const id = tree.function[node] as number;
    const share = percent(total / (weights.total[0] as number));
    const figures: [string, string][] = [
      [`total ${name}`, `${words(total)}  ${share}`],
      [`self ${name}`, `${words(self)}  ${percent(total > 0 ? self / total : 0)} of it`],
    ];
    const certainty = certaintyWords(weights, node);
    if (certainty !== '') figures.push(['launched there', certainty]);
    if (id < 0) return { title: rootLabel(), figures };
    const file = functions.file[id] as string;
    const module = profile.homes[id]?.module ?? '';
    const source = visible(place(file, functions.line[id] as number)) || module;
    return {
      title: visible(functions.name[id] as string),
      place: source,
      figures,
      lines: file ? [visible(file)] : [],
    };
  };
  scroller.addEventListener('pointermove', (event) => {
    const box = boxOf(event);
    if (box !== hover) drawn.redraw();
    hover = box;
    canvas.classList.toggle('on-box', box >= 0);
    if (box >= 0) tooltip.show(tipOf(box), event.clientX, event.clientY);
    else tooltip.hide();
  });
  scroller.addEventListener('pointerleave', () => {
    hover = -1;
    tooltip.hide();
    drawn.redraw();
  });
  const enter = (box: number): void => {
    const node = boxes.node[box];
    if (node === undefined) return;
    const merged = (boxes.merged[box] as number) > 0;
    const target = merged ? (tree.parent[node] as number) : node;
    store.set({ zoom: target, picked: tree.function[target] as number });
  };
  scroller.addEventListener('click', (event) => {
    const box = boxOf(event);
    if (box < 0) return;
    active = box;
    tooltip.hide();
    enter(box);
  });
  scroller.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const { zoom } = store.get();
    if (move) {
      active = neighbour(boxes, tree, active, move);
      bringIntoSight();
      mirrorSoon();
      drawn.redraw();
    } else if (event.key === 'Enter' && active >= 0) enter(active);
    else if (event.key === 'Backspace') zoomTo(tree.parent[zoom] as number);
    else if (event.key === 'Escape' && zoom > 0) zoomTo(0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const bringIntoSight = (): void => {
    if (active < 0) return;
    const top = (boxes.row[active] as number) * ROW_HEIGHT;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + ROW_HEIGHT > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = top + ROW_HEIGHT - scroller.clientHeight;
  };
  crumbs.addEventListener('click', () => {
    zoomTo(0);
    scroller.focus();
  });
  scroller.addEventListener('focus', () => {
    if (active < 0 && boxes.count > 0) active = Math.max(0, boxes.node.indexOf(store.get().zoom));
    mirrorSoon();
    drawn.redraw();
  });
  scroller.addEventListener('blur', drawn.redraw);
  scroller.addEventListener('scroll', drawn.redraw, { passive: true });
  const settled = settling(weigh);
  store.on(['range', 'lanes', 'group', 'metric'], settled);
  store.on(['search', 'zoom', 'picked'], (now, before) => {
    search();
    if (now.zoom !== before.zoom) layout();
    drawn.redraw();
  });
  onColours(drawn.redraw);
  weigh();
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
    },
  };
}
