import { ACTIVITIES } from '../../analyzer/analysis/activity.ts';
import { addActivity } from '../../analyzer/analysis/timeline.ts';
import type { ViewContext } from '../context.ts';
import { counted, percent } from '../format.ts';
import { samplesSelected } from '../state/samples.ts';
import { matcherOf } from '../state/search.ts';
import type { Span } from './arranged.ts';
import { attributionWords } from './attribution.ts';
import {
  type BoxColours,
  type LegendEntry,
  laneFills,
  laneLegend,
  moduleColours,
  moduleLegend,
  partColours,
  stateFills,
  stateLegend,
} from './colours.ts';
import { foundBoxes, foundFunctions, foundShare, foundWeight } from './found.ts';
import { type LaidOut, layOut, pictureOf, timeOf, zoomedNode } from './pictures.ts';
import { shapedWeights, shapeOf } from './shape.ts';
import { laneGroups, type NodeSplit, partsOf, splitByLane, splitByState } from './split.ts';
import type { Shown } from './words.ts';

/** What the parts of a box's time are called, and how large they are. */
export interface Parts {
  readonly values: ArrayLike<number>;
  readonly words: readonly string[];
}

/** The flame graph without its elements: what is weighed, laid out, coloured and found. */
export interface FlameModel {
  readonly shown: () => Shown;
  /** Weighs the selection anew, and arranges it. */
  readonly weigh: () => void;
  /** Lays out the part `span` of it, CSS pixels wide. */
  readonly layOut: (span: Span, width: number) => void;
  /** Colours anew: the theme, or what colours stand for, has changed. */
  readonly recolour: () => void;
  readonly colours: () => BoxColours;
  readonly legend: () => readonly LegendEntry[];
  /** What the colours of a box stand for; null where they stand for what it is. */
  readonly parts: (box: number) => Parts | null;
  readonly functionOf: (node: number) => number;
  /** Looks for the search's words among the functions. */
  readonly search: () => void;
  readonly found: () => Uint8Array | null;
  /** Boxes in sight that were found, widest first. */
  readonly foundBoxes: () => readonly number[];
  readonly foundWords: () => string;
  /** How sure it is that what devices did hangs under the right code; empty where that is no question. */
  readonly attributed: () => string;
}

interface Coloured {
  readonly colours: BoxColours;
  readonly legend: readonly LegendEntry[];
}

export function flameModel({ profile, store, palette }: ViewContext): FlameModel {
  const groups = {
    lane: once(() => laneGroups(profile, 'lane')),
    process: once(() => laneGroups(profile, 'process')),
  };
  const weighed = (): Pick<Shown, 'picture'> => {
    const state = store.get();
    const shape = shapeOf(profile, state.transforms);
    const weights = profile.weigh(state.metric, samplesSelected(profile, state));
    return { picture: pictureOf(profile, shape, shapedWeights(shape, weights, profile.tree), state) };
  };
  let { picture } = weighed();
  let laidOut: LaidOut = layOut(
    profile,
    picture,
    store.get(),
    { from: 0, to: 0 },
    samplesSelected(profile, store.get()),
    0,
  );
  let coloured: Coloured | null = null;
  let found: Uint8Array | null = null;
  const functionOf = (node: number): number => picture.tree.function[node] as number;

  const byParts = (split: NodeSplit): ((node: number) => Float64Array) => partsOf(split, picture.tree);
  const colouredByState = (): Coloured => {
    const colours = palette();
    const { lane } = picture;
    const activity = new Float64Array(ACTIVITIES.length);
    const inTime = (_: number, box: number): Float64Array => {
      activity.fill(0);
      if (laidOut.times) {
        const { from, to } = timeOf(laidOut.times, box);
        addActivity(profile.timeline, lane, from, to, activity);
      }
      return activity;
    };
    const parts =
      lane >= 0
        ? inTime
        : byParts(splitByState(profile, picture.shape, samplesSelected(profile, store.get())));
    return { colours: partColours(parts, stateFills(colours), colours), legend: stateLegend(colours) };
  };
  const colouredByLane = (by: 'lane' | 'process'): Coloured => {
    const colours = palette();
    const its = groups[by]();
    const state = store.get();
    const only = new Float64Array(its.length + 1);
    if (picture.lane >= 0) {
      const at = its.findIndex(({ lanes }) => lanes.includes(picture.lane));
      only[at < 0 ? its.length : at] = 1;
    }
    const selection = samplesSelected(profile, state);
    const parts =
      picture.lane >= 0
        ? () => only
        : byParts(splitByLane(profile, picture.shape, state.metric, selection, its));
    const more = its.reduce((sum, { lanes }) => sum + lanes.length, 0) < profile.lanes.length;
    return {
      colours: partColours(parts, laneFills(its, colours), colours),
      legend: laneLegend(its, more, colours),
    };
  };
  const colour = (): Coloured => {
    const { colouring } = store.get();
    const { shape, weights } = picture;
    if (colouring === 'state') return colouredByState();
    if (colouring !== 'module') return colouredByLane(colouring);
    return {
      colours: moduleColours(shape, palette()),
      legend: moduleLegend(shape, weights.self, palette()),
    };
  };
  const current = (): Coloured => {
    coloured ??= colour();
    return coloured;
  };
  const search = (): void => {
    const finds = matcherOf(store.get().search);
    found = finds && foundFunctions(picture.shape.functions, finds);
  };
  return {
    shown: () => ({ profile, picture, state: store.get(), ...laidOut }),
    weigh: () => {
      ({ picture } = weighed());
      coloured = null;
      search();
    },
    layOut: (span, width) => {
      const state = store.get();
      laidOut = layOut(profile, picture, state, span, samplesSelected(profile, state), width);
    },
    recolour: () => {
      coloured = null;
    },
    colours: () => current().colours,
    legend: () => current().legend,
    parts: (box) => {
      const { colours, legend } = current();
      if (!colours.parts) return null;
      const values = colours.parts(laidOut.boxes.node[box] as number, box);
      return { values, words: legend.map(({ words }) => words) };
    },
    functionOf,
    attributed: () => {
      const state = store.get();
      return attributionWords(profile, profile.weigh(state.metric, samplesSelected(profile, state)));
    },
    search,
    found: () => found,
    foundBoxes: () => (found ? foundBoxes(laidOut.boxes, functionOf, found) : []),
    foundWords: () => {
      if (!found) return '';
      const names = found.reduce((sum, one) => sum + one, 0);
      if (names === 0) return 'No function matches';
      const { tree } = picture.shape;
      const { total } = picture.weights;
      const root = picture.kind === 'heavy' ? zoomedNode(picture, store.get()) : 0;
      const whole = total[root] as number;
      const width = laidOut.boxes.width[0] ?? 0;
      const share =
        picture.kind === 'time'
          ? foundShare(laidOut.boxes, functionOf, found, width)
          : whole > 0
            ? foundWeight(tree, found, total, root) / whole
            : 0;
      return `${counted(names, 'function')} match, ${percent(share)}`;
    },
  };
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}
