import { type D3ZoomEvent, select, zoom } from 'd3';
import type { ViewContext } from '../context.ts';
import { clipped, type Interval, NO_EVENT, panned, within } from '../state/viewState.ts';
import { timeOf, transformOf, viewOf, xOf } from './scale.ts';

/** A drag shorter than this is a click. */
const CLICK = 4;
/** Distance in pixels at which the pointer takes an edge of the selected range. */
const GRIP = 5;

export interface PointerTarget {
  readonly canvas: HTMLCanvasElement;
  readonly width: () => number;
  /** True while a plain wheel has nothing to scroll and may zoom. */
  readonly wheelIsFree: () => boolean;
  readonly onHover: (event: PointerEvent | null) => void;
  readonly onClick: (event: PointerEvent) => void;
}

/**
 * The mouse on the tracks. Dragging selects a range of time, as in the Firefox Profiler and Perfetto; dragging with Shift
 * or the middle button moves; Ctrl and wheel, or pinching, zooms at the pointer; a wheel that turns sideways moves.
 */
export function trackPointer({ profile, store }: ViewContext, target: PointerTarget): void {
  const { canvas, width } = target;
  const { bounds } = profile;
  zoomWithD3(profile.bounds, store, target);
  canvas.addEventListener(
    'wheel',
    (event) => {
      const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
      if (
        event.ctrlKey ||
        event.metaKey ||
        Math.abs(sideways) <= (event.shiftKey ? 0 : Math.abs(event.deltaY))
      )
        return;
      event.preventDefault();
      store.set({ view: panned(store.get().view, sideways / width(), bounds) });
    },
    { passive: false },
  );

  /** The fixed end of the range that is being dragged, and where the drag began. */
  let drag: { readonly fixed: number; readonly x: number; moved: boolean } | null = null;
  const xOfEvent = (event: PointerEvent): number => event.clientX - canvas.getBoundingClientRect().left;
  const edgeAt = (x: number): number | null => {
    const { range, view } = store.get();
    if (!range) return null;
    if (Math.abs(x - xOf(range.from, view, width())) <= GRIP) return range.to;
    if (Math.abs(x - xOf(range.to, view, width())) <= GRIP) return range.from;
    return null;
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || event.shiftKey || event.pointerType === 'touch') return;
    const x = xOfEvent(event);
    const opposite = edgeAt(x);
    const fixed = opposite ?? timeOf(x, store.get().view, width());
    drag = { fixed, x, moved: opposite !== null };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    const x = xOfEvent(event);
    canvas.classList.toggle('on-edge', edgeAt(x) !== null);
    target.onHover(event);
    if (!drag || (!drag.moved && Math.abs(x - drag.x) < CLICK)) return;
    drag.moved = true;
    const time = timeOf(x, store.get().view, width());
    const range = clipped({ from: Math.min(drag.fixed, time), to: Math.max(drag.fixed, time) }, bounds);
    if (range) store.set({ range, ...NO_EVENT });
  });
  canvas.addEventListener('pointerup', (event) => {
    const clicked = drag ? !drag.moved : event.pointerType === 'touch';
    drag = null;
    if (!clicked) return;
    const { range, view } = store.get();
    const time = timeOf(xOfEvent(event), view, width());
    // As in an editor: a click beside the selection takes it away.
    if (range && (time < range.from || time > range.to)) store.set({ range: null, ...NO_EVENT });
    else target.onClick(event);
  });
  canvas.addEventListener('pointercancel', () => {
    drag = null;
  });
  canvas.addEventListener('pointerleave', () => target.onHover(null));
  canvas.addEventListener('dblclick', () => {
    const { range, view } = store.get();
    const shown = range !== null && view.from === range.from && view.to === range.to;
    store.set(range && !shown ? { view: within(range, bounds) } : { view: bounds, range: null, ...NO_EVENT });
  });
}

/** Wheels and touches differ from machine to machine; d3-zoom knows them all. */
function zoomWithD3(bounds: Interval, store: ViewContext['store'], target: PointerTarget): void {
  const { canvas, width } = target;
  const selection = select(canvas);
  const behaviour = zoom<HTMLCanvasElement, unknown>()
    .filter((event: Event) => {
      if (event instanceof WheelEvent)
        return (
          event.ctrlKey || event.metaKey || (target.wheelIsFree() && !event.shiftKey && event.deltaX === 0)
        );
      if (event.type.startsWith('touch')) return (event as TouchEvent).touches.length > 1;
      return event instanceof MouseEvent && (event.button === 1 || (event.button === 0 && event.shiftKey));
    })
    .wheelDelta((event) =>
      Math.max(-0.6, Math.min(0.6, -event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.004))),
    )
    .scaleExtent([1, (bounds.to - bounds.from) / 1000])
    .extent(() => [
      [0, 0],
      [width(), 1],
    ])
    .translateExtent([
      [0, 0],
      [1, 1],
    ])
    .on('start', () => canvas.classList.add('moving'))
    .on('end', () => canvas.classList.remove('moving'))
    .on('zoom', (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
      if (event.sourceEvent) store.set({ view: within(viewOf(event.transform, bounds, width()), bounds) });
    });
  // The extent of what can be reached is as wide as the canvas is now.
  behaviour.constrain((transform) =>
    transformOf(within(viewOf(transform, bounds, width()), bounds), bounds, width()),
  );
  selection.call(behaviour).on('dblclick.zoom', null);
  const follow = (): void => {
    selection.property('__zoom', transformOf(store.get().view, bounds, width()));
  };
  store.on(['view'], follow);
  new ResizeObserver(follow).observe(canvas);
}
