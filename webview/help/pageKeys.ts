import type { ViewContext } from '../context.ts';
import type { Findings } from '../findings/view.ts';
import type { Header } from '../header/view.ts';
import { metricsOf, tabsOf } from '../panels.ts';
import { openSource } from '../source/open.ts';
import type { FlameMetric } from '../state/viewState.ts';
import type { Shortcut } from './keys.ts';

/** Metrics that have a key, where a recording knows them. */
const METRIC_KEYS: readonly (readonly [metric: FlameMetric, key: string, name: string])[] = [
  ['cpu', 'c', 'CPU time'],
  ['wall', 'v', 'wall time'],
  ['gil-wait', 'g', 'waiting for the GIL'],
  ['gpu', 'u', 'time of kernels'],
  ['copy', 't', 'time of copies'],
];

interface Parts {
  readonly header: Pick<Header, 'focusSearch'>;
  readonly help: HTMLDialogElement;
  readonly exports: HTMLDialogElement;
  readonly findings: Pick<Findings, 'step'>;
  readonly takeBack: () => void;
}

/** The keys of the page as a whole. */
export function addPageKeys(view: ViewContext, { header, help, exports, findings, takeBack }: Parts): void {
  const { keys, store, profile } = view;
  const tabs = tabsOf(profile.recording);
  const metrics = metricsOf(view);
  keys.add(
    'Everywhere',
    {
      keys: ['/'],
      meaning: 'find a function, file or lane; /…/ is a regular expression',
      run: header.focusSearch,
    },
    { keys: ['o'], meaning: 'show the source of what is selected', run: () => openSource(view, null) },
    { keys: ['f'], meaning: 'select the next finding', run: () => findings.step(1) },
    { keys: ['F'], meaning: 'select the finding before', run: () => findings.step(-1) },
    {
      keys: ['Escape'],
      meaning:
        'take back: the zoom of the flame graph, the finding, the range, the lanes, the search, the view',
      run: takeBack,
    },
    {
      keys: tabs.slice(0, 9).map((_, i) => String(i + 1)),
      shown: tabs.length > 2 ? `1 … ${Math.min(9, tabs.length)}` : '1 2',
      meaning: 'flame graph, functions, call tree, and the other tables that there are, in their order',
      run: (key) => {
        const tab = tabs[Number(key) - 1];
        if (tab) store.set({ tab });
      },
    },
    ...METRIC_KEYS.filter(([metric]) => metrics.includes(metric)).map(
      ([metric, key, name]): Shortcut => ({
        keys: [key],
        meaning: `weigh by ${name}`,
        run: () => store.set({ metric }),
      }),
    ),
    { keys: ['x'], meaning: 'save a picture or a table', run: () => exports.showModal() },
    { keys: ['?'], meaning: 'this help', run: () => help.showModal() },
  );
}
