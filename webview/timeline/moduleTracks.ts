import { type SpanTracks, withSums } from '../../analyzer/analysis/spanTracks.ts';
import { READY, RUNNING } from '../../analyzer/model/index.ts';
import type { Profile } from '../profile.ts';
import { hueOf, OWN_COLOURS, type Palette } from '../theme/palette.ts';

/** Whose code a lane was in: below `LIBRARY`, the hue of a module of the program's own. */
const LIBRARY = OWN_COLOURS;
const NATIVE = OWN_COLOURS + 1;
/** The thread waited, or nothing is known of its stack. */
const NONE = OWN_COLOURS + 2;
const CATEGORIES = OWN_COLOURS + 3;

/** The tokens of the categories' colours. */
export const MODULE_TOKENS: readonly string[] = [
  ...Array.from({ length: OWN_COLOURS }, (_, i) => `own-${i}`),
  'library',
  'native',
];

/** The colours of the categories; those of waiting have none. */
export const moduleColours = ({ own, library, native }: Palette): readonly string[] => [
  ...own,
  library,
  native,
];

export interface ModuleTracks {
  /** A track for each lane, at the times of its samples. */
  readonly tracks: SpanTracks;
  /** What stands for each colour, most time first: several modules may share one. */
  readonly shown: readonly { readonly category: number; readonly names: readonly string[] }[];
}

/**
 * Whose code each lane was in while it ran or wanted to: of the innermost function of the program's own, since what that calls in libraries
 * it calls for itself; where there is none, of the innermost function.
 */
export function moduleTracks({
  timeline,
  recording,
  functions,
  homes,
}: Pick<Profile, 'timeline' | 'recording' | 'functions' | 'homes'>): ModuleTracks {
  const { offset, row, from, to } = timeline;
  const { samples, stacks } = recording.tables;
  const owner = new Int32Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) {
    const called = functions.ofFrame[stacks.frame[i] as number] as number;
    const above = stacks.parent[i] as number;
    const its = above < 0 ? -1 : (owner[above] as number);
    const isOwn = homes[called]?.origin === 'own';
    owner[i] = isOwn || homes[its]?.origin !== 'own' ? called : its;
  }
  const ofFunction = Uint8Array.from(homes, ({ origin, module }) =>
    origin === 'own' ? hueOf(module) : origin === 'library' ? LIBRARY : NATIVE,
  );
  const category = new Uint8Array(row.length).fill(NONE);
  const time = new Float64Array(homes.length);
  for (let at = 0; at < row.length; at++) {
    const sample = row[at] as number;
    const stack = samples.stack[sample] as number;
    const state = samples.state[sample];
    if (stack < 0 || (state !== RUNNING && state !== READY)) continue;
    const called = owner[stack] as number;
    category[at] = ofFunction[called] as number;
    time[called] = (time[called] as number) + (to[at] as number) - (from[at] as number);
  }
  const first = Uint32Array.from(offset, (_, lane) => lane);
  const tracks = withSums({ first, offset, row, from, to, category, categories: CATEGORIES });
  return { tracks, shown: coloursOf(time, ofFunction, homes) };
}

function coloursOf(
  time: Float64Array,
  ofFunction: Uint8Array,
  homes: Profile['homes'],
): ModuleTracks['shown'] {
  const byName = new Map<string, { category: number; time: number }>();
  for (let id = 0; id < homes.length; id++) {
    if (!((time[id] as number) > 0)) continue;
    const category = ofFunction[id] as number;
    const name =
      category === LIBRARY ? 'libraries' : category === NATIVE ? 'native code' : (homes[id]?.module ?? '');
    const known = byName.get(name) ?? { category, time: 0 };
    known.time += time[id] as number;
    byName.set(name, known);
  }
  const colours = new Map<number, string[]>();
  for (const [name, { category }] of [...byName].sort(([, a], [, b]) => b.time - a.time))
    colours.set(category, [...(colours.get(category) ?? []), name]);
  return [...colours].map(([category, names]) => ({ category, names }));
}
