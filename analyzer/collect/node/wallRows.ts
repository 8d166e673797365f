import { basename } from 'node:path';
import {
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  processesSchema,
  RUNNING,
  samplesSchema,
  TableBuilder,
  WAITING,
  WAITS,
} from '../../model/index.ts';
import { type Batch, emptyBatch, type RunContext } from '../collector.ts';
import type { Lost } from './lastSlices.ts';
import type { NodeProcess, ThreadRows } from './rows.ts';
import type { Stretch } from './stacks.ts';

/** Nanos of a row at most: its CPU time is 32 bits. */
const LONGEST_ROW = 4e9;
const MOST_COUNTED = 65535;
const OTHER = WAITS.indexOf('other');

interface Lane {
  readonly process: NodeProcess;
  readonly tid: number;
  readonly name: string;
  readonly start: number;
  readonly isMain: boolean;
  /** Nanos until which there are rows. */
  until: number;
  /** It has told everything. */
  isWhole: boolean;
  /** Nanos at which it ended; -1 while it lives, or when it ended without a word. */
  gone: number;
}

/**
 * Rows of threads whose time nobody accounts for from outside. V8 tells where a thread was and not whether it ran: what is not
 * seen to wait counts as running, with its wall time for CPU time.
 */
export class WallRows implements ThreadRows {
  readonly interner = new Interner();
  private readonly root: number;
  private readonly startedAt: number;
  private readonly clock: () => number;
  private readonly processes = new TableBuilder(processesSchema);
  private readonly laneRows = new TableBuilder(lanesSchema);
  private readonly samples = new TableBuilder(samplesSchema, 1024);
  private readonly lanes = new Map<number, Lane>();
  private laneCount = 0;

  /** `pid`: the command's process, which has no parent in the run. `clock`: Nanos now. */
  constructor({ pid, startedAt }: Pick<RunContext, 'pid' | 'startedAt'>, clock: () => number) {
    this.root = pid;
    this.startedAt = startedAt;
    this.clock = clock;
  }

  newLane(): number {
    return this.laneCount++;
  }

  process(process: NodeProcess): void {
    this.writeProcess(process, -1);
  }

  follow(process: NodeProcess, tid: number, time: number, name: string, isMain: boolean): number {
    const called = name || programOf(process);
    const start = Math.max(time, this.startedAt);
    const lane = {
      process,
      tid,
      name: called,
      start,
      isMain,
      until: start,
      isWhole: false,
      gone: -1,
    };
    const id = this.laneCount++;
    this.lanes.set(id, lane);
    this.writeLane(id, lane, -1);
    return id;
  }

  /** It does none of the program's work, and nobody tells what it does. */
  helper(): void {}

  stack(id: number, { start, end, stack, count, wait }: Stretch): void {
    const lane = this.lanes.get(id);
    // The file comes from the program: nothing has been told of the future.
    if (!lane || end <= lane.until || end > this.clock()) return;
    // Nobody told of it: it waited for the agent, or profiles changed.
    if (start > lane.until) this.row(id, lane, start, { stack: -1, count: 1, state: WAITING, wait: OTHER });
    const state = wait === 'none' ? RUNNING : WAITING;
    this.row(id, lane, end, { stack, count, state, wait: WAITS.indexOf(wait) });
  }

  end(id: number): void {
    const lane = this.lanes.get(id);
    if (!lane) return;
    lane.isWhole = true;
    this.writeLane(id, lane, lane.until);
    if (lane.isMain) this.writeProcess(lane.process, lane.until);
  }

  gone(id: number, time: number): void {
    const lane = this.lanes.get(id);
    if (!lane || lane.isWhole) return;
    lane.gone = time;
    this.writeLane(id, lane, lane.until);
  }

  finish(): void {
    for (const [id, lane] of this.lanes) {
      if (lane.isWhole) continue;
      this.writeLane(id, lane, lane.until);
      if (lane.isMain) this.writeProcess(lane.process, lane.until);
    }
  }

  notice(): void {}

  lost(): Lost {
    const cut = [...this.lanes.values()].filter(({ isWhole }) => !isWhole);
    const isKnown = cut.every(({ gone }) => gone >= 0);
    const sum = cut.reduce((total, { gone, until }) => total + Math.max(0, gone - until), 0);
    return { threads: cut.length, seconds: isKnown ? sum / 1e9 : null, cpuSeconds: null };
  }

  drain(): Batch | null {
    const { processes, laneRows, samples } = this;
    if (processes.length + laneRows.length + samples.length === 0) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      processes: processes.finish(),
      lanes: laneRows.finish(),
      samples: samples.finish(),
    };
    for (const table of [processes, laneRows, samples]) table.clear();
    return batch;
  }

  /** Rows of the lane up to `end`; more than one when that is long. */
  private row(
    lane: number,
    state: Lane,
    end: number,
    seen: { stack: number; count: number; state: number; wait: number },
  ): void {
    let count = Math.min(MOST_COUNTED, seen.count);
    while (state.until < end) {
      const isRunning = seen.state === RUNNING;
      const time = isRunning ? Math.min(end, state.until + LONGEST_ROW) : end;
      const cpu = isRunning ? time - state.until : 0;
      this.samples.push({ lane, time, cpu, ready: 0, flags: 0, ...seen, count });
      state.until = time;
      count = 0;
    }
  }

  private writeLane(id: number, { process, tid, name, start, isMain }: Lane, end: number): void {
    const role = isMain && process.pid === this.root ? 'main' : 'worker';
    this.laneRows.push({
      id,
      kind: LANE_KINDS.indexOf('thread'),
      role: LANE_ROLES.indexOf(role),
      process: process.pid,
      thread: tid,
      name,
      start,
      end,
      cpu: -1,
    });
  }

  private writeProcess(process: NodeProcess, end: number): void {
    const { pid, parent, command, runtime, time } = process;
    this.processes.push({
      process: pid,
      parent: pid === this.root ? 0 : parent,
      start: time,
      end,
      name: programOf(process),
      command,
      runtime,
    });
  }
}

const programOf = ({ command }: NodeProcess): string => basename(command.split(' ')[0] ?? '') || 'node';
