import type { RegionEfficiency } from '../../analyzer/analysis/efficiencyRegions.ts';
import { efficiencyTree, type Factor, flattened } from '../../analyzer/analysis/efficiencyTree.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import { counted } from '../format.ts';
import { factorBar, judged } from './judged.ts';

/** What a glance needs; the panel tells all of them with their reasons. */
const AT_A_GLANCE: ReadonlySet<Factor> = new Set([
  'parallelPart',
  'parallel',
  'loadBalance',
  'communication',
  'contention',
]);

/** The factors of the workers of what is selected; null where there are no two to judge. */
export function efficiencyCard({ profile, store }: ViewContext): HTMLElement | null {
  const region: RegionEfficiency = judged(profile, store.get());
  if (!region.efficiency) return null;
  const shown = flattened(efficiencyTree(region)).filter(({ node }) => AT_A_GLANCE.has(node.factor));
  const more = h('button', { class: 'link', type: 'button' }, 'Why');
  more.addEventListener('click', () => store.set({ tab: 'efficiency' }));
  return h(
    'section',
    { class: 'card factors' },
    h('h3', {}, `Efficiency of ${counted(region.efficiency.workers, 'worker')}`, more),
    h(
      'dl',
      {},
      ...shown.flatMap(({ node, depth }) => {
        const value = node.value ?? 0;
        return [
          h('dt', { class: `level-${depth}`, title: node.sentence }, node.title),
          h('dd', {}, h('b', {}, value.toFixed(2)), factorBar(value)),
        ];
      }),
    ),
  );
}
