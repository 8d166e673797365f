import type { RunComparison } from '../../analyzer/advice/runComparison.ts';
import { h } from '../dom/element.ts';
import { duration, visible } from '../format.ts';
import { searchBox } from '../header/searchBox.ts';
import { themeButton } from '../header/themeButton.ts';
import type { Store } from '../state/store.ts';
import type { ThemeSwitch } from '../theme/theme.ts';
import type { CompareState } from './state.ts';
import { changeWords, paceWords } from './words.ts';

/** What the comparison comes to: how much faster, and from which times that follows. */
export function createCompareHeader(
  { comparison, names, threshold }: RunComparison,
  store: Store<CompareState>,
  themes: ThemeSwitch,
  help: HTMLDialogElement,
): { element: HTMLElement; focusSearch: () => void } {
  const { before, after, wallRatio } = comparison;
  const command = visible(after.command.join(' '));
  const pace = paceWords(wallRatio, threshold);
  const kind = pace.endsWith('faster') ? ' won' : pace.endsWith('slower') ? ' lost' : '';
  const files = `${visible(names.before)} → ${visible(names.after)}`;

  const theme = themeButton(themes);
  const helpButton = h(
    'button',
    { class: 'icon', type: 'button', 'aria-label': 'Help and keys (?)', title: 'Help and keys (?)' },
    '?',
  );
  helpButton.addEventListener('click', () => help.showModal());
  const search = searchBox({
    get: () => store.get().search,
    set: (text) => store.set({ search: text }),
    onChange: (listener) => store.on(['search'], ({ search: now }) => listener(now)),
  });

  const stat = (name: string, then: number, now: number, meaning: string): HTMLElement =>
    h(
      'div',
      { class: 'stat', title: meaning },
      h('dt', {}, name),
      h(
        'dd',
        {},
        `${duration(then * 1e9)} → ${duration(now * 1e9)} `,
        h('small', {}, changeWords(then, now)),
      ),
    );
  const element = h(
    'header',
    { class: 'top compare-top' },
    h('h1', {}, 'perfscope'),
    h('strong', { class: `pace${kind}`, title: 'Wall time before by wall time after' }, pace),
    h(
      'dl',
      { class: 'stats' },
      stat('wall', before.wallSeconds, after.wallSeconds, 'Time that the run took, before and after'),
      before.cpuSeconds > 0 || after.cpuSeconds > 0
        ? stat('CPU', before.cpuSeconds, after.cpuSeconds, 'CPU time of every lane, before and after')
        : null,
    ),
    h(
      'code',
      { class: 'command', title: [command, files].filter(Boolean).join('\n') },
      command === '' ? null : h('bdi', {}, command),
      command === '' ? null : ' · ',
      h('bdi', {}, files),
    ),
    h('span', { class: 'spring' }),
    h('label', { class: 'search' }, search, h('kbd', { 'aria-hidden': 'true' }, '/')),
    theme,
    helpButton,
  );
  return {
    element,
    focusSearch: () => {
      search.focus();
      search.select();
    },
  };
}
