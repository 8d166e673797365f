import type { Transform, TransformKind } from '../../analyzer/analysis/shapedTree.ts';
import { visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { FlameState } from '../state/flameState.ts';
import { type Shape, shapedLabel, shapeOf } from './shape.ts';

/** Keys of the flame graph that do one to the box that the keys are at. */
export const TRANSFORM_KEYS: Readonly<Record<TransformKind, string>> = {
  focus: 'O',
  branch: 'B',
  collapse: 'C',
  hide: 'H',
  module: 'M',
  recursion: 'R',
};

/** What was done, as short as a chip wants it. */
export function transformWords(
  profile: Profile,
  { transforms }: FlameState,
  { kind, of }: Transform,
): string {
  const shape = shapeOf(profile, transforms);
  const name = (id: number): string => shapedLabel(profile, shape, id);
  switch (kind) {
    case 'focus':
      return `only ${name(of)}`;
    case 'branch':
      return `only this call of ${name(profile.tree.function[of] as number)}`;
    case 'collapse':
      return `${name(of)} with all it calls`;
    case 'hide':
      return `without ${name(of)}`;
    case 'module':
      return `module ${visible(profile.homes[of]?.module ?? '')} as one`;
    case 'recursion':
      return 'recursion as one';
  }
}

/** What a menu offers to do with a function, and with the node of the recording's tree that it was pointed at in; -1 for none. */
export function transformsOf(
  profile: Profile,
  shape: Shape,
  called: number,
  node: number,
): { readonly transform: Transform; readonly label: string }[] {
  if (called < 0) return [];
  const name = shapedLabel(profile, shape, called);
  const module = shape.modules[called];
  const offers: [TransformKind, number, string][] = [
    ['focus', called, `Only ${name}, wherever it was called`],
    ...(node > 0
      ? ([['branch', node, 'Only this call and what it calls']] as [TransformKind, number, string][])
      : []),
    ['collapse', called, `Make all that ${name} calls its own time`],
    ['hide', called, `Hide ${name}: its time becomes its caller’s`],
    ...(module === undefined
      ? []
      : ([['module', module, `Make module ${visible(profile.homes[module]?.module ?? '')} one box`]] as [
          TransformKind,
          number,
          string,
        ][])),
    ['recursion', 0, 'Make direct recursion one box'],
  ];
  return offers.map(([kind, of, label]) => ({ transform: { kind, of }, label }));
}
