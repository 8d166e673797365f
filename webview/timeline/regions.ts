import type { Region } from '../../analyzer/analysis/regions.ts';
import type { Tip } from '../dom/tooltip.ts';
import { counted, duration, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import { poolName } from '../tasks/names.ts';

/** `map: word_count`: a phase of a MapReduce says so before anything else. */
export const regionTitle = ({ phase, title }: Region): string =>
  visible(phase === null ? title : title === '' ? phase : `${phase}: ${title}`);

export function regionTip(profile: Profile, region: Region): Tip {
  const { kind, pool, tasks, start, end } = region;
  const figures: [string, string][] = [['region', kind]];
  if (pool >= 0) figures.push(['pool', poolName(profile, pool)], ['tasks', counted(tasks, 'task')]);
  figures.push(['from', duration(start - profile.bounds.from)], ['lasts', duration(end - start)]);
  const lines = kind === 'serial' ? ['Nothing that this thread had submitted was under way.'] : [];
  return { title: regionTitle(region), figures, lines };
}

/** A region in one sentence, for those who do not see the picture. */
export function sayRegion(profile: Profile, region: Region): string {
  const { title, figures = [] } = regionTip(profile, region);
  return [`Region ${title}`, ...figures.slice(1).map(([name, value]) => `${name} ${value}`)].join(', ');
}

/** Regions that are read out: more would be a list and not a summary. */
const MOST_SAID = 6;

/** The parallel regions of a lane in an interval, for those who do not see the picture. */
export function regionsInWords(regions: readonly Region[], { from, to }: Interval): string {
  const seen = regions.filter(({ kind, start, end }) => kind === 'parallel' && start < to && end > from);
  if (seen.length === 0) return 'no parallel region';
  const said = seen
    .slice(0, MOST_SAID)
    .map((region) => `${regionTitle(region)} ${duration(region.end - region.start)}`);
  const more = seen.length > MOST_SAID ? [`${counted(seen.length - MOST_SAID, 'other')}`] : [];
  return `${counted(seen.length, 'parallel region')}: ${[...said, ...more].join(', ')}. R selects the next region`;
}
