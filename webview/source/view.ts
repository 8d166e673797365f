import { type LineHeat, type SourceHeat, sourceHeat } from '../../analyzer/analysis/lineHeat.ts';
import { type LineMoves, lineMoves } from '../../analyzer/analysis/lineMoves.ts';
import type { ViewContext } from '../context.ts';
import { h, setText } from '../dom/element.ts';
import { createGrid, type GridRow } from '../dom/grid.ts';
import { settling } from '../dom/settle.ts';
import { type KeyedFinding, keyed, selectingFinding } from '../findings/selection.ts';
import { duration, percent, visible } from '../format.ts';
import type { SourcePlace } from '../host.ts';
import { samplesSelected } from '../state/samples.ts';
import { matcherOf } from '../state/search.ts';
import { createAbout } from './about.ts';
import { codeCell, LONGEST, movedWords, timeCell, timeWords } from './cells.ts';
import { type CodeRange, rangeAt, rangesOf } from './ranges.ts';
import { launchedAt } from './sites.ts';
import { tinted } from './syntax.ts';
import { sourceNote, sourceText } from './texts.ts';

type SourceColumn = 'self' | 'total' | 'line' | 'name';

const COLUMNS = [
  { id: 'self', title: 'Self', explanation: 'Time at the line itself, with the machine code that it called' },
  { id: 'total', title: 'Total', explanation: 'Time at the line and in all that it called' },
  { id: 'line', title: 'Line', explanation: 'Number of the line, and findings at it' },
  { id: 'name', title: 'Code', explanation: 'The line, with what it moved and started' },
] as const;

const ROW_HEIGHT = 20;
/** Lines that are kept in sight around the one that is shown. */
const AROUND = 5;
/** Files that can be chosen. */
const MOST_FILES = 500;
const NO_LINES: LineHeat = {
  length: 0,
  line: new Uint32Array(0),
  self: new Float64Array(0),
  total: new Float64Array(0),
};

/** The text of source files with what each line costs in the selection. */
export function createSource(view: ViewContext): { element: HTMLElement; active: (shown: boolean) => void } {
  const { profile, store, host, announce } = view;
  const { functions, trace } = profile;
  const { tables, meta } = profile.recording;
  const files = h('select', { 'aria-label': 'File' });
  const filter = h('input', { type: 'search', placeholder: 'Filter files', 'aria-label': 'Filter files' });
  const next = h('button', { class: 'quiet', type: 'button', title: 'H; with Shift, back' }, 'Hottest line');
  const edit = h('button', { class: 'quiet', type: 'button', hidden: !host.reveal }, 'Open in editor');
  const bar = h('div', { class: 'source-bar' }, files, filter, next, edit);
  const note = h('p', { class: 'note', hidden: true });
  const about = createAbout(view);

  let isShown = false;
  let stale = true;
  let heat: SourceHeat | null = null;
  let moves: ReadonlyMap<string, ReadonlyMap<number, LineMoves>> = new Map();
  let at: SourcePlace = { file: '', line: 0 };
  let lines = NO_LINES;
  let hottest = 0;
  /** By number of the line, its place in `lines`. */
  let rows: ReadonlyMap<number, number> = new Map();
  let hasText = false;
  let piecesOf = tinted('', '');
  let ranges: readonly CodeRange[] = [];
  let framed: CodeRange | null = null;
  let findings: ReadonlyMap<string, readonly KeyedFinding[]> | null = null;

  const lineOf = (index: number): number => (hasText ? index + 1 : (lines.line[index] as number));
  const selfOf = (line: number): number => lines.self[rows.get(line) ?? -1] ?? 0;
  const totalOf = (line: number): number => lines.total[rows.get(line) ?? -1] ?? 0;
  const byHeat = (): number[] =>
    Array.from(lines.line).sort((a, b) => selfOf(b) - selfOf(a) || totalOf(b) - totalOf(a));
  const inside = `${meta.directory}/`;
  const pathOf = (file: string): string =>
    visible(file.startsWith(inside) ? file.slice(inside.length) : file);

  const rowOf = (index: number): GridRow => {
    const line = lineOf(index);
    const [self, total] = [selfOf(line), totalOf(line)];
    const whole = heat?.whole ?? 0;
    const found = findings?.get(`${at.file}:${line}`) ?? [];
    const moved = movedWords(moves.get(at.file)?.get(line));
    const pieces = hasText ? piecesOf(line) : [{ text: nameAt(line), tint: 'comment' } as const];
    const isIn = framed !== null && line >= framed.first && line <= framed.last;
    const degree = self > 0 ? Math.ceil(4 * Math.sqrt(self / hottest)) : 0;
    return {
      cells: [
        timeCell(self, whole),
        timeCell(total, whole),
        h('div', { role: 'rowheader', class: 'number' }, ...found.map(markOf), line > 0 ? String(line) : '?'),
        codeCell(pieces, moved),
      ],
      selected: line === at.line,
      className: `heat-${degree}${isIn ? ' in' : ''}${isIn && line === framed?.first ? ' first' : ''}`,
      title: [timeWords(self, total, whole), moved, ...found.map(({ title }) => visible(title))]
        .filter(Boolean)
        .join('\n'),
    };
  };
  const nameAt = (line: number): string => {
    const range = rangeAt(ranges, line);
    return range ? `in ${visible(functions.name[range.function] as string)}` : '';
  };
  const markOf = (finding: KeyedFinding): HTMLElement => {
    const title = visible(finding.title);
    const mark = h('button', {
      class: `mark ${finding.severity}`,
      type: 'button',
      title,
      'aria-label': title,
    });
    mark.addEventListener('click', (event) => {
      event.stopPropagation();
      store.set({ ...selectingFinding(profile, finding, store.get().view), source: finding.location });
    });
    return mark;
  };
  const reveal = (place: SourcePlace): void => host.reveal?.(place);
  const grid = createGrid<SourceColumn>({
    label: 'Source',
    id: 'source',
    columns: COLUMNS,
    sorting: null,
    rowHeight: ROW_HEIGHT,
    row: rowOf,
    onPick: (index) => {
      const line = lineOf(index);
      const range = rangeAt(ranges, line);
      store.set({ source: { file: at.file, line }, ...(range && { picked: range.function }) });
    },
    onEnter: (index) => {
      if (host.reveal) reveal({ file: at.file, line: lineOf(index) });
      else store.set({ tab: 'flame' });
    },
  });
  const empty = h('p', { class: 'empty', hidden: true }, 'No line of source was seen in this recording.');
  const element = h('div', { class: 'source' }, bar, note, grid.element, empty, about.element);

  /** Where the state wants to be; null to stay. */
  const wanted = (): SourcePlace | null => {
    const { source, picked } = store.get();
    if (source) return source;
    const file = heat?.files[0]?.file ?? tables.sources.file[0] ?? '';
    if (picked < 0) return at.file === '' ? hottestIn(file) : null;
    const known = heat?.hottestOf(picked) ?? launchedAt(profile, picked);
    return known ?? { file: functions.file[picked] as string, line: functions.line[picked] as number };
  };
  const hottestIn = (file: string): SourcePlace => {
    const its = heat?.linesOf(file) ?? NO_LINES;
    let best = 0;
    for (let i = 1; i < its.length; i++) if ((its.self[i] as number) > (its.self[best] as number)) best = i;
    return { file, line: its.line[best] ?? 1 };
  };
  const load = (file: string): void => {
    const text = sourceText(tables, file);
    hasText = text !== null && text.lines.length > 0;
    piecesOf = tinted(text?.text ?? '', file);
    ranges = rangesOf(functions, file, text?.lines ?? []);
    const longest = text?.lines.reduce((most, { length }) => Math.max(most, length), 20) ?? 20;
    grid.element.style.setProperty('--chars', String(Math.min(LONGEST, longest)));
    const words = sourceNote(tables, file);
    setText(note, words);
    note.hidden = words === '';
    lineCount = text?.lines.length ?? 0;
  };
  let lineCount = 0;
  const weighLines = (): void => {
    lines = heat?.linesOf(at.file) ?? NO_LINES;
    rows = new Map(Array.from(lines.line, (line, i) => [line, i]));
    hottest = lines.self.reduce((most, self) => Math.max(most, self), 0);
  };
  const draw = (moved: boolean): void => {
    const { picked } = store.get();
    framed = ranges.find((range) => range.function === picked) ?? null;
    const count = hasText ? lineCount : lines.length;
    let index = hasText ? at.line - 1 : lines.line.indexOf(at.line);
    index = Math.max(0, Math.min(count - 1, index));
    empty.hidden = count > 0;
    grid.element.hidden = count === 0;
    about.show(heat, at, rangeAt(ranges, at.line)?.function ?? -1);
    grid.show(count, index);
    // Only then the panel has its size.
    if (moved)
      requestAnimationFrame(() => {
        for (const by of [AROUND, -AROUND, 0]) grid.goTo(index + by);
      });
  };
  const follow = (): void => {
    if (!isShown) return;
    const place = wanted() ?? at;
    const isKnown =
      place.file !== '' && (functions.file.includes(place.file) || sourceText(tables, place.file));
    const target = isKnown ? place : at.file === '' ? hottestIn(heat?.files[0]?.file ?? '') : at;
    const isOther = target.file !== at.file;
    const moved = isOther || target.line !== at.line;
    at = target;
    if (isOther) {
      load(at.file);
      weighLines();
    }
    listFiles();
    draw(moved);
  };
  const listFiles = (): void => {
    const finds = matcherOf(filter.value);
    const weighed = heat?.files ?? [];
    const others = tables.sources.file.filter((file) => !weighed.some((each) => each.file === file));
    const all = [...weighed, ...others.map((file) => ({ file, self: 0 }))];
    const whole = heat?.whole || 1;
    files.replaceChildren(
      ...all
        .filter(({ file }) => file === at.file || finds?.(file) !== false)
        .slice(0, MOST_FILES)
        .map(({ file, self }) => h('option', { value: file }, `${pathOf(file)}  ${percent(self / whole)}`)),
    );
    files.value = at.file;
  };
  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    const state = store.get();
    const selection = samplesSelected(profile, state);
    heat = sourceHeat(trace, state.metric, selection);
    moves = lineMoves(trace, selection);
    weighLines();
    follow();
  };
  const choose = (file: string): void => store.set({ source: hottestIn(file) });
  const step = (by: 1 | -1): void => {
    const order = byHeat();
    const from = order.indexOf(at.line);
    const line = order[from < 0 ? 0 : (from + by + order.length) % order.length];
    if (line === undefined) return;
    store.set({ source: { file: at.file, line } });
    announce(`Line ${line}, self ${duration(selfOf(line))}`);
  };
  const mark = async (): Promise<void> => {
    const found = new Map<string, KeyedFinding[]>();
    findings = found;
    for (const finding of keyed((await host.advice())?.findings ?? [])) {
      if (!finding.location) continue;
      const key = `${finding.location.file}:${finding.location.line}`;
      found.set(key, [...(found.get(key) ?? []), finding]);
    }
    grid.draw();
  };

  files.addEventListener('change', () => choose(files.value));
  filter.addEventListener('input', listFiles);
  // What is typed here is no key of another view.
  bar.addEventListener('keydown', (event) => {
    const other = [...files.options].find(({ value }) => value !== at.file || files.options.length === 1);
    if (event.key === 'Enter' && event.target === filter && other) choose(other.value);
    if (event.key !== 'Escape' && event.target !== next) event.stopPropagation();
  });
  element.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'h' || event.ctrlKey || event.metaKey || event.altKey) return;
    step(event.shiftKey ? -1 : 1);
    event.preventDefault();
    event.stopPropagation();
  });
  next.addEventListener('click', () => step(1));
  edit.addEventListener('click', () => reveal(at));
  store.on(['range', 'lanes', 'group', 'metric'], settling(weigh));
  store.on(['picked', 'source'], (now, before) => {
    // A function that was picked elsewhere takes the place of the line that was chosen here.
    const isHere = now.source && rangeAt(ranges, now.source.line)?.function === now.picked;
    if (now.source && now.source === before.source && now.picked >= 0 && !isHere) store.set({ source: null });
    else follow();
  });
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (!shown) return;
      if (!findings) void mark();
      if (stale) weigh();
      else follow();
    },
  };
}
