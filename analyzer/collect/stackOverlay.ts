import {
  emptyTables,
  LANGUAGES,
  type Row,
  RUNNING,
  rowOf,
  samplesSchema,
  type Table,
  TableBuilder,
  type Tables,
  WAITING,
  WAITS,
} from '../model/index.ts';
import type { insideSchema, NumberedBatch, SessionBatch } from './collector.ts';

type SampleRow = Row<typeof samplesSchema>;

/** Nanos that the rows of a thread wait for its first stacks, when nobody has said that there will be any. */
const PATIENCE = 1e9;
/** Nanos that the last rows of a thread that has ended wait for its last stacks, which come now or never. */
const LAST_PATIENCE = 2e9;
/** Rows that wait in all; beyond, they go as they are. */
const MOST_HELD = 200_000;
/** What collectors call the frame of a thread that has nothing to do. */
export const IDLE = '[idle]';
const NATIVE = LANGUAGES.indexOf('native');
const POLL = WAITS.indexOf('poll');
/** A piece of a row that ran for more than this share of it was running, whatever the thread did at the row's end. */
const RAN = 0.5;

/** `stack` in `(start, end]`, Nanos. */
interface Piece {
  readonly start: number;
  end: number;
  readonly stack: number;
}

/** What is known of one lane of which two collectors tell. */
interface OverlaidLane {
  rows: SampleRow[];
  pieces: Piece[];
  /** Nanos: where the first of `rows` begins. */
  from: number;
  /** Nanos: end of the last piece, whether it is still there or not. */
  covered: number;
  /** Somebody has said that stacks will come. */
  claimed: boolean;
}

/**
 * Puts the stacks that a thread tells of itself under what is known of it from outside.
 *
 * From outside comes what the kernel counts: CPU time, states and waits, in rows without holes. From inside comes where the
 * program was, some time later. So rows wait until their stacks are there, and are cut where these change. The CPU time of a row
 * goes to those of its pieces in which the program was not idle, by their length; its sum stays that of the kernel.
 *
 *     outside   |--------- running, cpu 9 ---------|
 *     inside    |-- parse --|-- idle --|-- solve --|
 *     written   |-- parse --|-- idle --|-- solve --|      cpu 4.5, 0, 4.5
 */
export class StackOverlay {
  private readonly lanes = new Map<number, OverlaidLane>();
  private readonly starts = new Map<number, number>();
  /** Nanos at which lanes ended, of those that have. */
  private readonly ends = new Map<number, number>();
  private readonly idle = new IdleStacks();
  private readonly expects: (command: string) => boolean;
  private readonly expected = new Set<number>();
  private readonly expectedLanes = new Set<number>();
  private held = 0;

  /** `expects`: whether the threads of a process with that command line may tell their stacks. */
  constructor(expects: (command: string) => boolean) {
    this.expects = expects;
  }

  /** Puts the stacks of a batch where they belong, in its rows and in those that wait for them. */
  apply({ inside, ...tables }: NumberedBatch): SessionBatch {
    this.idle.notice(tables);
    this.notice(tables);
    this.tell(inside);
    // Most runs have no thread that tells anything: their rows are nobody's business here.
    if (this.lanes.size + this.expectedLanes.size === 0) return tables;
    return { ...tables, samples: this.add(tables.samples) };
  }

  /** No more stacks will come: all rows that are left. */
  finish(): SessionBatch {
    const out = new TableBuilder(samplesSchema);
    for (const lane of this.lanes.values()) this.release(lane, Number.POSITIVE_INFINITY, out);
    return { ...emptyTables(), samples: out.finish() };
  }

  /** Takes note of whose lanes there are, and where they begin. */
  private notice({ processes, lanes }: Tables): void {
    for (let i = 0; i < processes.length; i++) {
      const process = processes.process[i] as number;
      if (this.expects(processes.command[i] as string)) this.expected.add(process);
      else this.expected.delete(process);
    }
    for (let i = 0; i < lanes.length; i++) {
      const id = lanes.id[i] as number;
      if (!this.starts.has(id)) this.starts.set(id, lanes.start[i] as number);
      if ((lanes.end[i] as number) >= 0) this.ends.set(id, lanes.end[i] as number);
      if (this.expected.has(lanes.process[i] as number)) this.expectedLanes.add(id);
    }
  }

  /** Takes stacks from inside; those of one lane come in order. What overlaps with an earlier one is cut. */
  private tell(inside: Table<typeof insideSchema>): void {
    for (let i = 0; i < inside.length; i++) {
      const lane = this.lane(inside.lane[i] as number);
      lane.claimed = true;
      const [end, stack] = [inside.end[i] as number, inside.stack[i] as number];
      const start = Math.max(inside.start[i] as number, lane.covered);
      if (!(end > start)) continue;
      const last = lane.pieces.at(-1);
      if (last && last.stack === stack && last.end === start) last.end = end;
      else if (stack >= 0) lane.pieces.push({ start, end, stack });
      lane.covered = end;
    }
  }

  /** Takes rows from outside; gives those that can be written now, the rows of each lane in order. */
  private add(samples: Tables['samples']): Tables['samples'] {
    const out = new TableBuilder(samplesSchema, samples.length + 64);
    let latest = 0;
    for (let i = 0; i < samples.length; i++) {
      const row = rowOf(samplesSchema, samples, i);
      latest = Math.max(latest, row.time);
      if (!this.lanes.has(row.lane) && !this.expectedLanes.has(row.lane)) {
        out.push(row);
        continue;
      }
      this.lane(row.lane).rows.push(row);
      this.held++;
    }
    for (const [number, lane] of this.lanes) {
      const end = this.ends.get(number) ?? Number.POSITIVE_INFINITY;
      const isUntold = !lane.claimed && (lane.rows[0]?.time ?? latest) < latest - PATIENCE;
      const isLate = isUntold || end < latest - LAST_PATIENCE;
      this.release(lane, isLate || this.held > MOST_HELD ? Number.POSITIVE_INFINITY : lane.covered, out);
    }
    return out.finish();
  }

  private lane(number: number): OverlaidLane {
    let lane = this.lanes.get(number);
    if (!lane) {
      const from = this.starts.get(number) ?? 0;
      lane = { rows: [], pieces: [], from, covered: 0, claimed: false };
      this.lanes.set(number, lane);
    }
    return lane;
  }

  /** Writes the rows of a lane that end at `until` at the latest. */
  private release(lane: OverlaidLane, until: number, out: TableBuilder<typeof samplesSchema>): void {
    let done = 0;
    let piece = 0;
    for (const row of lane.rows) {
      if (row.time > until) break;
      piece = this.write(row, lane, piece, out);
      lane.from = row.time;
      done++;
    }
    lane.rows = lane.rows.slice(done);
    lane.pieces = lane.pieces.slice(piece);
    this.held -= done;
  }

  /** Writes one row, cut by the pieces from the `first` on. Gives the first piece that the next row may need. */
  private write(
    row: SampleRow,
    lane: OverlaidLane,
    first: number,
    out: TableBuilder<typeof samplesSchema>,
  ): number {
    let at = first;
    while (at < lane.pieces.length && (lane.pieces[at] as Piece).end <= lane.from) at++;
    const next = at;
    const cuts: Piece[] = [];
    let from = lane.from;
    for (; at < lane.pieces.length; at++) {
      const { start, end, stack } = lane.pieces[at] as Piece;
      if (start >= row.time) break;
      // What nobody told of keeps the stack that it has from outside.
      if (start > from) cuts.push({ start: from, end: start, stack: row.stack });
      from = Math.min(end, row.time);
      cuts.push({ start: Math.max(start, lane.from), end: from, stack });
    }
    if (from < row.time) cuts.push({ start: from, end: row.time, stack: row.stack });
    this.writeCuts(row, cuts, out);
    return next;
  }

  private writeCuts(row: SampleRow, cuts: readonly Piece[], out: TableBuilder<typeof samplesSchema>): void {
    const lengths = cuts.map(({ start, end }) => end - start);
    const isIdle = cuts.map(({ stack }) => this.idle.has(stack));
    const works = lengths.map((length, i) => (isIdle[i] ? 0 : length));
    const weights = works.some((length) => length > 0) ? works : lengths;
    const cpus = split(row.cpu, weights);
    const readies = split(row.ready, weights);
    const counts = split(row.count, lengths);
    for (const [i, { end, stack }] of cuts.entries()) {
      const [cpu = 0, ready = 0, count = 0] = [cpus[i], readies[i], counts[i]];
      const ran = cpu > RAN * (lengths[i] as number);
      const state = isIdle[i] ? WAITING : ran ? RUNNING : row.state;
      const wait = isIdle[i] && row.state !== WAITING ? POLL : state === WAITING ? row.wait : 0;
      out.push({ ...row, time: end, cpu, ready, count, state, wait, stack });
    }
  }
}

/** Which stacks say that a program had nothing to do. */
class IdleStacks {
  private readonly stacks = new Set<number>();
  private readonly frames = new Set<number>();
  private name = -1;
  private counts = { strings: 0, frames: 0, stacks: 0 };

  /** Takes note of the rows that a batch adds. */
  notice({ strings, frames, stacks }: Tables): void {
    const { counts } = this;
    for (let i = 0; i < strings.length; i++) if (strings.value[i] === IDLE) this.name = counts.strings + i;
    for (let i = 0; i < frames.length; i++)
      if (frames.name[i] === this.name && frames.language[i] === NATIVE) this.frames.add(counts.frames + i);
    for (let i = 0; i < stacks.length; i++)
      if (this.frames.has(stacks.frame[i] as number)) this.stacks.add(counts.stacks + i);
    counts.strings += strings.length;
    counts.frames += frames.length;
    counts.stacks += stacks.length;
  }

  has(stack: number): boolean {
    return this.stacks.has(stack);
  }
}

/** Parts of a whole number by weights, whole numbers themselves, which add up to it. */
function split(value: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  let given = 0;
  return weights.map((weight) => {
    reached += weight;
    const upTo = total > 0 ? Math.round((value * reached) / total) : 0;
    const part = upTo - given;
    given = upTo;
    return part;
  });
}
