import { createDialog } from '../dom/dialog.ts';
import { h } from '../dom/element.ts';

const KEYS: readonly (readonly [keys: readonly string[], meaning: string])[] = [
  [['/'], 'find a function, file or lane; /…/ is a regular expression'],
  [['1', '2'], 'flame graph, functions'],
  [['C', 'V', 'G'], 'weigh by CPU, wall time, GIL wait'],
  [['U', 'T'], 'weigh by time of kernels, of copies, where both runs have devices'],
  [['W', 'S'], 'zoom both timelines in and out'],
  [['A', 'D'], 'move both timelines'],
  [['0'], 'show the whole of both runs'],
  [['Esc'], 'take back: the zoom, the function, the range, the lanes, the search'],
  [['Enter'], 'zoom the flame graph to a box; show a row of the table in it'],
];

const READING: readonly string[] = [
  'Red took more time after, blue took less; the darker, the larger a part of it came or went. What differs by less than a twentieth is grey. Every box also says what it changed by.',
  'Two calls are the same one when the functions of their whole paths are: by name and file, whatever their lines; where a file was moved, by name and module.',
  'At first a box is as wide as the larger of its two times, so that what came and what went both have room. The width of one run shows that run’s own flame graph.',
  'As shares, each run is taken as a whole of 100 %: for runs that did not do equally much.',
  'In the timelines both runs begin at the left edge, and a second is as wide in both. A range that is selected in one run belongs to that run; a lane is selected in both where both have one of its name.',
  'Two runs of one program differ by some percent even on a quiet machine: believe small differences after several runs.',
];

export const createCompareHelp = (): HTMLDialogElement =>
  createDialog(
    'Keys and how to read',
    'help-title',
    h(
      'dl',
      { class: 'compare-keys' },
      ...KEYS.flatMap(([keys, meaning]) => [
        h('dt', {}, ...keys.map((key) => h('kbd', {}, key))),
        h('dd', {}, meaning),
      ]),
    ),
    h('h3', {}, 'How to read'),
    ...READING.map((sentence) => h('p', {}, sentence)),
  );
