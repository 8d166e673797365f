import type { ViewContext } from '../context.ts';
import type { SourcePlace } from '../host.ts';
import type { ViewState } from '../state/viewState.ts';

/** Shows a line in the source panel and gives the keys to it; null for that of what is selected. `more`: what is selected with it. */
export function openSource(
  { profile, store }: Pick<ViewContext, 'profile' | 'store'>,
  place: SourcePlace | null,
  more: Partial<ViewState> = {},
): void {
  const { finding, source, picked, group } = store.get();
  const { functions, groups } = profile;
  const called = picked < 0 ? (groups.function[group] ?? -1) : -1;
  const task = called < 0 ? null : { file: functions.file[called] ?? '', line: functions.line[called] ?? 0 };
  // A finding has chosen its line already.
  store.set({ ...more, tab: 'source', source: place ?? (finding === '' ? task : source) });
  // The panel is shown with the next picture.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.grid.source')?.focus()),
  );
}
