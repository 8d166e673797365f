import type { PoolPlace } from '../../analyzer/analysis/poolPlaces.ts';
import type { Site } from '../../analyzer/analysis/sites.ts';
import { count, counted, place, visible } from '../format.ts';
import type { Profile } from '../profile.ts';

type Named = Pick<Profile, 'recording' | 'functions' | 'homes' | 'siteOf'>;
type Placed = Pick<Profile, 'recording' | 'functions' | 'places'>;

/** For each table of pools the kinds that occur in it more than once. */
const repeated = new WeakMap<Profile['recording']['tables']['pools'], ReadonlySet<string>>();

function repeatedKinds(pools: Profile['recording']['tables']['pools']): ReadonlySet<string> {
  const found = repeated.get(pools);
  if (found) return found;
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const kind of pools.kind) (seen.has(kind) ? twice : seen).add(kind);
  repeated.set(pools, twice);
  return twice;
}

/** `multiprocessing.Pool`; with its number where the recording has several of a kind. */
export function poolName({ recording: { tables } }: Pick<Profile, 'recording'>, pool: number): string {
  const kind = tables.pools.kind[pool] as string;
  const name = visible(kind) || 'pool';
  return repeatedKinds(tables.pools).has(kind) ? `${name} #${pool + 1}` : name;
}

/** `4 workers · fork · process 812`: what is known of a pool besides its name. */
export function poolDetail({ recording: { tables } }: Pick<Profile, 'recording'>, pool: number): string {
  const { size, startMethod, process } = tables.pools;
  const workers = size[pool] as number;
  return listed([
    workers > 0 ? counted(workers, 'worker') : '',
    visible(startMethod[pool] as string),
    `process ${process[pool]}`,
  ]);
}

/** `multiprocessing.Pool`, `30 × multiprocessing.Pool`; with its line where other lines made pools of that kind. */
export function placeName(profile: Placed, place: number): string {
  const { places, recording } = profile;
  const { kind } = recording.tables.pools;
  const { pools, site } = places[place] as PoolPlace;
  const its = kind[pools[0] as number] as string;
  const isAlone = places.every((other) => other.site === site || kind[other.pools[0] as number] !== its);
  const name = `${pools.length > 1 ? `${count(pools.length)} × ` : ''}${visible(its) || 'pool'}`;
  const line = isAlone ? '' : lineName(profile, site);
  return line === '' ? name : `${name}, ${line}`;
}

/** `tiles.py:40 · 30 pools of 4 workers · fork`: where and how the pools of a place were made. */
export function placeDetail(profile: Placed, place: number): string {
  const { size, startMethod } = profile.recording.tables.pools;
  const { pools, site } = profile.places[place] as PoolPlace;
  const [first = 0] = pools;
  const workers = (size[first] as number) > 0 ? counted(size[first] as number, 'worker') : '';
  const made = pools.length > 1 ? counted(pools.length, 'pool') : '';
  return listed([
    lineName(profile, site),
    made !== '' && workers !== '' ? `${made} of ${workers}` : made || workers,
    visible(startMethod[first] as string),
  ]);
}

const listed = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' · ');

/** `tiles.py:40`; empty when it is not known. */
const lineName = ({ functions }: Pick<Profile, 'functions'>, { function: called, line }: Site): string =>
  called < 0 ? '' : visible(place(functions.file[called] as string, line));

/** Name of the function of a task, by its number in `Functions`; -1: unknown. */
export const taskName = ({ functions }: Pick<Profile, 'functions'>, called: number): string =>
  called < 0 ? 'unknown function' : visible(functions.name[called] as string);

/** `tasks of solve`: a group of tasks, by its number in `TaskGroups`. */
export const groupName = (profile: Pick<Profile, 'functions' | 'groups'>, group: number): string =>
  `tasks of ${taskName(profile, profile.groups.function[group] ?? -1)}`;

/** `tiles.py:12`, where a function is defined, or else the package it belongs to; empty when unknown. */
export function definedAt({ functions, homes }: Named, called: number): string {
  if (called < 0) return '';
  const source = place(functions.file[called] as string, functions.line[called] as number);
  return visible(source) || visible(homes[called]?.module ?? '');
}

/** `solve (tiles.py:14)`; empty when it is not known. */
export function siteName(
  { functions }: Pick<Profile, 'functions'>,
  { function: called, line }: Site,
): string {
  if (called < 0) return '';
  const source = place(functions.file[called] as string, line);
  const name = functions.name[called] as string;
  return visible(source === '' ? name : `${name} (${source})`);
}

/** The line of a stack that its reader would change, as `siteName`. */
export const stackName = (profile: Named, stack: number): string => siteName(profile, profile.siteOf(stack));

export function exceptionName({ recording: { tables } }: Named, task: number): string {
  const exception = tables.tasks.exception[task] as number;
  return exception < 0 ? '' : visible(tables.strings.value[exception] as string);
}
