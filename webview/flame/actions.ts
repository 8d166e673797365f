import type { ViewContext } from '../context.ts';
import { openSource } from '../source/open.ts';
import { lastTransformOut, withTransform } from '../state/flameState.ts';
import { copyText, stackText, tableText } from './copies.ts';
import type { Action } from './menu.ts';
import type { FlameModel } from './model.ts';
import { recordedFunction, recordedNode } from './shape.ts';
import { TRANSFORM_KEYS, transformsOf } from './transforms.ts';
import { labelOf } from './words.ts';

const WHOLE = { zoom: 0, callers: 0 } as const;

export interface FlameActions {
  /** What can be done with a box, in the groups of a menu; where there is no box, or it is one of many calls, with the picture. */
  readonly of: (box: number) => Action[][];
  /** What a menu of a box is about. */
  readonly heading: (box: number) => string;
  readonly copyStack: (box: number) => void;
}

/** `enter`: zooms to a box. `note`: says what was done. */
export function flameActions(
  view: ViewContext,
  model: FlameModel,
  enter: (box: number) => void,
  note: (words: string) => void,
): FlameActions {
  const { store, profile } = view;
  const copy = async (text: string, what: string): Promise<void> =>
    note((await copyText(text)) ? `Copied ${what}.` : 'The browser does not allow copying here.');
  const copyStack = (box: number): void => void copy(stackText(model.shown(), box), 'the stack');
  const calledBy = (box: number): number => {
    const { boxes } = model.shown();
    return boxes.merged[box] === 0 ? model.functionOf(boxes.node[box] as number) : -1;
  };
  const nameOf = (called: number): string => labelOf(profile, model.shown().picture, called).name;
  return {
    copyStack,
    heading: (box) => (calledBy(box) < 0 ? 'The flame graph' : nameOf(calledBy(box))),
    of: (box) => {
      const { picture, boxes, state } = model.shown();
      const { kind, shape } = picture;
      const called = calledBy(box);
      const isTop = kind === 'heavy' || kind === 'time';
      const recorded = called >= 0 && isTop ? recordedNode(shape, boxes.node[box] as number) : -1;
      const shaping: Action[] = transformsOf(profile, shape, called, recorded).map(
        ({ transform, label }) => ({
          label,
          keys: TRANSFORM_KEYS[transform.kind],
          act: () =>
            store.set({
              transforms: withTransform(store.get().transforms, transform),
              ...((transform.kind === 'focus' || transform.kind === 'branch') && WHOLE),
            }),
        }),
      );
      if (state.transforms.length > 0)
        shaping.push({
          label: 'Take the last change back',
          keys: '',
          act: () => store.set(lastTransformOut(store.get())),
        });
      const table: Action = {
        label: 'Copy what is in sight as a table',
        keys: '',
        act: () => void copy(tableText(model.shown()), 'a table'),
      };
      if (called < 0) return [shaping, [table]];
      const picked = recordedFunction(shape, called);
      const looking: Action[] = [];
      if (kind !== 'sandwich') looking.push({ label: 'Zoom to it', keys: 'Enter', act: () => enter(box) });
      if (picked >= 0)
        looking.push({
          label: 'Who calls it, and what it calls',
          keys: 'S',
          act: () => store.set({ picked, arrangement: 'sandwich', ...WHOLE }),
        });
      const name = nameOf(called);
      return [
        looking,
        shaping,
        [
          {
            label: 'Show its source',
            keys: '',
            act: () => openSource(view, null, { picked, finding: '', group: -1 }),
          },
          { label: 'Copy its name', keys: '', act: () => void copy(name, name) },
          { label: 'Copy its stack', keys: 'Ctrl C', act: () => copyStack(box) },
          table,
        ],
      ];
    },
  };
}
