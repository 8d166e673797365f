import { createDialog } from '../dom/dialog.ts';
import { h } from '../dom/element.ts';

const KEYS: readonly (readonly [
  group: string,
  keys: readonly (readonly [keys: string, meaning: string])[],
])[] = [
  [
    'Everywhere',
    [
      ['/', 'find a function, file or lane; /…/ is a regular expression'],
      ['F', 'select the next finding; with Shift, the one before'],
      [
        'Esc',
        'take back: the zoom of the flame graph, what was done to its calls, the finding, the range, the lanes, the search, the view',
      ],
      ['1 2 3 …', 'flame graph, functions, and the other tables that there are, in their order'],
      ['C V G', 'weigh by CPU, wall time, GIL wait'],
      ['U T', 'weigh by time of kernels, of copies, where there are devices'],
      ['?', 'this help'],
    ],
  ],
  [
    'Timeline',
    [
      ['drag', 'select a range of time; drag its edges to change it'],
      ['Shift drag', 'move'],
      ['Ctrl wheel', 'zoom at the pointer; so does a wheel on the axis'],
      ['Shift wheel', 'move'],
      ['double click', 'zoom to the selected range, or show the whole run'],
      ['click', 'select the lane; with Ctrl, add it; on a task, select its time and its lane'],
      ['N P', 'select the next task, the one before'],
      ['R E', 'select the next region of a thread that submits tasks, the one before'],
      ['W S', 'zoom in, zoom out; also + and −'],
      ['A D', 'move left, move right; also the arrows'],
      ['M', 'select what is in sight'],
      ['Z', 'zoom to the selection'],
      ['0', 'show the whole run'],
    ],
  ],
  [
    'Flame graph',
    [
      ['L T S I', 'left-heavy, time order, sandwich, inverted; wherever the keys are'],
      ['arrows', 'caller, heaviest call, neighbours'],
      ['Enter', 'zoom to the box; so does a click, in order of time a double click'],
      ['Ctrl wheel', 'zoom at the pointer'],
      ['Backspace', 'zoom out to the caller'],
      ['Esc', 'zoom out to all, then take back what was done to the calls'],
      ['O B', 'only this function, only this call'],
      ['C H', 'its calls become its own time; hide it, its time becomes its caller’s'],
      ['M R', 'its module becomes one box; so does direct recursion'],
      ['. ,', 'the next box that the search found, the one before'],
      ['Ctrl C', 'copy the stack'],
      ['right click', 'all of this, and more to copy'],
    ],
  ],
  [
    'Tables and lanes',
    [
      [
        'arrows',
        'go to a row; Home, End, Page Up, Page Down; sideways on a lane, through its tasks, on a stream through its work',
      ],
      ['Space', 'select it; of a row of tasks the flame graph shows the samples inside them'],
      ['Enter', 'show the function or the tasks in the flame graph, or select the lane'],
    ],
  ],
];

const READING = [
  'Findings come first: what to change, where, and how many times faster the whole run would be. Selecting one selects its time, its lanes and its function in every view. A gain is withheld where the recording is too short, or the machine was too busy, to predict one.',
  'The height of a colour in a lane is its share of the time: where a pixel holds more than one observation, they share its column.',
  'Under the state of a worker are its tasks: a box is one task, coloured by the module of its function, a cross is an exception and an open arrow a task that was not seen to end. Narrow tasks share a pixel, and grey stands for several functions. What a thread had submitted is below it: filled where tasks were under way, a line where none were. A pool has two areas on scales of their own: tasks that wait above, tasks that run below.',
  'A device has a row of how busy it was, kernels above and copies below, and a row for each of its streams: kernels have the whole height, copies to the device stand at the bottom, copies to the host at the top, fills are low. Pointing at one draws a line from the call that started it. Calls of the device’s API are a thin strip below a thread: full where they started work, a line where they waited, allocated or loaded. What the program marked by name is below it.',
  'Operators of PyTorch lie below the thread that ran them, each inside the one that called it; those of the backward pass have a colour of their own. The table has the line that they ran for, a backward operator that of its forward one: where samples fell into it, or into others at its place in the step.',
  'By GPU time the flame graph has kernels under the code that launched them. Where that code was not taken at the launch it is that of the nearest samples of the thread, and the picture says how sure that is.',
  'CPU is what the operating system counted for the thread between two observations, not the number of observations. Percentages of a lane are of the time that it lived.',
  'In the flame graph every box is a function; its width is its time with all that it called, the heaviest call at the left. Your own modules have colours, libraries and machine code are quiet. Coloured by state, process or lane a box has the colour of most of its time, and the strip below its name all of it.',
  'In order of time a box is a call of one lane, from when it was first seen to when it was last seen. In a sandwich callers stand above the picked function and what it calls below; recursion counts once. Inverted, functions stand at the top by their own time, and below each those that called it.',
];

export function createHelp(): HTMLDialogElement {
  return createDialog(
    'Keys and how to read',
    'help-title',
    h(
      'div',
      { class: 'help-groups' },
      ...KEYS.map(([group, keys]) =>
        h(
          'section',
          {},
          h('h3', {}, group),
          h(
            'dl',
            {},
            ...keys.flatMap(([combination, meaning]) => [
              h('dt', {}, ...keysOf(combination)),
              h('dd', {}, meaning),
            ]),
          ),
        ),
      ),
    ),
    h('h3', {}, 'How to read'),
    ...READING.map((sentence) => h('p', {}, sentence)),
  );
}

/** Single letters and named keys as keys, the words for the mouse as words. */
function keysOf(combination: string): Node[] {
  return combination.split(' ').map((part) => {
    const key = /^([A-Z].*|[^a-z])$/.test(part);
    return h(key ? 'kbd' : 'span', {}, part);
  });
}
