import { createDialog } from '../dom/dialog.ts';
import { h } from '../dom/element.ts';
import { matcherOf } from '../state/search.ts';
import { KEY_GROUPS, type KeyGroup, type Keys, nameOfKey } from './keys.ts';

type Line = readonly [keys: string, meaning: string];

/** What the mouse does, and the keys of what has the focus. */
const GESTURES: Readonly<Record<KeyGroup, readonly Line[]>> = {
  Everywhere: [['Tab', 'the next part of the page; arrows move within it']],
  Timeline: [
    ['drag', 'select a range of time; drag its edges to change it'],
    ['Shift drag', 'move'],
    ['Ctrl wheel', 'zoom at the pointer; so does a wheel on the axis'],
    ['Shift wheel', 'move'],
    ['double click', 'zoom to the selected range, or show the whole run; on a name, select the lane'],
    ['Shift arrows', 'select from the cursor'],
    ['click', 'select the lane; with Ctrl, add it; on a task, select its time and its lane'],
  ],
  'Flame graph': [
    ['arrows', 'caller, heaviest call, neighbours'],
    ['Enter', 'zoom to the box; so does a click, in order of time a double click'],
    ['double click', 'show the source of the function'],
    ['Ctrl wheel', 'zoom at the pointer'],
    ['Backspace', 'zoom out to the caller'],
    ['O B', 'with Shift: only this function, only this call'],
    ['C H', 'with Shift: its calls become its own time; hide it, its time becomes its caller’s'],
    ['M R', 'with Shift: its module becomes one box; so does direct recursion'],
    ['Ctrl C', 'copy the stack'],
    ['right click', 'all of this, and more to copy'],
  ],
  'Call tree': [
    ['arrows', 'go to a row; sideways, open and close it'],
    ['H', 'open the way to where most time is spent'],
    ['*', 'open all below the row'],
    ['I', 'begin at the functions that take the time, with their callers below them; and back'],
    ['Enter', 'show the row in the flame graph'],
  ],
  Source: [
    ['H', 'go to the hottest line of the file, then to the next hottest; with Shift, back'],
    ['Space', 'select the line and its function; so does a click'],
    ['Enter', 'show the function in the flame graph, or the line in the editor where there is one'],
  ],
  'Tables and lanes': [
    [
      'arrows',
      'go to a row; Home, End, Page Up, Page Down; sideways on a lane, through its tasks, on a stream through its work',
    ],
    ['Space', 'select it; of a row of tasks the flame graph shows the samples inside them'],
    ['Enter', 'show the function or the tasks in the flame graph, or select the lane'],
    ['Ctrl C', 'copy the table, with tabs between its columns'],
  ],
};

const READING = [
  'Findings come first: what to change, where, and how many times faster the whole run would be. Selecting one selects its time, its lanes and its function in every view. A gain is withheld where the recording is too short, or the machine was too busy, to predict one.',
  'The height of a colour in a lane is its share of the time: where a pixel holds more than one observation, they share its column.',
  'Under the state of a worker are its tasks: a box is one task, coloured by the module of its function, a cross is an exception and an open arrow a task that was not seen to end. Narrow tasks share a pixel, and grey stands for several functions. What a thread had submitted is below it: filled where tasks were under way, a line where none were. A pool has two areas on scales of their own: tasks that wait above, tasks that run below.',
  'A device has a row of how busy it was, kernels above and copies below, and a row for each of its streams: kernels have the whole height, copies to the device stand at the bottom, copies to the host at the top, fills are low. Pointing at one draws a line from the call that started it. Calls of the device’s API are a thin strip below a thread: full where they started work, a line where they waited, allocated or loaded. What the program marked by name is below it.',
  'Operators of PyTorch lie below the thread that ran them, each inside the one that called it; those of the backward pass have a colour of their own. The table has the line that they ran for, a backward operator that of its forward one: where samples fell into it, or into others at its place in the step.',
  'By GPU time the flame graph has kernels under the code that launched them. Where that code was not taken at the launch it is that of the nearest samples of the thread, and the picture says how sure that is.',
  'CPU is what the operating system counted for the thread between two observations, not the number of observations. Percentages of a lane are of the time that it lived.',
  'The source shows each line with its own time and its time with all that it called, under the selection. Kernels are at the line that launched them, machine code at the line that called it. A line with a colour has much of the time of its file; the selected function has an edge, and a dot is a finding.',
  'In the flame graph every box is a function; its width is its time with all that it called, the heaviest call at the left. Your own modules have colours, libraries and machine code are quiet. Coloured by state, process or lane a box has the colour of most of its time, and the strip below its name all of it.',
  'In order of time a box is a call of one lane, from when it was first seen to when it was last seen. In a sandwich callers stand above the picked function and what it calls below; recursion counts once. Inverted, functions stand at the top by their own time, and below each those that called it.',
];

/** The keys of the page and how to read it, with a box to find a line of it. Filled when it opens: views add keys as they are made. */
export function createHelp(keys: Keys): HTMLDialogElement {
  const groups = h('div', { class: 'help-groups' });
  const reading = h('section', {});
  const none = h('p', { class: 'empty', 'aria-live': 'polite' });
  const find = h('input', {
    type: 'search',
    placeholder: 'Find a key or a word',
    'aria-label': 'Find a key or a word in this help',
    autocomplete: 'off',
    spellcheck: 'false',
    autofocus: true,
  });
  const fill = (): void => {
    const finds = matcherOf(find.value) ?? (() => true);
    const sections = KEY_GROUPS.map((group) => ({
      group,
      lines: linesOf(keys, group).filter(([shown, meaning]) => finds(`${group} ${shown} ${meaning}`)),
    })).filter(({ lines }) => lines.length > 0);
    groups.replaceChildren(...sections.map(({ group, lines }) => sectionOf(group, lines)));
    const sentences = READING.filter(finds);
    reading.replaceChildren(
      ...(sentences.length > 0 ? [h('h3', {}, 'How to read')] : []),
      ...sentences.map((sentence) => h('p', {}, sentence)),
    );
    none.textContent = sections.length + sentences.length > 0 ? '' : 'Nothing in this help matches.';
  };
  find.addEventListener('input', fill);
  const dialog = createDialog(
    'Keys and how to read',
    'help-title',
    h('p', { class: 'find' }, find),
    none,
    groups,
    reading,
  );
  dialog.addEventListener('beforetoggle', (event) => {
    if ((event as ToggleEvent).newState !== 'open') return;
    find.value = '';
    fill();
  });
  return dialog;
}

const linesOf = (keys: Keys, group: KeyGroup): Line[] => [
  ...keys.of(group).map(({ keys: all, shown, meaning }): Line => [shown ?? nameOfKey(all[0] ?? ''), meaning]),
  ...GESTURES[group],
];

const sectionOf = (group: KeyGroup, lines: readonly Line[]): HTMLElement =>
  h(
    'section',
    {},
    h('h3', {}, group),
    h(
      'dl',
      {},
      ...lines.flatMap(([combination, meaning]) => [
        h('dt', {}, ...keysOf(combination)),
        h('dd', {}, meaning),
      ]),
    ),
  );

/** Single letters and named keys as keys, the words for the mouse as words. */
function keysOf(combination: string): Node[] {
  return combination.split(' ').map((part) => {
    const key = /^([A-Z].*|[^a-z])$/.test(part);
    return h(key ? 'kbd' : 'span', {}, part);
  });
}
