import type { LockSiteLine, PlaceLine, RegionLine } from '../../analyzer/analysis/poolSummary.ts';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import type { Direction } from '../../analyzer/model/index.ts';
import { fitted, moduleName, wrapped } from './text.ts';
import { bytes, count, seconds } from './units.ts';

/** Waits for locks that add up to less than this share of the run are not worth a line. */
const WORTH_NAMING = 0.01;
const MOST_LOCKS = 2;
const MOST_JOBS = 2;

const WAYS: Readonly<Record<Direction, string>> = {
  H2D: 'to the device',
  D2H: 'from the device',
  D2D: 'within a device',
  P2P: 'between devices',
  'pickle-out': 'to workers',
  'pickle-in': 'back',
  'clone-out': 'cloned to workers',
  'clone-in': 'cloned back',
  message: 'in messages',
};

/** What was moved, the steps of a MapReduce, and the locks that cost time: a line each, where there is something to say. */
export function movementLines(summary: Summary): string[] {
  return [...moved(summary), ...mapReduces(summary), ...locks(summary)];
}

function moved({ transfers }: Summary): string[] {
  const parts = transfers
    .filter((each) => each.bytes > 0)
    .map(
      ({
        direction,
        bytes: volume,
        count: times,
        seconds: took,
        estimated,
        bytesPerSecond,
        repeatedBytes,
      }) => {
        const way = direction === 'message' ? `in ${count(times, 'message')}` : WAYS[direction];
        const figures = [
          ...(took > 0 ? [seconds(took)] : []),
          ...(bytesPerSecond ? [`${bytes(bytesPerSecond)}/s`] : []),
          ...(repeatedBytes ? [`${bytes(repeatedBytes)} of it again`] : []),
        ];
        const detail = figures.length > 0 ? ` (${figures.join(', ')})` : '';
        return `${estimated ? 'about ' : ''}${bytes(volume)} ${way}${detail}`;
      },
    );
  return wrapped('  moved ', parts);
}

/** A map, a shuffle and a reduce that belong together, and how often they did. Seconds. */
interface Job {
  readonly map: string;
  readonly reduce: string;
  rounds: number;
  mapping: number;
  shuffling: number;
  reducing: number;
}

function mapReduces({ regions }: Summary): string[] {
  const jobs = [...jobsOf(regions).values()].sort((a, b) => lasts(b) - lasts(a));
  const lines = jobs.slice(0, MOST_JOBS).map((job) => {
    const rounds = job.rounds > 1 ? `, ${count(job.rounds, 'round')}` : '';
    return (
      `  MapReduce${rounds}: map ${fitted(job.map, 24)} ${seconds(job.mapping)}, shuffle ${seconds(job.shuffling)}, ` +
      `reduce ${fitted(job.reduce, 24)} ${seconds(job.reducing)}`
    );
  });
  if (jobs.length > MOST_JOBS) lines.push(`  and ${jobs.length - MOST_JOBS} more MapReduce jobs`);
  return lines;
}

const lasts = (job: Job): number => job.mapping + job.shuffling + job.reducing;

function jobsOf(regions: readonly RegionLine[]): Map<string, Job> {
  const jobs = new Map<string, Job>();
  /** The map, then its shuffle, that each lane is in the middle of. */
  const begun = new Map<number | null, RegionLine[]>();
  for (const region of regions) {
    if (region.phase === null) continue;
    const steps = region.phase === 'map' ? [] : (begun.get(region.lane) ?? []);
    steps.push(region);
    begun.set(region.lane, steps);
    const [map, shuffle, reduce] = steps;
    if (!map || !shuffle || !reduce) continue;
    const key = `${map.title}\0${reduce.title}`;
    const job = jobs.get(key) ?? {
      ...{ map: map.title, reduce: reduce.title },
      ...{ rounds: 0, mapping: 0, shuffling: 0, reducing: 0 },
    };
    jobs.set(key, job);
    job.rounds++;
    job.mapping += map.endSeconds - map.startSeconds;
    job.shuffling += shuffle.endSeconds - shuffle.startSeconds;
    job.reducing += reduce.endSeconds - reduce.startSeconds;
  }
  return jobs;
}

function locks({ lockSites, locks: all, wallSeconds }: Summary): string[] {
  const worth = lockSites.filter((site) => site.seconds > 0 && site.seconds >= WORTH_NAMING * wallSeconds);
  const lines = worth.slice(0, MOST_LOCKS).map((site) => {
    const lock = site.locks === 1 ? 'a lock' : count(site.locks, 'lock');
    const times = count(site.waits, 'time');
    return `  waited ${seconds(site.seconds)} for ${lock}, ${times}, at ${place(site)}${holder(site, all)}`;
  });
  if (worth.length > MOST_LOCKS)
    lines.push(`  and at ${count(worth.length - MOST_LOCKS, 'more line')} for locks`);
  return lines;
}

/** Who held the lock, where it was one and its holder is known for most of the time. */
function holder(site: LockSiteLine, all: Summary['locks']): string {
  if (site.locks !== 1) return '';
  const lock = all.find(({ waiting }) => waiting.some((each) => isSame(each, site)));
  const [held] = lock?.holding ?? [];
  return held && lock && held.seconds > 0.5 * lock.seconds ? `; ${place(held)} held it` : '';
}

const isSame = (a: PlaceLine, b: PlaceLine): boolean =>
  a.function === b.function && a.file === b.file && a.line === b.line;

const place = ({ function: name, file, line }: PlaceLine): string => {
  if (name === '') return 'an unknown line';
  return file === '' ? fitted(name, 30) : `${fitted(name, 24)} (${fitted(moduleName(file), 24)}:${line})`;
};
