import { RUNS } from '../../analyzer/analysis/activity.ts';
import { covered } from '../../analyzer/analysis/coverage.ts';
import type { ViewContext } from '../context.ts';
import { deviceWord } from '../devices/names.ts';
import { h } from '../dom/element.ts';
import { counted, visible } from '../format.ts';
import { factsOf } from '../glance/facts.ts';
import type { Profile } from '../profile.ts';
import type { ThemeSwitch } from '../theme/theme.ts';
import { createDetails } from './details.ts';
import { notesOf } from './notes.ts';
import { searchBox } from './searchBox.ts';
import { headerStats } from './stats.ts';
import { themeButton } from './themeButton.ts';

export interface Header {
  readonly element: HTMLElement;
  readonly details: HTMLDialogElement;
  readonly focusSearch: () => void;
}

export function createHeader(
  view: ViewContext,
  themes: ThemeSwitch,
  help: HTMLDialogElement,
  keep: () => void,
): Header {
  const { profile, store } = view;
  const { meta } = profile.recording;
  const command = visible(meta.command.join(' ')) || 'unknown command';
  const cpu = factsOf(profile, profile.bounds, null).times[RUNS] as number;
  const notes = notesOf(meta);
  const details = createDetails(meta, notes);

  const notice = h(
    'button',
    { class: notes.length > 0 ? 'notice warns' : 'notice', type: 'button', 'aria-haspopup': 'dialog' },
    notes.length > 0 ? counted(notes.length, 'note') : 'About',
  );
  notice.title = notes.length > 0 ? notes.map(visible).join('\n') : 'About this recording';
  notice.addEventListener('click', () => details.showModal());

  const theme = themeButton(themes);
  const helpButton = h(
    'button',
    { class: 'icon', type: 'button', 'aria-label': 'Help and keys (?)', title: 'Help and keys (?)' },
    '?',
  );
  helpButton.addEventListener('click', () => help.showModal());
  const keepButton = h(
    'button',
    {
      class: 'icon',
      type: 'button',
      'aria-label': 'Save a picture or a table (X)',
      title: 'Save a picture or a table (X)',
    },
    'Save',
  );
  keepButton.addEventListener('click', keep);

  const search = searchBox({
    get: () => store.get().search,
    set: (text) => store.set({ search: text }),
    onChange: (listener) => store.on(['search'], ({ search: now }) => listener(now)),
  });

  const element = h(
    'header',
    { class: 'top' },
    h('h1', {}, 'perfscope'),
    h('code', { class: 'command', title: command }, h('bdi', {}, command)),
    h(
      'dl',
      { class: 'stats' },
      ...headerStats(profile.recording, cpu, gpuBusy(profile), deviceWord(profile)).map(
        ({ name, value, meaning }) =>
          h('div', { class: 'stat', title: meaning }, h('dt', {}, name), h('dd', {}, value)),
      ),
    ),
    h('span', { class: 'spring' }),
    notice,
    h('label', { class: 'search' }, search, h('kbd', { 'aria-hidden': 'true' }, '/')),
    keepButton,
    theme,
    helpButton,
  );
  return {
    element,
    details,
    focusSearch: () => {
      search.focus();
      search.select();
    },
  };
}

/** Mean over the devices that ran a kernel of the share of the run that they were busy with kernels; null where none did. */
function gpuBusy({ devices, bounds }: Profile): number | null {
  const times = devices.busy.units.map(({ kernels }) => covered(kernels)).filter((time) => time > 0);
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  return times.length === 0 ? null : Math.min(1, mean / (bounds.to - bounds.from));
}
