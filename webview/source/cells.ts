import type { LineMoves } from '../../analyzer/analysis/lineMoves.ts';
import { h } from '../dom/element.ts';
import { bytes, counted, duration, percent, visible } from '../format.ts';
import type { Piece } from './syntax.ts';

/** Characters of a line that are shown. */
export const LONGEST = 2000;

/** A tab as four columns, and nothing that hides or turns text. */
export const shownCode = (text: string): string => visible(text.slice(0, LONGEST).replaceAll('\t', '    '));

/** A time, and its share of the whole as a bar. */
export function timeCell(value: number, whole: number): HTMLElement {
  const fill = h('i', { class: 'bar' });
  fill.style.width = `${whole > 0 ? Math.min(100, (value / whole) * 100) : 0}%`;
  return h('div', { role: 'gridcell' }, fill, h('span', {}, value > 0 ? duration(value) : ''));
}

export const codeCell = (pieces: readonly Piece[], words: string): HTMLElement =>
  h(
    'div',
    { role: 'gridcell', class: 'code' },
    h('code', {}, ...pieces.map(({ text, tint }) => h('span', { class: tint }, shownCode(text)))),
    h('small', {}, words),
  );

/** `400 tasks · 83 MB`; empty for nothing. */
export function movedWords(moved: LineMoves | undefined): string {
  if (!moved) return '';
  const { tasks, kernels, bytes: volume } = moved;
  return [
    tasks > 0 ? counted(tasks, 'task') : '',
    kernels > 0 ? counted(kernels, 'kernel') : '',
    volume > 0 ? bytes(volume) : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

/** `self 1.20 s, 48 %, total 2.00 s, 80 %`; empty for nothing. */
export const timeWords = (self: number, total: number, whole: number): string =>
  total > 0
    ? `self ${duration(self)}, ${percent(self / whole)}, total ${duration(total)}, ${percent(total / whole)}`
    : '';
