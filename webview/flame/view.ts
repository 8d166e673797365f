import { CALLED } from '../../analyzer/analysis/mergedCalls.ts';
import type { ViewContext } from '../context.ts';
import { surface } from '../dom/canvas.ts';
import { h, setText } from '../dom/element.ts';
import { afterPause, settling } from '../dom/settle.ts';
import { openSource } from '../source/open.ts';
import { lastTransformOut, withTransform } from '../state/flameState.ts';
import { zoomed } from '../state/viewState.ts';
import { ARRANGEMENT_KEYS, createBar } from './bar.ts';
import { copyText, stackText, tableText } from './copies.ts';
import { gliding } from './glide.ts';
import { boxAt, type Move, neighbour } from './layout.ts';
import { type Action, createMenu } from './menu.ts';
import { nothingWords } from './metrics.ts';
import { itemId, mirrorItems } from './mirror.ts';
import { flameModel } from './model.ts';
import { paintFlame, ROW_HEIGHT } from './paint.ts';
import { spanInSight, timeOf, zoomedNode, zoomingTo } from './pictures.ts';
import { recordedFunction, recordedNode } from './shape.ts';
import { timeInSight } from './timeOrder.ts';
import { TRANSFORM_KEYS, transformsOf } from './transforms.ts';
import { labelOf, middleWords, rootLabel, sayBox, tipOf } from './words.ts';

const MOVES: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
};

const MIRROR_MS = 60;

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
    const { picture, state } = shown;
    const root = rootLabel(shown);
    const { homes } = picture.shape;
    paintFlame(
      context,
      {
        palette: palette(),
        boxes: shown.boxes,
        colours: model.colours(),
        functionOf: model.functionOf,
        labelOf: (node, called) => {
          if (called < 0) return { name: root, source: '' };
          const label = labelOf(profile, picture, called);
          // What a sandwich is about has no box above it that says how much it is.
          if (picture.kind !== 'sandwich' || node !== CALLED) return label;
          return { ...label, source: [label.source, middleWords(shown)].filter(Boolean).join('  ') };
        },
        onDevice: (called) => homes[called]?.origin === 'device',
        scrollTop: scroller.scrollTop,
        found: model.found(),
        picked: picture.kind === 'sandwich' ? picture.middle : state.picked,
        hover,
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
    tell();
    mirrorSoon();
    // The middle of a sandwich is what was asked for.
    if (picture.kind === 'sandwich' && picture.middle !== middleShown) {
      middleShown = picture.middle;
      scroller.scrollTop = boxes.pivot * ROW_HEIGHT - scroller.clientHeight / 2;
    }
  };
  let middleShown = -1;
  const tell = (): void => {
    bar.say(model.foundWords(), model.foundBoxes().length > 0, model.attributed());
  };
  const glide = gliding(() => {
    layout();
    drawn.redraw();
  });
  // The tree for screen readers is elements, which cost more than the picture: it follows when the picture rests.
  const mirrorSoon = afterPause(() => {
    const shown = model.shown();
    mirror.replaceChildren(...mirrorItems(shown.boxes, active, (box) => sayBox(shown, box)));
    const at = active >= 0 ? itemId(active) : null;
    if (at) scroller.setAttribute('aria-activedescendant', at);
    else scroller.removeAttribute('aria-activedescendant');
  }, MIRROR_MS);
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

  /** Picks the function of a box, and shows more of it: of a tree its part, of a lane its time when `closer`. */
  const enter = (box: number, closer: boolean): void => {
    const { picture, boxes, times } = model.shown();
    const node = boxes.node[box];
    if (node === undefined) return;
    const merged = (boxes.merged[box] as number) > 0;
    if (merged && picture.kind === 'sandwich') return;
    const target = merged ? (picture.tree.parent[node] as number) : node;
    const picked = recordedFunction(picture.shape, picture.tree.function[target] as number);
    if (picture.kind === 'sandwich') store.set({ picked });
    else if (times) store.set({ picked, ...(closer && { view: timeOf(times, box) }) });
    else store.set({ ...zoomingTo(picture, target), picked });
  };
  const zoomOut = (): void => {
    const { picture, state } = model.shown();
    if (picture.kind === 'time') {
      const { from, to } = timeInSight(state);
      store.set({ view: zoomed(state.view, (from + to) / 2, 2, profile.bounds) });
      return;
    }
    store.set(zoomingTo(picture, picture.tree.parent[zoomedNode(picture, state)] ?? 0));
  };
  scroller.addEventListener('click', (event) => {
    const box = boxOf(event);
    if (box < 0) return;
    active = box;
    tooltip.hide();
    // A double click looks closer at what its first click picked.
    enter(box, event.detail > 1);
    drawn.redraw();
  });
  scroller.addEventListener(
    'wheel',
    (event) => {
      const { times, state } = model.shown();
      if (!event.ctrlKey || !times || times.count === 0) return;
      event.preventDefault();
      const { left, width } = canvas.getBoundingClientRect();
      const sight = timeOf(times, 0);
      const at = sight.from + ((event.clientX - left) / width) * (sight.to - sight.from);
      store.set({ view: zoomed(state.view, at, 1.0015 ** event.deltaY, profile.bounds) });
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
    mirrorSoon();
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

  const showSource = (box: number): void => {
    const id = model.functionOf(model.shown().boxes.node[box] ?? -1);
    openSource(view, null, { picked: id, finding: '', group: -1 });
  };
  const copy = async (text: string, what: string): Promise<void> => {
    bar.note((await copyText(text)) ? `Copied ${what}.` : 'The browser does not allow copying here.');
  };
  /** What can be done with a box, -1 for none, in the groups of a menu. */
  const actionsOf = (box: number): Action[][] => {
    const shown = model.shown();
    const { picture, boxes, state } = shown;
    const node = boxes.node[box] ?? -1;
    const called = node < 0 || (boxes.merged[box] as number) > 0 ? -1 : model.functionOf(node);
    const { kind, shape } = picture;
    const recorded = kind === 'heavy' || kind === 'time' ? recordedNode(shape, Math.max(0, node)) : -1;
    const table = {
      label: 'Copy what is in sight as a table',
      keys: '',
      act: () => copy(tableText(model.shown()), 'a table'),
    };
    const undo = {
      label: 'Take the last change back',
      keys: '',
      act: () => store.set(lastTransformOut(store.get())),
    };
    const shaping = transformsOf(profile, shape, called, recorded).map(({ transform, label }) => ({
      label,
      keys: TRANSFORM_KEYS[transform.kind],
      act: () =>
        store.set({
          transforms: withTransform(store.get().transforms, transform),
          ...((transform.kind === 'focus' || transform.kind === 'branch') && { zoom: 0, callers: 0 }),
        }),
    }));
    if (state.transforms.length > 0) shaping.push(undo);
    if (called < 0) return [shaping, [table]];
    const { name } = labelOf(profile, picture, called);
    const picked = recordedFunction(shape, called);
    return [
      [
        ...(kind === 'sandwich' ? [] : [{ label: 'Zoom to it', keys: 'Enter', act: () => enter(box, true) }]),
        ...(picked < 0
          ? []
          : [
              {
                label: 'Who calls it, and what it calls',
                keys: 'S',
                act: () => store.set({ picked, arrangement: 'sandwich' as const, zoom: 0, callers: 0 }),
              },
            ]),
      ],
      shaping,
      [
        { label: 'Show its source', keys: '', act: () => showSource(box) },
        { label: 'Copy its name', keys: '', act: () => copy(name, name) },
        {
          label: 'Copy its stack',
          keys: 'Ctrl C',
          act: () => copy(stackText(model.shown(), box), 'the stack'),
        },
        table,
      ],
    ];
  };
  const openMenu = (box: number, x: number, y: number, back: HTMLElement): void => {
    tooltip.hide();
    const { picture, boxes } = model.shown();
    const node = boxes.node[box] ?? -1;
    const called = node < 0 || (boxes.merged[box] as number) > 0 ? -1 : model.functionOf(node);
    const heading = called < 0 ? 'The flame graph' : labelOf(profile, picture, called).name;
    menu.open(heading, actionsOf(box), x, y, back);
  };
  scroller.addEventListener('contextmenu', (event) => {
    event.preventDefault();
    // By the keyboard it is asked for where the keys are.
    const box = event.button === 2 ? boxOf(event) : active;
    if (box >= 0) active = box;
    drawn.redraw();
    const { left, top } = canvas.getBoundingClientRect();
    const { boxes } = model.shown();
    const at =
      event.button === 2
        ? { x: event.clientX, y: event.clientY }
        : {
            x: left + (boxes.x[box] ?? 0),
            y: top + ((boxes.row[box] ?? 0) + 1) * ROW_HEIGHT - scroller.scrollTop,
          };
    openMenu(box, at.x, at.y, scroller);
  });

  scroller.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && active >= 0) {
      void copy(stackText(model.shown(), active), 'the stack');
      event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const action = actionsOf(active)
      .flat()
      .find(({ keys }) => keys === event.key && keys.length === 1);
    if (move) {
      active = neighbour(model.shown().boxes, active, move);
      bringIntoSight();
      mirrorSoon();
      drawn.redraw();
    } else if (event.key === 'Enter' && active >= 0) enter(active, true);
    else if (event.key === 'Backspace') zoomOut();
    else if (action) action.act();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  scroller.addEventListener('focus', () => {
    const { boxes, picture, state } = model.shown();
    if (active < 0 && boxes.count > 0) active = Math.max(0, boxes.node.indexOf(zoomedNode(picture, state)));
    mirrorSoon();
    drawn.redraw();
  });
  scroller.addEventListener('blur', drawn.redraw);
  scroller.addEventListener('scroll', drawn.redraw, { passive: true });

  const settled = settling(weigh);
  const inTime = (): boolean => model.shown().picture.kind === 'time';
  store.on(['range', 'lanes', 'group', 'metric', 'transforms', 'arrangement', 'timeLane'], settled);
  store.on(['view', 'range'], () => {
    if (!isShown || !inTime()) return;
    layout();
    drawn.redraw();
  });
  store.on(['zoom', 'callers', 'picked', 'search'], (now, before) => {
    if (!isShown || stale) return;
    if (now.search !== before.search) model.search();
    if (now.picked !== before.picked && now.arrangement === 'sandwich') weigh();
    else if (now.zoom !== before.zoom || now.callers !== before.callers) {
      const { picture, state } = model.shown();
      if (picture.kind === 'heavy' || picture.kind === 'inverted') glide.to(spanInSight(picture, state));
    }
    tell();
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
