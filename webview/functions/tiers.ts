import { byTicks, sumOfTicks, type TierTicks } from '../../analyzer/analysis/tiers.ts';
import { TIERS, type Tier } from '../../analyzer/model/index.ts';
import { h } from '../dom/element.ts';
import { counted, percent } from '../format.ts';

const NAMES: Partial<Record<Tier, string>> = {
  builtin: 'builtins',
  regexp: 'regular expressions',
  gc: 'garbage collection',
};
const OPTIMISED: readonly Tier[] = ['maglev', 'optimised'];

const nameOf = (tier: Tier): string => NAMES[tier] ?? tier;

/** `optimised 91 %, builtins 9 %, of 412 ticks`; empty where there were none. */
export function tierWords(ticks: TierTicks | undefined): string {
  const sum = ticks ? sumOfTicks(ticks) : 0;
  if (!ticks || sum === 0) return '';
  const parts = byTicks(ticks).map((each) => `${nameOf(each.tier)} ${percent(each.ticks / sum)}`);
  return `${parts.join(', ')}, of ${counted(sum, 'tick')}`;
}

/** The share of ticks in optimised code, of either tier: what functions are sorted by. -1 without ticks. */
export function optimisedShare(ticks: TierTicks | undefined): number {
  const sum = ticks ? sumOfTicks(ticks) : 0;
  if (!ticks || sum === 0) return -1;
  return OPTIMISED.reduce((share, tier) => share + (ticks[TIERS.indexOf(tier)] as number), 0) / sum;
}

/** The tier with most ticks and its share, over a bar of all tiers. */
export function tierCell(ticks: TierTicks | undefined): HTMLElement {
  const sum = ticks ? sumOfTicks(ticks) : 0;
  const [first] = ticks ? byTicks(ticks) : [];
  if (!ticks || !first) return h('div', { role: 'gridcell', class: 'tier' }, h('span', {}, '–'));
  const bar = h('i', { class: 'bar' });
  for (const { tier, ticks: its } of byTicks(ticks)) {
    const part = h('i', { class: `part ${tier}` });
    part.style.flexGrow = String(its);
    bar.append(part);
  }
  return h(
    'div',
    { role: 'gridcell', class: 'tier' },
    bar,
    h('span', {}, nameOf(first.tier)),
    h('span', { class: 'share' }, percent(first.ticks / sum)),
  );
}
