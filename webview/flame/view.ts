import type { ViewContext } from '../context.ts';
import { surface } from '../dom/canvas.ts';
import { h, setAttributes, setText } from '../dom/element.ts';
import { afterPause, settling } from '../dom/settle.ts';
import { openSource } from '../source/open.ts';
import { flameActions } from './actions.ts';
import { ARRANGEMENT_KEYS, createBar } from './bar.ts';
import { gliding } from './glide.ts';
import { boxAt, type Move, neighbour } from './layout.ts';
import { createMenu } from './menu.ts';
import { nothingWords } from './metrics.ts';
import { itemId, mirrorItems } from './mirror.ts';
import { flameModel } from './model.ts';
import { paintFlame, ROW_HEIGHT } from './paint.ts';
import { spanInSight, timeOf, zoomedNode } from './pictures.ts';
import { steering } from './steering.ts';
import { boxLabel, sayBox, tipOf } from './words.ts';

const MOVES: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};

const REST_MS = 60;

export interface FlameView {
  readonly element: HTMLElement;
  readonly active: (shown: boolean) => void;
}

/** The flame graph of what is selected. */
export function createFlame(view: ViewContext): FlameView {
  const { profile, store, tooltip, palette, onColours } = view;
  const model = flameModel(view);
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
  const menu = createMenu();
  const bar = createBar(view, {
    zoomOut: () => {
      store.set({ zoom: 0, callers: 0 });
      scroller.focus();
    },
    step: (by) => stepToMatch(by),
    menu: (button) => {
      const { left, bottom } = button.getBoundingClientRect();
      openMenu(active, left, bottom + 4, button);
    },
  });
  const element = h('div', { class: 'flame' }, bar.element, scroller, empty, menu.element);

  let hover = -1;
  let active = -1;
  let isShown = true;
  let stale = true;
  let layoutWidth = -1;

  const drawn = surface(canvas, stage, (context, width, height) => {
    if (layoutWidth !== width) layout();
    const shown = model.shown();
    const { picture, state, boxes } = shown;
    paintFlame(
      context,
      {
        boxes,
        hover,
        palette: palette(),
        colours: model.colours(),
        functionOf: model.functionOf,
        labelOf: (node, called) => boxLabel(shown, node, called),
        onDevice: (called) => picture.shape.homes[called]?.origin === 'device',
        scrollTop: scroller.scrollTop,
        found: model.found(),
        picked: picture.kind === 'sandwich' ? picture.middle : state.picked,
        active: document.activeElement === scroller ? active : -1,
        quietRows: picture.tree.depth[zoomedNode(picture, state)] ?? 0,
      },
      width,
      height,
    );
  });
  const layout = (): void => {
    layoutWidth = drawn.width();
    const before = model.shown();
    const node = before.boxes.node[active];
    const at = before.times && active >= 0 ? timeOf(before.times, active).from : 0;
    model.layOut(glide.now(), layoutWidth);
    const { boxes, times, picture } = model.shown();
    active =
      node === undefined
        ? -1
        : boxes.node.findIndex((id, i) => id === node && (!times || timeOf(times, i).to > at));
    hover = -1;
    sized.style.minHeight = `${boxes.rows * ROW_HEIGHT}px`;
    const nothing = boxes.count === 0 && layoutWidth > 0;
    empty.hidden = !nothing;
    scroller.hidden = nothing;
    setText(empty, nothingWords(profile, store.get()));
    restSoon();
    // The middle of a sandwich is what was asked for.
    if (picture.kind === 'sandwich' && picture.middle !== middleShown) {
      middleShown = picture.middle;
      scroller.scrollTop = boxes.pivot * ROW_HEIGHT - scroller.clientHeight / 2;
    }
  };
  let middleShown = -1;
  const glide = gliding(() => {
    layout();
    drawn.redraw();
  });
  const steer = steering(view, model, glide, () => layoutWidth);
  const actions = flameActions(view, model, (box) => steer.enter(box, true), bar.note);
  // The tree for screen readers is elements, which cost more than the picture: it follows when the picture rests, as do words about it.
  const restSoon = afterPause(() => {
    const shown = model.shown();
    bar.say(model.foundWords(), model.foundBoxes().length > 0, model.attributed());
    mirror.replaceChildren(...mirrorItems(shown.boxes, active, (box) => sayBox(shown, box)));
    setAttributes(scroller, { 'aria-activedescendant': active >= 0 ? itemId(active) : undefined });
  }, REST_MS);
  const weigh = (): void => {
    stale = !isShown;
    if (stale) return;
    const before = model.shown().picture;
    model.weigh();
    const { picture, state } = model.shown();
    // Numbers of nodes mean the same only in a tree that is not made while it is looked at.
    const same = picture.shape === before.shape && picture.kind === before.kind;
    if (!same || picture.kind === 'inverted' || picture.kind === 'sandwich') active = -1;
    glide.jump(spanInSight(picture, state));
    layout();
    bar.legend(model.legend());
    drawn.redraw();
  };

  const boxOf = (event: MouseEvent): number => {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top + scroller.scrollTop) / ROW_HEIGHT);
    return boxAt(model.shown().boxes, event.clientX - box.left, row);
  };
  scroller.addEventListener('pointermove', (event) => {
    const box = boxOf(event);
    if (box !== hover) drawn.redraw();
    hover = box;
    canvas.classList.toggle('on-box', box >= 0);
    if (box >= 0) tooltip.show(tipOf(model.shown(), box, model.parts(box)), event.clientX, event.clientY);
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
    // A double click looks closer at what its first click picked.
    steer.enter(box, event.detail > 1);
    drawn.redraw();
  });
  // Its first click has picked the function and zoomed to it; along time only the second one does.
  scroller.addEventListener('dblclick', () => {
    if (model.shown().picture.kind !== 'time') openSource(view, null);
  });
  scroller.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const { left, width } = canvas.getBoundingClientRect();
      steer.zoomAt((event.clientX - left) / width, 1.0015 ** event.deltaY);
      layout();
      drawn.redraw();
    },
    { passive: false },
  );

  const stepToMatch = (by: 1 | -1): void => {
    const matches = model.foundBoxes();
    if (matches.length === 0) return;
    const at = matches.indexOf(active);
    const next = at < 0 ? (by > 0 ? 0 : matches.length - 1) : (at + by + matches.length) % matches.length;
    active = matches[next] as number;
    bringIntoSight();
    restSoon();
    drawn.redraw();
    scroller.focus();
    bar.note(`Match ${next + 1} of ${matches.length} in sight`);
  };
  const bringIntoSight = (): void => {
    if (active < 0) return;
    const top = (model.shown().boxes.row[active] as number) * ROW_HEIGHT;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + ROW_HEIGHT > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = top + ROW_HEIGHT - scroller.clientHeight;
  };

  const openMenu = (box: number, x: number, y: number, back: HTMLElement): void => {
    tooltip.hide();
    menu.open(actions.heading(box), actions.of(box), x, y, back);
  };
  scroller.addEventListener('contextmenu', (event) => {
    event.preventDefault();
    // By the keyboard it is asked for where the keys are.
    const box = event.button === 2 ? boxOf(event) : active;
    if (box >= 0) active = box;
    drawn.redraw();
    const { left, top } = canvas.getBoundingClientRect();
    const { boxes } = model.shown();
    if (event.button === 2) openMenu(box, event.clientX, event.clientY, scroller);
    else {
      const below = ((boxes.row[box] ?? 0) + 1) * ROW_HEIGHT - scroller.scrollTop;
      openMenu(box, left + (boxes.x[box] ?? 0), top + below, scroller);
    }
  });

  scroller.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && active >= 0) {
      actions.copyStack(active);
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const action = actions
      .of(active)
      .flat()
      .find(({ keys }) => keys === event.key && keys.length === 1);
    if (move) {
      active = neighbour(model.shown().boxes, active, move);
      bringIntoSight();
      restSoon();
      drawn.redraw();
    } else if (event.key === 'Enter' && active >= 0) steer.enter(active, true);
    else if (event.key === 'Backspace') steer.zoomOut();
    else if (event.key === 'Escape' && steer.backToBox()) hover = -1;
    else if (action) action.act();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  scroller.addEventListener('focus', () => {
    const { boxes, picture, state } = model.shown();
    if (active < 0 && boxes.count > 0) active = Math.max(0, boxes.node.indexOf(zoomedNode(picture, state)));
    restSoon();
    drawn.redraw();
  });
  scroller.addEventListener('blur', drawn.redraw);
  scroller.addEventListener('scroll', drawn.redraw, { passive: true });

  const settled = settling(weigh);
  const inTime = (): boolean => model.shown().picture.kind === 'time';
  store.on(['range', 'lanes', 'group', 'metric', 'transforms', 'arrangement', 'timeLane'], settled);
  store.on(['view', 'range'], () => {
    if (!inTime()) return;
    stale ||= !isShown;
    if (stale) return;
    layout();
    drawn.redraw();
  });
  store.on(['zoom', 'callers', 'picked', 'search'], (now, before) => {
    if (!isShown) {
      stale = true;
      return;
    }
    if (now.search !== before.search) model.search();
    if (now.picked !== before.picked && now.arrangement === 'sandwich') weigh();
    else if (now.zoom !== before.zoom || now.callers !== before.callers) {
      const { picture, state } = model.shown();
      if (picture.kind === 'heavy' || picture.kind === 'inverted') glide.to(spanInSight(picture, state));
    }
    restSoon();
    drawn.redraw();
  });
  const recolour = (): void => {
    model.recolour();
    bar.legend(model.legend());
    drawn.redraw();
  };
  store.on(['colouring'], recolour);
  onColours(recolour);
  weigh();
  view.keys.add(
    'Flame graph',
    ...ARRANGEMENT_KEYS.map(({ key, arrangement, meaning }) => ({
      keys: [key],
      meaning,
      run: () => store.set({ arrangement, tab: 'flame', zoom: 0, callers: 0 }),
    })),
    { keys: ['j'], meaning: 'go to the next box that is searched for', run: () => isShown && stepToMatch(1) },
    { keys: ['J'], meaning: 'go to the one before', run: () => isShown && stepToMatch(-1) },
  );
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
    },
  };
}
