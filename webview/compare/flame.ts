import { surface } from '../dom/canvas.ts';
import { h, setText } from '../dom/element.ts';
import { afterPause, settling } from '../dom/settle.ts';
import type { Tip } from '../dom/tooltip.ts';
import { heavyTree, spanOf } from '../flame/arranged.ts';
import { foundFunctions } from '../flame/found.ts';
import { boxAt, layoutFlame, type Move, neighbour } from '../flame/layout.ts';
import { itemId, mirrorItems } from '../flame/mirror.ts';
import { ROW_HEIGHT } from '../flame/paint.ts';
import { childrenOf } from '../flame/shape.ts';
import { counted, percent, place, visible } from '../format.ts';
import { matcherOf } from '../state/search.ts';
import type { CompareContext } from './context.ts';
import { paintDifference } from './paint.ts';
import type { Difference } from './runs.ts';
import { amount, changeWords, deltaWords } from './words.ts';

const MOVES: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};
const MIRROR_MS = 60;

/** The calls of both runs in one flame graph, each box in the colour of how it has changed. */
export function createDifferenceFlame(context: CompareContext): {
  element: HTMLElement;
  active: (shown: boolean) => void;
} {
  const { runs, shape, store, tooltip } = context;
  const { functions } = runs.tree;
  const canvas = h('canvas', { role: 'presentation' });
  const stage = h('div', { class: 'flame-stage' }, canvas);
  const mirror = h('div', { class: 'unseen', role: 'group' });
  const sized = h('div', { class: 'flame-content', role: 'presentation' }, stage, mirror);
  const scroller = h(
    'div',
    { class: 'flame-scroll', tabindex: 0, role: 'tree', 'aria-label': 'Flame graph of both runs' },
    sized,
  );
  const empty = h('p', { class: 'empty', hidden: true });
  const matched = h('span', { class: 'matched' });
  const crumbs = h('button', { class: 'quiet', type: 'button', hidden: true }, 'Zoom out (Esc)');
  const status = h('div', { class: 'flame-status' }, matched, crumbs);
  const element = h('div', { class: 'flame' }, status, scroller, empty);

  let difference: Difference = context.difference();
  const children = childrenOf(shape);
  let tree = heavyTree({ tree: shape, ...children }, difference.width);
  let boxes = layoutFlame(tree, spanOf(tree, 0), 0);
  let found: Uint8Array | null = null;
  let hover = -1;
  let active = -1;
  let isShown = true;
  let stale = true;
  let layoutWidth = -1;

  const unit = () => store.get().unit;
  /** What a node took in both runs, in words. */
  const wordsOf = (node: number): string => {
    const then = difference.before.total[node] as number;
    const now = difference.after.total[node] as number;
    const change = changeWords(then, now);
    return `before ${amount(then, unit())}, after ${amount(now, unit())}, ${deltaWords(then, now, unit())}${change && `, ${change}`}`;
  };
  const rootLabel = (): string => {
    const [then, now] = [difference.before.total[0] as number, difference.after.total[0] as number];
    return unit() === 'share' ? 'both runs' : `both runs  ${amount(then, 'time')} → ${amount(now, 'time')}`;
  };
  const say = (box: number): string => {
    const merged = boxes.merged[box] as number;
    if (merged > 0) return counted(merged, 'small call');
    const node = boxes.node[box] as number;
    const id = shape.function[node] as number;
    if (id < 0) return `both runs, ${wordsOf(node)}`;
    const source = place(functions.file[id] as string, functions.line[id] as number);
    return visible(`${functions.name[id]}${source && `, ${source}`}, ${wordsOf(node)}`);
  };
  const drawn = surface(canvas, stage, (painter, width, height) => {
    if (layoutWidth !== width) layout();
    const { picked, zoom } = store.get();
    const scene = {
      palette: context.palette(),
      colourOf: context.colourOf(),
      shape,
      names: functions.name,
      difference,
      unit: unit(),
      boxes,
      scrollTop: scroller.scrollTop,
      rootLabel: rootLabel(),
      found,
      picked,
      hover,
      active: document.activeElement === scroller ? active : -1,
      zoom,
    };
    paintDifference(painter, scene, width, height);
  });
  const layout = (): void => {
    layoutWidth = drawn.width();
    const node = active >= 0 ? (boxes.node[active] as number) : -1;
    const { zoom, width } = store.get();
    boxes = layoutFlame(tree, spanOf(tree, zoom), layoutWidth);
    active = node >= 0 ? boxes.node.indexOf(node) : -1;
    hover = -1;
    sized.style.minHeight = `${boxes.rows * ROW_HEIGHT}px`;
    const nothing = boxes.count === 0 && layoutWidth > 0;
    empty.hidden = !nothing;
    scroller.hidden = nothing;
    const where = width === 'larger' ? 'either run' : `the run ${width}`;
    setText(
      empty,
      zoom > 0 ? `This call took no time in ${where}.` : `Nothing of what is selected was seen in ${where}.`,
    );
    crumbs.hidden = zoom === 0;
    mirrorSoon();
  };
  // The tree for screen readers is elements, which cost more than the picture: it follows when the picture rests.
  const mirrorSoon = afterPause(() => {
    mirror.replaceChildren(...mirrorItems(boxes, active, say));
    if (active >= 0) scroller.setAttribute('aria-activedescendant', itemId(active));
    else scroller.removeAttribute('aria-activedescendant');
  }, MIRROR_MS);
  const search = (): void => {
    const finds = matcherOf(store.get().search);
    found = finds && foundFunctions(functions, finds);
    const names = found?.reduce((sum, one) => sum + one, 0) ?? 0;
    setText(
      matched,
      found ? (names === 0 ? 'No function matches' : `${counted(names, 'function')} match`) : '',
    );
  };
  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    difference = context.difference();
    tree = heavyTree({ tree: shape, ...children }, difference.width);
    search();
    layout();
    drawn.redraw();
  };
  const tipOf = (box: number): Tip => {
    const merged = boxes.merged[box] as number;
    if (merged > 0)
      return {
        title: counted(merged, 'small call'),
        lines: ['Too narrow to draw. Zoom into the caller to see them.'],
      };
    const node = boxes.node[box] as number;
    const id = shape.function[node] as number;
    const figures = (['total', 'self'] as const).flatMap((kind): [string, string][] => {
      const then = difference.before[kind][node] as number;
      const now = difference.after[kind][node] as number;
      if (then <= 0 && now <= 0) return [];
      return [
        [kind, `${amount(then, unit())} → ${amount(now, unit())}`],
        ['', `${deltaWords(then, now, unit())}  ${changeWords(then, now)}`],
      ];
    });
    const shares = (['before', 'after'] as const).map((side) => {
      const { total } = difference[side];
      return percent((total[0] as number) > 0 ? (total[node] as number) / (total[0] as number) : 0);
    });
    if (unit() === 'time') figures.push(['of the run', shares.join(' → ')]);
    if (id < 0) return { title: 'Both runs', figures };
    const file = visible(functions.file[id] as string);
    const source = visible(place(functions.file[id] as string, functions.line[id] as number));
    return {
      title: visible(functions.name[id] as string),
      place: source || (runs.homes[id]?.module ?? ''),
      figures,
      lines: file ? [file] : [],
    };
  };
  const boxOf = (event: MouseEvent): number => {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top + scroller.scrollTop) / ROW_HEIGHT);
    return boxAt(boxes, event.clientX - box.left, row);
  };
  const enter = (box: number): void => {
    const node = boxes.node[box];
    if (node === undefined) return;
    const target = (boxes.merged[box] as number) > 0 ? (shape.parent[node] as number) : node;
    store.set({ zoom: target, picked: shape.function[target] as number });
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
      active = neighbour(boxes, active, move);
      bringIntoSight();
      mirrorSoon();
      drawn.redraw();
    } else if (event.key === 'Enter' && active >= 0) enter(active);
    else if (event.key === 'Backspace') store.set({ zoom: Math.max(0, shape.parent[zoom] as number) });
    else if (event.key === 'Escape' && zoom > 0) store.set({ zoom: 0 });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const bringIntoSight = (): void => {
    if (active < 0) return;
    const top = (boxes.row[active] as number) * ROW_HEIGHT;
    const bottom = top + ROW_HEIGHT;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = bottom - scroller.clientHeight;
  };
  crumbs.addEventListener('click', () => {
    store.set({ zoom: 0 });
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
  context.onSelection(settled);
  store.on(['metric', 'unit', 'width'], settled);
  store.on(['search', 'zoom', 'picked'], (now, before) => {
    search();
    if (now.zoom !== before.zoom) layout();
    drawn.redraw();
  });
  context.onColours(drawn.redraw);
  weigh();
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
    },
  };
}
