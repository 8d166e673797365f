import { ACTIVITIES } from '../../analyzer/analysis/activity.ts';
import { CALLED } from '../../analyzer/analysis/mergedCalls.ts';
import { addActivity } from '../../analyzer/analysis/timeline.ts';
import type { Tip } from '../dom/tooltip.ts';
import { counted, duration, percent, place, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { ViewState } from '../state/viewState.ts';
import { groupName } from '../tasks/names.ts';
import { ACTIVITY_NAMES } from '../timeline/describe.ts';
import { laneName } from '../timeline/rows.ts';
import { certaintyWords } from './attribution.ts';
import { metricNames, weightWords } from './metrics.ts';
import { isCaller, type LaidOut, type Picture, timeOf } from './pictures.ts';
import { shapedLabel } from './shape.ts';
import type { TimeBoxes } from './timeOrder.ts';

/** What words are about: a picture with its boxes, as the state shows it. */
export interface Shown extends LaidOut {
  readonly profile: Profile;
  readonly picture: Picture;
  readonly state: ViewState;
}

const share = (part: number, whole: number): string => percent(whole > 0 ? part / whole : 0);

/** What the uppermost box of a tree says: whose time it is, and how much. */
export function rootLabel({ profile, picture, state, times }: Shown): string {
  const { lanes, metric, group } = state;
  const inside = group < 0 ? '' : `, inside ${groupName(profile, group)}`;
  if (picture.kind === 'time') {
    if (!times || times.count === 0) return '';
    const { from, to } = timeOf(times, 0);
    const start = profile.bounds.from;
    return `${laneName(profile, picture.lane)}${inside}  ${duration(from - start)} to ${duration(to - start)}`;
  }
  const whose =
    lanes === null
      ? 'all lanes'
      : lanes.length === 1
        ? laneName(profile, lanes[0] as number)
        : counted(lanes.length, 'lane');
  return `${whose}${inside}  ${weightWords(metric)(picture.weights.total[0] as number)} ${metricNames(profile)[metric]}`;
}

/** Name and place of a function as a box shows them. */
export function labelOf(
  profile: Profile,
  { shape }: Picture,
  called: number,
): { name: string; source: string } {
  const { file, line } = shape.functions;
  return {
    name: shapedLabel(profile, shape, called),
    source: visible(place(file[called] as string, line[called] as number)),
  };
}

/** What is written in a box. */
export function boxLabel(shown: Shown, node: number, called: number): { name: string; source: string } {
  const { profile, picture, state } = shown;
  if (called < 0) return { name: rootLabel(shown), source: '' };
  const label = labelOf(profile, picture, called);
  // What a sandwich is about has no box above it that says how much it is.
  if (picture.kind !== 'sandwich' || node !== CALLED) return label;
  const total = picture.tree.total[CALLED] as number;
  const words = `${weightWords(state.metric)(total)} ${metricNames(profile)[state.metric]}, ${share(total, picture.weights.total[0] as number)}`;
  return { ...label, source: `${label.source}  ${words}`.trimStart() };
}

/** What a box weighs, and of what that is a share. */
interface Amount {
  /** How a box of callers, or of calls, stands to what the picture is about. */
  readonly way: '' | 'calls ' | 'called by ';
  readonly total: number;
  readonly whole: number;
  /** The function whose time it is a part of; -1 where that is all. */
  readonly of: number;
  /** Null where it has no meaning: of callers the time is that of what they called. */
  readonly self: number | null;
}

function amountOf({ picture, boxes }: Shown, box: number): Amount {
  const { tree, kind, middle, weights } = picture;
  const node = boxes.node[box] as number;
  const total = tree.total[node] as number;
  const self = tree.self[node] as number;
  const all: Amount = { way: '', total, whole: weights.total[0] as number, of: -1, self };
  if (kind === 'sandwich' && node !== CALLED) {
    const part = { ...all, whole: tree.total[CALLED] as number, of: middle };
    return isCaller(picture, boxes, box)
      ? { ...part, way: 'called by ', self: null }
      : { ...part, way: 'calls ' };
  }
  if (kind !== 'inverted' || node === 0) return all;
  let leaf = node;
  while ((tree.depth[leaf] as number) > 1) leaf = tree.parent[leaf] as number;
  return leaf === node
    ? { ...all, self: null }
    : {
        way: 'called by ',
        total,
        whole: tree.total[leaf] as number,
        of: tree.function[leaf] as number,
        self: null,
      };
}

/** What one box says to a reader who does not see the picture. */
export function sayBox(shown: Shown, box: number): string {
  const { picture, boxes, times, profile } = shown;
  const merged = boxes.merged[box] as number;
  if (merged > 0) return `${counted(merged, 'small call')}, too narrow to draw`;
  const called = picture.tree.function[boxes.node[box] as number] as number;
  const name =
    called < 0
      ? rootLabel(shown)
      : [visible(picture.shape.functions.name[called] as string), labelOf(profile, picture, called).source]
          .filter((part) => part !== '')
          .join(', ');
  if (times) {
    const { from, to } = timeOf(times, box);
    return `${name}, for ${duration(to - from)}, from ${duration(from - profile.bounds.from)}`;
  }
  const { way, total, whole, of, self } = amountOf(shown, box);
  const label = way === 'called by ' ? 'for' : self === null ? 'self' : 'total';
  const words = weightWords(shown.state.metric);
  const own = self === null ? '' : `, self ${words(self)}`;
  return `${way}${name}, ${label} ${words(total)}, ${share(total, whole)}${of < 0 ? '' : ' of it'}${own}`;
}

/** The parts of a box's time by colour, largest first. */
const partFigures = (parts: ArrayLike<number>, words: readonly string[]): [string, string][] => {
  const all = Array.from(parts, (part, i) => ({ part, words: words[i] ?? '' }));
  const whole = all.reduce((sum, { part }) => sum + Math.max(0, part), 0);
  return all
    .filter(({ part }) => part > 0 && part / whole >= 0.005)
    .sort((a, b) => b.part - a.part)
    .slice(0, 5)
    .map(({ part, words: name }) => [name, `${duration(part)}  ${share(part, whole)}`]);
};

/** What the pointer is at: how much, of what, and where it is. `parts`: what the colours of the box stand for, where they do. */
export function tipOf(
  shown: Shown,
  box: number,
  parts: { readonly values: ArrayLike<number>; readonly words: readonly string[] } | null,
): Tip {
  const { picture, boxes, profile, times } = shown;
  const { tree, shape } = picture;
  const merged = boxes.merged[box] as number;
  if (merged > 0)
    return {
      title: counted(merged, 'small call'),
      lines: ['Too narrow to draw. Zoom into the box that they touch to see them.'],
    };
  const called = tree.function[boxes.node[box] as number] as number;
  const figures = [
    ...(times ? timeFigures(shown, times, box) : figuresOf(shown, box)),
    ...(parts && !times ? partFigures(parts.values, parts.words) : []),
  ];
  if (called < 0) return { title: rootLabel(shown), figures };
  const { name, file } = shape.functions;
  const source = labelOf(profile, picture, called).source || (shape.homes[called]?.module ?? '');
  return {
    title: visible(name[called] as string),
    place: visible(source),
    figures,
    lines: file[called] ? [visible(file[called] as string)] : [],
  };
}

function figuresOf(shown: Shown, box: number): [string, string][] {
  const { picture, boxes, profile, state } = shown;
  const metric = metricNames(profile)[state.metric];
  const words = weightWords(state.metric);
  const { way, total, whole, of, self } = amountOf(shown, box);
  const name = of < 0 ? '' : labelOf(profile, picture, of).name;
  const label =
    way === 'called by ' ? `${metric} in ${name}` : `${self === null ? 'self' : 'total'} ${metric}`;
  const rest = way === 'called by ' ? ' of it' : of < 0 ? '' : ` of ${name}`;
  const certainty =
    picture.kind === 'heavy' ? certaintyWords(picture.weights, boxes.node[box] as number) : '';
  return [
    [label, `${words(total)}  ${share(total, whole)}${rest}`],
    ...(self === null
      ? []
      : [[`self ${metric}`, `${words(self)}  ${share(self, total)} of it`] as [string, string]]),
    ...(of < 0
      ? []
      : [[`of all ${metric}`, share(total, picture.weights.total[0] as number)] as [string, string]]),
    ...(certainty === '' ? [] : [['launched there', certainty] as [string, string]]),
  ];
}

function timeFigures({ picture, profile }: Shown, times: TimeBoxes, box: number): [string, string][] {
  const { from, to } = timeOf(times, box);
  const sight = timeOf(times, 0);
  const activity = new Float64Array(ACTIVITIES.length);
  addActivity(profile.timeline, picture.lane, from, to, activity);
  return [
    ['at', duration(from - profile.bounds.from)],
    ['for', `${duration(to - from)}  ${share(to - from, sight.to - sight.from)} of what is in sight`],
    ...partFigures(
      activity,
      ACTIVITIES.map((name) => ACTIVITY_NAMES[name]),
    ),
  ];
}
