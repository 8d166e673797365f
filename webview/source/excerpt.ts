import type { Tables } from '../../analyzer/model/index.ts';
import { h } from '../dom/element.ts';
import type { SourcePlace } from '../host.ts';
import { shownCode } from './cells.ts';
import { sourceText } from './texts.ts';

/** Lines before the one that is meant, and after. */
const AROUND = 1;

/** A line with its neighbours as quiet code; null where its text is not known. */
export function excerptOf(tables: Pick<Tables, 'sources'>, { file, line }: SourcePlace): HTMLElement | null {
  const lines = sourceText(tables, file)?.lines ?? [];
  if (line < 1 || line > lines.length) return null;
  const from = Math.max(1, line - AROUND);
  const shown = lines.slice(from - 1, line + AROUND).map((text, i) => {
    const number = from + i;
    return h(
      'div',
      { class: number === line ? 'at' : '' },
      h('span', {}, `${number}`.padStart(`${line + AROUND}`.length)),
      ` ${shownCode(text)}`,
    );
  });
  return h('pre', { class: 'excerpt', tabindex: 0, 'aria-label': `Lines around ${line}` }, ...shown);
}
