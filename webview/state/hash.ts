import { flameFromHash, flameToHash } from './flameState.ts';
import { readLaneList, writeLaneList } from './laneList.ts';
import { clipped, FLAME_METRICS, type Interval, TABS, type ViewState } from './viewState.ts';

/** What a hash may point to. */
export interface Limits {
  readonly bounds: Interval;
  readonly lanes: number;
  readonly nodes: number;
  readonly functions: number;
  readonly tasks: number;
  readonly work: number;
  readonly groups: number;
}

/** Microseconds since the start of the run are exact enough to point at and short enough to read. */
const seconds = (nanos: number, { from }: Interval): string => String(Math.round((nanos - from) / 1e3) / 1e6);

/** The state as the fragment of a URL, without `#`; what is as it was at first is left out. */
export function toHash(state: ViewState, initial: ViewState, bounds: Interval): string {
  const hash = new URLSearchParams();
  const interval = ({ from, to }: Interval) => `${seconds(from, bounds)}-${seconds(to, bounds)}`;
  if (state.range) hash.set('range', interval(state.range));
  if (state.view.from !== bounds.from || state.view.to !== bounds.to) hash.set('view', interval(state.view));
  if (state.lanes) hash.set('lanes', state.lanes.join('.'));
  if (state.metric !== initial.metric) hash.set('metric', state.metric);
  if (state.tab !== initial.tab) hash.set('tab', state.tab);
  if (state.zoom > 0) hash.set('node', String(state.zoom));
  if (state.picked >= 0) hash.set('function', String(state.picked));
  if (state.task >= 0) hash.set('task', String(state.task));
  if (state.work >= 0) hash.set('work', String(state.work));
  if (state.group >= 0) hash.set('tasks', String(state.group));
  if (state.finding !== '') hash.set('finding', state.finding);
  if (state.source) hash.set('source', `${state.source.file}:${state.source.line}`);
  const collapsed = state.collapsed.join(' ');
  // Empty where all was opened of what is closed at first.
  if (collapsed !== initial.collapsed.join(' ')) hash.set('collapsed', collapsed);
  writeLaneList(hash, state.laneList);
  if (state.search !== '') hash.set('search', state.search);
  flameToHash(hash, state);
  return hash.toString();
}

function wholeNumber(text: string | null, limit: number): number | null {
  if (text === null || !/^\d{1,15}$/.test(text)) return null;
  const value = Number(text);
  return value < limit ? value : null;
}

function readInterval(text: string | null, bounds: Interval): Interval | null {
  const match = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text ?? '');
  if (!match) return null;
  const at = (part: string | undefined): number => bounds.from + Math.round(Number(part) * 1e9);
  return clipped({ from: at(match[1]), to: at(match[2]) }, bounds);
}

/** Reads a fragment, with or without `#`. What it does not know, or what this recording does not have, is passed over. */
export function fromHash(
  text: string,
  { bounds, lanes, nodes, functions, tasks, work, groups }: Limits,
): Partial<ViewState> {
  const hash = new URLSearchParams(text.replace(/^#/, ''));
  const range = readInterval(hash.get('range'), bounds);
  const view = readInterval(hash.get('view'), bounds);
  const chosen = (hash.get('lanes') ?? '')
    .split('.')
    .map((part) => wholeNumber(part, lanes))
    .filter((lane) => lane !== null);
  const metric = FLAME_METRICS.find((name) => name === hash.get('metric'));
  const tab = TABS.find((name) => name === hash.get('tab'));
  const zoom = wholeNumber(hash.get('node'), nodes);
  const picked = wholeNumber(hash.get('function'), functions);
  const task = wholeNumber(hash.get('task'), tasks);
  const piece = wholeNumber(hash.get('work'), work);
  const group = wholeNumber(hash.get('tasks'), groups);
  // Findings become known only after the page is drawn, so whether there is such a one is not known here.
  const finding = /^\w{1,16}(\.\d{1,4})?$/.exec(hash.get('finding') ?? '')?.[0];
  // Whether there is such a file is for the panel to say.
  const source = /^([\s\S]{1,1000}):(\d{1,9})$/.exec(hash.get('source') ?? '');
  const collapsed = hash.get('collapsed');
  const laneList = readLaneList(hash, lanes);
  const search = hash.get('search');
  return {
    ...(range && { range }),
    ...(view && { view }),
    ...(chosen.length > 0 && { lanes: [...new Set(chosen)].sort((a, b) => a - b) }),
    ...(metric && { metric }),
    ...(tab && { tab }),
    ...(zoom !== null && { zoom }),
    ...(picked !== null && { picked }),
    ...(task !== null && { task }),
    ...(piece !== null && { work: piece }),
    ...(group !== null && { group }),
    ...(finding && { finding }),
    ...(source && { source: { file: source[1] as string, line: Number(source[2]) } }),
    ...(collapsed !== null && { collapsed: collapsed.split(' ').filter(Boolean).slice(0, 1000) }),
    ...(laneList && { laneList }),
    ...(search && { search: search.slice(0, 200) }),
    ...flameFromHash(hash, { lanes, nodes, functions }),
  };
}
