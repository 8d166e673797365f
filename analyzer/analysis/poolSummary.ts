import type { Direction } from '../model/index.ts';
import { toSeconds } from '../model/index.ts';
import type { Distribution } from './distribution.ts';
import type { Functions } from './functions.ts';
import { type LockSite, lockSites, lockTotals } from './locks.ts';
import type { Phase } from './mapReduce.ts';
import { poolTotals } from './pools.ts';
import type { Site } from './sites.ts';
import type { Carried, TaskTotals } from './tasks.ts';
import type { Trace } from './trace.ts';
import { transferTotals } from './transfers.ts';

/** What pools, their tasks, messages and locks came to: a part of the summary. Seconds and bytes; null is unknown. */
export interface PoolSummary {
  readonly pools: readonly PoolLine[];
  readonly tasks: readonly TaskLine[];
  readonly transfers: readonly TransferLine[];
  readonly locks: readonly LockLine[];
  readonly lockSites: readonly LockSiteLine[];
  readonly regions: readonly RegionLine[];
}

/** A place in the program; an unknown one has empty names and the line 0. */
export interface PlaceLine {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

export interface PoolLine extends PlaceLine {
  readonly id: number;
  /** Such as `multiprocessing.Pool`. */
  readonly kind: string;
  readonly process: number;
  readonly size: number | null;
  readonly startMethod: string | null;
  readonly startSeconds: number;
  readonly endSeconds: number | null;
  readonly startupSeconds: number | null;
  readonly teardownSeconds: number | null;
  readonly tasks: number;
}

/** The tasks of one pool and function. */
export interface TaskLine extends PlaceLine {
  /** Kind of the pool, and its number in `pools`. */
  readonly pool: string;
  readonly poolId: number;
  readonly count: number;
  /** Calls of the function. */
  readonly items: number;
  /** Calls that one task makes: half of the tasks make no more, and none more than `largestChunk`. */
  readonly chunkSize: number;
  readonly largestChunk: number;
  readonly workers: number;
  readonly lost: number;
  readonly queueSeconds: number | null;
  readonly queue: SpreadLine | null;
  readonly runSeconds: number | null;
  readonly run: SpreadLine | null;
  readonly returnSeconds: number | null;
  readonly bytesOut: number | null;
  readonly bytesBack: number | null;
  readonly packOutSeconds: number;
  readonly unpackOutSeconds: number;
  readonly packBackSeconds: number;
  readonly unpackBackSeconds: number;
  /** The four before, at both ends. */
  readonly pickleSeconds: number;
  readonly repeatedShare: number | null;
  readonly exceptions: readonly { readonly type: string; readonly count: number }[];
}

/** Seconds for one task, of the `count` tasks of which they are known. */
export interface SpreadLine {
  readonly count: number;
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

export interface TransferLine {
  readonly direction: Direction;
  readonly count: number;
  readonly bytes: number;
  readonly seconds: number;
  /** The bytes are an estimate, at least of some. */
  readonly estimated: boolean;
}

export interface LockSiteLine extends PlaceLine {
  readonly waits: number;
  readonly seconds: number;
  readonly locks: number;
}

export interface LockLine {
  readonly lock: number;
  readonly waits: number;
  readonly seconds: number;
  readonly longestSeconds: number;
  readonly lanes: number;
  readonly waiting: readonly LockSiteLine[];
  readonly holding: readonly LockSiteLine[];
  /** Share of the waited time of which the holder's code is not known. */
  readonly unknownShare: number;
}

export interface RegionLine {
  readonly kind: 'parallel' | 'serial';
  readonly phase: Phase | null;
  readonly title: string;
  /** Number in `pools`; null for serial. */
  readonly poolId: number | null;
  /** The submitting lane. */
  readonly lane: number | null;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly tasks: number;
}

export function poolSummary(trace: Trace): PoolSummary {
  const { meta, tables, functions, siteOf, taskTotals: tasks } = trace;
  const since = (time: number) => toSeconds(time - meta.clock.start);
  const place = placeIn(functions);
  const siteLine = (site: LockSite): LockSiteLine => ({
    ...place(site),
    waits: site.waits,
    seconds: toSeconds(site.time),
    locks: site.locks,
  });
  const locks = lockTotals(tables, siteOf);
  return {
    pools: poolTotals(tables, siteOf, tasks).map((totals) => ({
      id: totals.pool,
      kind: tables.pools.kind[totals.pool] as string,
      ...place(totals.site),
      process: tables.pools.process[totals.pool] as number,
      size: (tables.pools.size[totals.pool] as number) || null,
      startMethod: (tables.pools.startMethod[totals.pool] as string) || null,
      startSeconds: since(tables.pools.start[totals.pool] as number),
      endSeconds: totals.end === null ? null : since(totals.end),
      startupSeconds: totals.startup === null ? null : toSeconds(totals.startup),
      teardownSeconds: totals.teardown === null ? null : toSeconds(totals.teardown),
      tasks: totals.tasks,
    })),
    tasks: tasks.map((totals) =>
      taskLine(totals, tables.pools.kind[totals.pool] as string, place(definition(totals, functions))),
    ),
    transfers: transferTotals(tables, tasks).map(({ direction, count, bytes, time, isEstimated }) => ({
      direction,
      count,
      bytes,
      seconds: toSeconds(time),
      estimated: isEstimated,
    })),
    locks: locks.map((totals) => ({
      lock: totals.lock,
      waits: totals.waits,
      seconds: toSeconds(totals.time),
      longestSeconds: toSeconds(totals.longest),
      lanes: totals.lanes,
      waiting: totals.waiting.map(siteLine),
      holding: totals.holding.map(siteLine),
      unknownShare: totals.unknown,
    })),
    lockSites: lockSites(locks).map(siteLine),
    regions: trace.regions.map((region) => ({
      kind: region.kind,
      phase: region.phase,
      title: region.title,
      poolId: region.pool < 0 ? null : region.pool,
      lane: region.from < 0 ? null : region.from,
      startSeconds: since(region.start),
      endSeconds: since(region.end),
      tasks: region.tasks,
    })),
  };
}

const placeIn =
  (functions: Functions) =>
  ({ function: id, line }: Site): PlaceLine => ({
    function: functions.name[id] ?? '',
    file: functions.file[id] ?? '',
    line,
  });

const definition = ({ function: id }: TaskTotals, functions: Functions): Site => ({
  function: id,
  line: functions.line[id] ?? 0,
});

function taskLine(totals: TaskTotals, pool: string, place: PlaceLine): TaskLine {
  const { chunk, queue, run, wayBack, out, back } = totals;
  return {
    pool,
    ...place,
    poolId: totals.pool,
    count: totals.tasks,
    items: chunk.sum,
    chunkSize: chunk.median,
    largestChunk: chunk.max,
    workers: totals.workers,
    lost: totals.lost,
    queueSeconds: sumOf(queue),
    queue: spread(queue),
    runSeconds: sumOf(run),
    run: spread(run),
    returnSeconds: sumOf(wayBack),
    bytesOut: bytesOf(out),
    bytesBack: bytesOf(back),
    packOutSeconds: toSeconds(out.pack),
    unpackOutSeconds: toSeconds(out.unpack),
    packBackSeconds: toSeconds(back.pack),
    unpackBackSeconds: toSeconds(back.unpack),
    pickleSeconds: toSeconds(out.pack + out.unpack + back.pack + back.unpack),
    repeatedShare: totals.repeated,
    exceptions: totals.exceptions,
  };
}

const sumOf = ({ count, sum }: Distribution): number | null => (count > 0 ? toSeconds(sum) : null);
const bytesOf = ({ known, bytes }: Carried): number | null => (known > 0 ? bytes : null);

function spread({ count, mean, median, p95, max }: Distribution): SpreadLine | null {
  if (count === 0) return null;
  return {
    count,
    mean: toSeconds(mean),
    median: toSeconds(median),
    p95: toSeconds(p95),
    max: toSeconds(max),
  };
}
