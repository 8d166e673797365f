import {
  type Change,
  type Comparison,
  FACTORS,
  type Factor,
} from '../../analyzer/analysis/comparison/index.ts';
import type { Direction } from '../../analyzer/model/index.ts';
import { h } from '../dom/element.ts';
import { bytes, count, duration, visible } from '../format.ts';
import { type PickPlace, predictionList } from './predicted.ts';
import type { RunComparison } from './runComparison.ts';
import { changeWords } from './words.ts';

const FACTOR_NAMES: Readonly<Record<Factor, string>> = {
  parallel: 'Parallel efficiency',
  loadBalance: 'Load balance',
  communication: 'Communication',
  contention: 'Contention',
  gil: 'GIL',
  overlap: 'Overlap',
  supply: 'Supply',
  device: 'Device efficiency',
};

const WAYS: Readonly<Record<Direction, string>> = {
  H2D: 'To the device',
  D2H: 'From the device',
  D2D: 'Within a device',
  P2P: 'Between devices',
  'pickle-out': 'Pickled to workers',
  'pickle-in': 'Pickled back',
  'clone-out': 'Cloned to workers',
  'clone-in': 'Cloned back',
  message: 'In messages',
};

/** Factors that differ by less say the same. */
const SAME_FACTOR = 0.015;
const MOST_TASKS = 6;

/** What moved from the one run to the other, besides functions: predictions, efficiency, bytes and tasks. */
export function createMoved({ comparison, checked }: RunComparison, pick: PickPlace): HTMLElement {
  const { warnings } = comparison;
  return h(
    'div',
    { class: 'moved' },
    warnings.length === 0
      ? null
      : h(
          'section',
          { class: 'caveats', 'aria-label': 'What makes the runs hard to compare' },
          h('h2', {}, 'With care'),
          h('ul', {}, ...warnings.map((text) => h('li', {}, h('bdi', {}, sentence(visible(text)))))),
        ),
    predictionList(checked, pick),
    table('Efficiency', factors(comparison)),
    table('Bytes moved', transfers(comparison)),
    table('Tasks', tasks(comparison)),
  );
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

interface Moved {
  readonly name: string;
  readonly figures: string;
  readonly change: string;
  readonly kind: 'won' | 'lost' | '';
}

function table(title: string, rows: readonly Moved[]): HTMLElement | null {
  if (rows.length === 0) return null;
  return h(
    'section',
    { class: 'moved-table' },
    h('h2', {}, title),
    h(
      'table',
      { 'aria-label': title },
      h(
        'tbody',
        {},
        ...rows.map(({ name, figures, change, kind }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, h('bdi', {}, name)),
            h('td', {}, figures),
            h('td', { class: `moved-change ${kind}` }, change),
          ),
        ),
      ),
    ),
  );
}

const arrow = ({ before, after }: Change, shown: (value: number) => string): string => {
  const [then, now] = [before, after].map((value) => (value === null ? 'none' : shown(value)));
  return then === now ? String(then) : `${then} → ${now}`;
};

function factors({ efficiency }: Comparison): Moved[] {
  return FACTORS.flatMap((factor) => {
    const change = efficiency[factor];
    const { before, after, delta } = change;
    if ((before === null && after === null) || (before === 1 && after === 1)) return [];
    const isSame = delta === null || Math.abs(delta) < SAME_FACTOR;
    const points = delta === null ? '' : `${delta < 0 ? '−' : '+'}${Math.abs(delta).toFixed(2)}`;
    return [
      {
        name: FACTOR_NAMES[factor],
        figures: arrow(change, (value) => value.toFixed(2)),
        change: isSame ? '' : points,
        kind: isSame ? '' : delta > 0 ? 'won' : 'lost',
      },
    ];
  });
}

function transfers({ transfers: all }: Comparison): Moved[] {
  return all
    .filter(({ bytes: volume }) => (volume.before ?? 0) + (volume.after ?? 0) > 0)
    .map(({ direction, bytes: volume }) => {
      const { before, after } = volume;
      const change = changeWords(before ?? 0, after ?? 0);
      const isSame = change === 'as before';
      return {
        name: WAYS[direction],
        figures: arrow(volume, bytes),
        change: isSame ? '' : change,
        kind: isSame ? '' : (after ?? 0) < (before ?? 0) ? 'won' : 'lost',
      };
    });
}

function tasks({ tasks: all }: Comparison): Moved[] {
  return all.slice(0, MOST_TASKS).map(({ function: name, count: number, runSeconds }) => ({
    name: visible(name) || 'unknown function',
    figures: arrow(number, count),
    change:
      runSeconds.before === null && runSeconds.after === null
        ? ''
        : `ran ${arrow(runSeconds, (seconds) => duration(seconds * 1e9))}`,
    kind: '',
  }));
}
