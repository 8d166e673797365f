import type { Tables } from '../model/index.ts';
import { type Functions, functionsOf } from './functions.ts';
import { feeds, type Phase } from './mapReduce.ts';
import { type Stretch, stretchesOf } from './stretches.ts';
import { lastSeen } from './taskTimes.ts';

/**
 * A stretch of a run with one purpose, as the program's author would name it.
 *
 * `parallel`: one pool's tasks of one function, submitted by one lane: a `Pool.map`, a burst of futures. `serial`: what a
 * lane that submits did before, between and after its parallel regions. The parallel regions of one lane may overlap (two
 * pools at work at once); its serial ones overlap nothing of its own.
 *
 *     before word_count | word_count (map) | between word_count and merge (shuffle) | merge (reduce) | after merge
 *
 * `pool`: row of `pools`, -1 for serial. `from`: the submitting lane, -1 when unknown. `start`, `end`: Nanos. `tasks`: tasks
 * in it, 0 for serial. `phase`: null unless the region is part of a MapReduce.
 */
export interface Region {
  readonly kind: 'parallel' | 'serial';
  readonly phase: Phase | null;
  readonly title: string;
  readonly pool: number;
  readonly from: number;
  readonly start: number;
  readonly end: number;
  readonly tasks: number;
}

/**
 * Tasks of one function that follow each other within this share of the run belong together. A picture of a run is about a
 * thousand columns wide, so a shorter gap cannot be seen in it; and a loop that waits for each of a million tasks makes at
 * most a thousand regions instead of a million.
 */
const TOUCH = 1 / 1000;

/** Every region of a run, in order of start. */
export function regionsOf(tables: Tables, functions: Functions = functionsOf(tables)): Region[] {
  const run = runOf(tables);
  const bySender = new Map<number, Stretch[]>();
  for (const stretch of stretchesOf(tables, functions, (run.end - run.start) * TOUCH)) {
    const own = bySender.get(stretch.from);
    if (own) own.push(stretch);
    else bySender.set(stretch.from, [stretch]);
  }
  const regions: Region[] = [];
  const parallel = (stretch: Stretch, phase: Phase | null) => {
    const { pool, from, start, end, tasks } = stretch;
    const title = functions.name[stretch.function] ?? `tasks of ${tables.pools.kind[pool]}`;
    regions.push({ kind: 'parallel', phase, title, pool, from, start, end, tasks });
  };
  for (const [lane, stretches] of bySender) {
    stretches.sort((a, b) => a.start - b.start || a.end - b.end);
    if (lane < 0) {
      for (const stretch of stretches) parallel(stretch, null);
      continue;
    }
    const blocks = blocksOf(stretches);
    const phases = phasesOf(blocks, tables);
    blocks.forEach(({ stretches: own }, at) => {
      for (const stretch of own) parallel(stretch, phases[at] ?? null);
    });
    const { start, end } = laneLife(tables, lane, run.end);
    for (let at = 0; at <= blocks.length; at++) {
      const before = blocks[at - 1];
      const after = blocks[at];
      const phase = phases[at] === 'reduce' ? 'shuffle' : null;
      const gap = { start: before?.end ?? start, end: after?.stretches[0]?.start ?? end };
      if (gap.end <= gap.start) continue;
      const title = gapTitle(before?.last, after?.stretches[0], functions);
      regions.push({ kind: 'serial', phase, title, pool: -1, from: lane, ...gap, tasks: 0 });
    }
  }
  return regions.sort((a, b) => a.start - b.start || b.end - a.end || a.from - b.from);
}

/** A maximal part of a lane's life in which something that it submitted was under way. */
interface Block {
  readonly stretches: Stretch[];
  /** The stretch that ended last, and when. */
  last: Stretch;
  end: number;
}

/** `stretches` of one lane, in order of start. */
function blocksOf(stretches: readonly Stretch[]): Block[] {
  const blocks: Block[] = [];
  for (const stretch of stretches) {
    const block = blocks.at(-1);
    if (!block || stretch.start > block.end) {
      blocks.push({ stretches: [stretch], last: stretch, end: stretch.end });
      continue;
    }
    block.stretches.push(stretch);
    if (stretch.end <= block.end) continue;
    block.last = stretch;
    block.end = stretch.end;
  }
  return blocks;
}

/**
 * The phase of each block. One that holds two regions is in no MapReduce: neither was waited for alone, so what came next is
 * not known to follow from it. And a reduce maps nothing: it is reported once, as the end of its MapReduce.
 */
function phasesOf(blocks: readonly Block[], tables: Tables): (Phase | null)[] {
  const phases = new Array<Phase | null>(blocks.length).fill(null);
  for (let at = 0; at + 1 < blocks.length; at++) {
    const [map, ...beside] = blocks[at]?.stretches ?? [];
    const [reduce, ...besideNext] = blocks[at + 1]?.stretches ?? [];
    if (!map || !reduce || beside.length + besideNext.length > 0 || phases[at] === 'reduce') continue;
    if (!feeds(map, reduce, tables)) continue;
    phases[at] = 'map';
    phases[at + 1] = 'reduce';
  }
  return phases;
}

function gapTitle(before: Stretch | undefined, after: Stretch | undefined, functions: Functions): string {
  const name = (stretch: Stretch) => functions.name[stretch.function] ?? 'tasks';
  if (before && after) {
    if (before.function === after.function) return `between rounds of ${name(after)}`;
    return `between ${name(before)} and ${name(after)}`;
  }
  if (after) return `before ${name(after)}`;
  return before ? `after ${name(before)}` : '';
}

function laneLife({ lanes }: Tables, lane: number, runEnd: number): { start: number; end: number } {
  const end = lanes.end[lane] as number;
  return { start: lanes.start[lane] as number, end: end < 0 ? runEnd : end };
}

/** Nanos at which the run was first and last seen, by its lanes and tasks: a live recording's lanes have no end yet. */
function runOf({ lanes, tasks, samples }: Tables): { start: number; end: number } {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (let lane = 0; lane < lanes.length; lane++) {
    start = Math.min(start, lanes.start[lane] as number);
    end = Math.max(end, lanes.end[lane] as number);
  }
  for (let row = 0; row < tasks.length; row++) end = Math.max(end, lastSeen(tasks, row));
  for (let row = 0; row < samples.length; row++) end = Math.max(end, samples.time[row] as number);
  return { start: Math.min(start, end), end };
}
