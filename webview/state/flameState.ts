import { TRANSFORM_KINDS, type Transform, type TransformKind } from '../../analyzer/analysis/shapedTree.ts';

/**
 * How the flame graph is arranged. `heavy`: equal stacks are one, the heaviest call at the left. `time`: the stacks of one lane as
 * they followed each other. `sandwich`: a function between its callers and its callees. `inverted`: functions by their own time,
 * with those that called them.
 */
export const ARRANGEMENTS = ['heavy', 'time', 'sandwich', 'inverted'] as const;
export type Arrangement = (typeof ARRANGEMENTS)[number];

export const COLOURINGS = ['module', 'state', 'process', 'lane'] as const;
export type Colouring = (typeof COLOURINGS)[number];

/** The part of the state that only the flame graph, and what shows the same functions, asks for. */
export interface FlameState {
  readonly arrangement: Arrangement;
  readonly colouring: Colouring;
  /** The lane in order of time; -1: the busiest of those selected. */
  readonly timeLane: number;
  /** What was done to the call tree, in order. */
  readonly transforms: readonly Transform[];
  /** Of an inverted graph: how many callers above the zoomed node's function it is zoomed to. */
  readonly callers: number;
}

/** The same list whenever there is none: what is computed of it is kept by it. */
export const NO_TRANSFORMS: readonly Transform[] = [];

export const INITIAL_FLAME: FlameState = {
  arrangement: 'heavy',
  colouring: 'module',
  timeLane: -1,
  transforms: NO_TRANSFORMS,
  callers: 0,
};

/** A longer list is none that a reader made. */
const MOST_TRANSFORMS = 40;
const LETTERS: Readonly<Record<TransformKind, string>> = {
  focus: 'f',
  branch: 'b',
  collapse: 'c',
  hide: 'h',
  module: 'm',
  recursion: 'r',
};

/** The steps without one of them, and without those that were done to the box that it made. `functions`: how many there are. */
export function withoutTransform(
  transforms: readonly Transform[],
  index: number,
  functions: number,
): readonly Transform[] {
  const out = transforms[index];
  const box = out?.kind === 'module' ? functions + out.of : -1;
  const left = transforms.filter(({ kind, of }, i) => i !== index && (kind === 'branch' || of !== box));
  return left.length === 0 ? NO_TRANSFORMS : left;
}

/** What takes the last step back. */
export function lastTransformOut({ transforms }: FlameState): Pick<FlameState, 'transforms'> {
  return { transforms: transforms.length > 1 ? transforms.slice(0, -1) : NO_TRANSFORMS };
}

/** The steps with one more; the same list when that was done last. */
export function withTransform(
  transforms: readonly Transform[],
  { kind, of }: Transform,
): readonly Transform[] {
  const last = transforms.at(-1);
  if (last?.kind === kind && last.of === of) return transforms;
  return [...transforms, { kind, of }].slice(-MOST_TRANSFORMS);
}

/** Writes what is not as at first into an address. */
export function flameToHash(hash: URLSearchParams, state: FlameState): void {
  if (state.arrangement !== INITIAL_FLAME.arrangement) hash.set('flame', state.arrangement);
  if (state.colouring !== INITIAL_FLAME.colouring) hash.set('colour', state.colouring);
  if (state.timeLane >= 0) hash.set('lane', String(state.timeLane));
  if (state.transforms.length > 0)
    hash.set('shape', state.transforms.map(({ kind, of }) => `${LETTERS[kind]}${of}`).join('.'));
  if (state.callers > 0) hash.set('callers', String(state.callers));
}

/** Reads the same. What this recording does not have is passed over. */
export function flameFromHash(
  hash: URLSearchParams,
  limits: { readonly lanes: number; readonly nodes: number; readonly functions: number },
): Partial<FlameState> {
  const arrangement = ARRANGEMENTS.find((name) => name === hash.get('flame'));
  const colouring = COLOURINGS.find((name) => name === hash.get('colour'));
  const number = (text: string, limit: number): number =>
    /^\d{1,15}$/.test(text) && Number(text) < limit ? Number(text) : -1;
  const transforms = (hash.get('shape') ?? '').split('.').flatMap((part) => {
    const kind = TRANSFORM_KINDS.find((each) => LETTERS[each] === part[0]);
    // A module that was made one box is a function too.
    const limit =
      kind === 'branch' ? limits.nodes : kind === 'module' ? limits.functions : 2 * limits.functions;
    const of = number(part.slice(1), kind === 'recursion' ? 1 : limit);
    return kind && of >= 0 ? [{ kind, of }] : [];
  });
  const lane = number(hash.get('lane') ?? '', limits.lanes);
  const callers = number(hash.get('callers') ?? '', 2 ** 16);
  return {
    ...(arrangement && { arrangement }),
    ...(colouring && { colouring }),
    ...(lane >= 0 && { timeLane: lane }),
    ...(transforms.length > 0 && { transforms: transforms.slice(0, MOST_TRANSFORMS) }),
    ...(callers > 0 && { callers }),
  };
}
