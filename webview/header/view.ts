import { RUNS } from '../../analyzer/analysis/activity.ts';
import { covered } from '../../analyzer/analysis/coverage.ts';
import type { ViewContext } from '../context.ts';
import { deviceWord } from '../devices/names.ts';
import { h, setText } from '../dom/element.ts';
import { counted, visible } from '../format.ts';
import { factsOf } from '../glance/facts.ts';
import type { Profile } from '../profile.ts';
import { THEMES, type Theme, type ThemeSwitch } from '../theme/theme.ts';
import { createDetails } from './details.ts';
import { notesOf } from './notes.ts';
import { headerStats } from './stats.ts';

export interface Header {
  readonly element: HTMLElement;
  readonly details: HTMLDialogElement;
  readonly focusSearch: () => void;
}

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  auto: 'Auto',
  light: 'Light',
  dark: 'Dark',
  contrast: 'Contrast',
};

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

  const theme = h('button', { class: 'icon', type: 'button', hidden: themes.isFixed });
  const showTheme = (): void => {
    setText(theme, THEME_NAMES[themes.get()]);
    theme.setAttribute('aria-label', `Theme: ${THEME_NAMES[themes.get()]}`);
    theme.title = 'Theme: follows the system, light, dark, or high contrast';
  };
  theme.addEventListener('click', () => {
    const next = THEMES[(THEMES.indexOf(themes.get()) + 1) % THEMES.length] ?? 'auto';
    themes.set(next);
    showTheme();
  });
  showTheme();
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

  const search = h('input', {
    type: 'search',
    placeholder: 'Find a function, file or lane',
    'aria-label': 'Find a function, file or lane',
    spellcheck: 'false',
    autocomplete: 'off',
    title: 'Words, or /a regular expression/',
  });
  search.value = store.get().search;
  search.addEventListener('input', () => store.set({ search: search.value }));
  search.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' && event.key !== 'Enter') return;
    // The first Esc empties the box, the second leaves it.
    if (event.key === 'Escape' && search.value !== '') {
      search.value = '';
      store.set({ search: '' });
    } else search.blur();
    event.preventDefault();
    event.stopPropagation();
  });
  store.on(['search'], ({ search: now }) => {
    if (search.value !== now) search.value = now;
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
