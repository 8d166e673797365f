import type { ViewContext } from './context.ts';
import { keyed } from './findings/selection.ts';

/** Where there is an editor, what is selected is shown there too: the line of a finding, else the function that was picked. */
export function revealSelected({ host, store, profile }: ViewContext): void {
  const { reveal } = host;
  if (!reveal) return;
  const places = host.advice().then(
    (advice) => new Map(keyed(advice?.findings ?? []).map(({ key, location }) => [key, location])),
    () => new Map<string, null>(),
  );
  store.on(['picked', 'finding'], async (now, before) => {
    const { picked, finding } = now;
    if (finding !== '' && finding !== before.finding) {
      const location = (await places).get(finding);
      if (location) reveal(location, true);
    } else if (picked >= 0 && picked !== before.picked) {
      const { file, line } = profile.functions;
      const path = file[picked] ?? '';
      if (path !== '') reveal({ file: path, line: line[picked] ?? 0 }, true);
    }
  });
}
