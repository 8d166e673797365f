import { ACTIVITIES } from '../../analyzer/analysis/activity.ts';
import { addActivity } from '../../analyzer/analysis/timeline.ts';
import type { Tip } from '../dom/tooltip.ts';
import { counted, duration, percent, place, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { ViewState } from '../state/viewState.ts';
import { groupName } from '../tasks/names.ts';
import { ACTIVITY_NAMES } from '../timeline/describe.ts';
import { laneName } from '../timeline/rows.ts';
import { certaintyWords } from './attribution.ts';
import { metricNames } from './metrics.ts';
import { isCaller, type LaidOut, type Picture, timeOf, wholeOf } from './pictures.ts';
import { shapedLabel } from './shape.ts';

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
  return `${whose}${inside}  ${duration(picture.weights.total[0] as number)} ${metricNames(profile)[metric]}`;
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

/** What one box says to a reader who does not see the picture. */
export function sayBox(shown: Shown, box: number): string {
  const { picture, boxes, times, profile } = shown;
  const { tree, shape, kind } = picture;
  const node = boxes.node[box] as number;
  const merged = boxes.merged[box] as number;
  if (merged > 0) return `${counted(merged, 'small call')}, too narrow to draw`;
  const called = tree.function[node] as number;
  const total = tree.total[node] as number;
  const self = tree.self[node] as number;
  const whole = share(total, wholeOf(picture));
  const name =
    called < 0
      ? rootLabel(shown)
      : [visible(shape.functions.name[called] as string), labelOf(profile, picture, called).source]
          .filter((part) => part !== '')
          .join(', ');
  if (kind === 'time' && times) {
    const { from, to } = timeOf(times, box);
    return `${name}, for ${duration(to - from)}, from ${duration(from - profile.bounds.from)}`;
  }
  if (isCaller(picture, boxes, box)) return `called by ${name}, for ${duration(total)}, ${whole} of it`;
  if (kind === 'sandwich' && box !== middleBox(boxes.row, boxes.pivot))
    return `calls ${name}, total ${duration(total)}, ${whole} of it, self ${duration(self)}`;
  if (kind === 'inverted' && called >= 0)
    return tree.depth[node] === 1
      ? `${name}, self ${duration(total)}, ${whole}`
      : `called by ${name}, for ${duration(total)}, ${whole}`;
  return `${name}, total ${duration(total)}, ${whole}, self ${duration(self)}`;
}

const middleBox = (row: ArrayLike<number>, pivot: number): number => Array.prototype.indexOf.call(row, pivot);

/** The parts of a box's time by colour, largest first. */
const partFigures = (parts: ArrayLike<number>, words: readonly string[]): [string, string][] => {
  const whole = Array.from(parts).reduce((sum, part) => sum + Math.max(0, part), 0);
  return Array.from(parts, (part, i) => ({ part, words: words[i] ?? '' }))
    .filter(({ part }) => whole > 0 && part / whole >= 0.005)
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
  const { picture, boxes, profile } = shown;
  const { tree, shape } = picture;
  const merged = boxes.merged[box] as number;
  if (merged > 0)
    return {
      title: counted(merged, 'small call'),
      lines: [
        picture.kind === 'sandwich'
          ? 'Too narrow to draw. Pick a neighbour to see its own callers and calls.'
          : 'Too narrow to draw. Zoom into the box that it touches to see them.',
      ],
    };
  const node = boxes.node[box] as number;
  const called = tree.function[node] as number;
  const figures = [...amounts(shown, box), ...(parts ? partFigures(parts.values, parts.words) : [])];
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

function amounts(shown: Shown, box: number): [string, string][] {
  const { picture, boxes, times, profile, state } = shown;
  const { tree, weights, kind } = picture;
  const node = boxes.node[box] as number;
  if (kind === 'time' && times) return timeFigures(shown, box);
  const metric = metricNames(profile)[state.metric];
  const total = tree.total[node] as number;
  const self = tree.self[node] as number;
  const all = weights.total[0] as number;
  const ofAll: [string, string] = [`of all ${metric}`, share(total, all)];
  if (isCaller(picture, boxes, box)) {
    const middle = labelOf(profile, picture, picture.middle).name;
    return [
      [
        `${metric} of ${middle}`,
        `${duration(total)}  ${share(total, wholeOf(picture))} of it, called from here`,
      ],
      ofAll,
    ];
  }
  if (kind === 'inverted' && node > 0) {
    const leaf = leafOf(picture, node);
    const name = labelOf(profile, picture, tree.function[leaf] as number).name;
    if (leaf === node) return [[`self ${metric}`, `${duration(total)}  ${share(total, all)}`]];
    return [
      [
        `self ${metric} of ${name}`,
        `${duration(total)}  ${share(total, tree.total[leaf] as number)} of it, on this way`,
      ],
      ofAll,
    ];
  }
  const figures: [string, string][] = [
    [`total ${metric}`, `${duration(total)}  ${share(total, wholeOf(picture))}`],
    [`self ${metric}`, `${duration(self)}  ${share(self, total)} of it`],
  ];
  if (kind === 'sandwich') {
    figures[0] = [`total ${metric}`, duration(total)];
    const middle = labelOf(profile, picture, picture.middle).name;
    if (node > 1) figures.push([`of ${middle}`, share(total, wholeOf(picture))]);
    figures.push(ofAll);
    return figures;
  }
  const certainty = certaintyWords(weights, node);
  if (certainty !== '') figures.push(['launched there', certainty]);
  return figures;
}

/** The function whose own time an inverted node is of. */
function leafOf({ tree }: Picture, node: number): number {
  let at = node;
  while ((tree.depth[at] as number) > 1) at = tree.parent[at] as number;
  return at;
}

function timeFigures({ picture, times, profile }: Shown, box: number): [string, string][] {
  if (!times) return [];
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
