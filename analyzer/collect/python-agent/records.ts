import type { LaneRole } from '../../model/index.ts';
import { LANE_KINDS, LANE_ROLES } from '../../model/index.ts';
import { waitOf } from '../process/syscalls.ts';
import type { FileHealth } from './health.ts';
import { LaneSamples, STARVED, UNKNOWN_WAIT, WAIT_OF_LETTER } from './laneSamples.ts';
import { integerField, Lines, unescapeField } from './lines.ts';
import type { AgentRows } from './rows.ts';
import { StackTable } from './stackTable.ts';

const FORMAT = 'perfscope-python-agent 1';
/** A tick this far after the one before is believed when the next one agrees: a damaged digit must not end the file. */
const LONGEST_PAUSE = 60e9;
/** The CPU of a new thread may become known this many ticks late: the agent looks for its system id that often. */
const LATEST_CLOCK = 5;
const MOST_NOTES = 10;
/** Threads that serve a pool: the three of multiprocessing.Pool, a queue's feeder, the manager of a process executor. */
const HELPER_THREAD =
  /_handle_(workers|tasks|results)|QueueFeederThread|QueueManagerThread|ExecutorManagerThread/;
const HELPER_PROCESS = /multiprocessing\.(resource_tracker|semaphore_tracker|forkserver)/;

interface Lane {
  readonly id: number;
  readonly start: number;
  readonly main: boolean;
  readonly base: number;
  readonly samples: LaneSamples;
  thread: number;
  /** Whether its CPU time is a guess: the process's, split among threads. */
  shared: boolean;
  name: string;
  /** The agent's counter, as of the last mention. */
  cpu: number;
  stack: number;
  /** Number of the tick in which it was last mentioned. */
  tick: number;
}

/**
 * Decodes the file of one process, piece by piece, into `rows`; docs/collectors/python-agent.md describes the records.
 * Never throws: a line that makes no sense is counted and left out, and what refers to it with it.
 */
export class AgentRecords {
  private readonly rows: AgentRows;
  private readonly rootProcess: number;
  private readonly lines = new Lines();
  private readonly stacks: StackTable;
  private readonly lanes = new Map<number, Lane>();
  private begun = false;
  private process = 0;
  private parent = 0;
  private start = 0;
  private name = '';
  private command = '';
  private runtime = '';
  private requestedHz = 0;
  private time = 0;
  private suspect = 0;
  private tick = 0;
  private previousTime = 0;
  private missed = 0;
  private agentCpu = 0;
  private damaged = 0;
  private closed = false;
  private problem = '';
  private readonly notes = new Set<string>();
  private endedSamples = 0;
  private sharedClocks = 0;

  /** `rootProcess`: the process of the command, which has no parent in the run. */
  constructor(rows: AgentRows, rootProcess: number) {
    this.rows = rows;
    this.stacks = new StackTable(rows.interner);
    this.rootProcess = rootProcess;
  }

  /** Whether the agent wrote its last record: nothing more will come. */
  get isComplete(): boolean {
    return this.closed || this.problem !== '';
  }

  push(bytes: Uint8Array): void {
    for (const line of this.lines.push(bytes)) if (!this.record(line.split('\t'))) this.damaged++;
  }

  /** No more bytes will come: what is open is closed at the last time that is known. */
  end(): void {
    for (const number of [...this.lanes.keys()]) this.endLane(number, this.time);
    if (this.process !== 0 && this.begun) this.writeProcess(this.time);
    this.begun = false;
  }

  health(): FileHealth {
    let samples = this.endedSamples;
    for (const lane of this.lanes.values()) samples += lane.samples.total;
    return {
      process: this.process,
      requestedHz: this.requestedHz,
      ticks: this.tick,
      duration: this.time - this.start,
      missed: this.missed,
      samples,
      agentCpu: this.agentCpu,
      damaged: this.damaged + this.lines.tooLong,
      complete: this.closed,
      problem: this.problem,
      notes: [...this.notes],
      sharedClocks: this.sharedClocks,
    };
  }

  /** Takes one record; false when it makes no sense. */
  private record(fields: string[]): boolean {
    const kind = fields[0];
    if (kind === FORMAT) return true;
    if (kind === 'P') return this.processRecord(fields);
    if (kind === 'X') {
      this.problem = unescapeField(fields[2] ?? '') || 'unknown';
      return true;
    }
    if (!this.begun) return false;
    switch (kind) {
      case 'T':
        return this.tickRecord(integerField(fields[1]), integerField(fields[2]), fields, 3);
      case 'F':
        return this.stacks.functionRecord(fields);
      case 'K':
        return this.stacks.stackRecord(fields);
      case 'W':
        return this.waitRecord(fields);
      case 'L':
        return this.laneRecord(fields);
      case 'E':
        return this.endRecord(fields);
      case 'N':
        this.name = unescapeField(fields[1] ?? '');
        this.writeProcess(-1);
        return true;
      case 'A': {
        const cpu = integerField(fields[1]);
        this.agentCpu = cpu >= 0 ? cpu : this.agentCpu;
        return cpu >= 0;
      }
      case 'C':
        this.closed = this.tickRecord(integerField(fields[1]), integerField(fields[2]), fields, 3);
        return this.closed;
      case 'M':
        if (this.notes.size < MOST_NOTES) this.notes.add(unescapeField(fields[1] ?? ''));
        return this.notes.size < MOST_NOTES;
      default:
        return false;
    }
  }

  private processRecord(fields: string[]): boolean {
    const [, pid, parent, start, rate, runtime, command] = fields;
    const values = [pid, parent, start].map(integerField);
    const [process = 0, parentProcess = 0, startTime = 0] = values;
    if (this.begun || command === undefined || !values.every((value) => value >= 0)) return false;
    if (process > 0xffffffff || parentProcess > 0xffffffff) return false;
    this.begun = true;
    this.process = process;
    this.parent = process === this.rootProcess ? 0 : parentProcess;
    this.start = startTime;
    this.time = startTime;
    this.previousTime = startTime;
    const hz = Number(rate);
    this.requestedHz = hz > 0 && hz <= 1e6 ? hz : 0;
    this.runtime = unescapeField(runtime ?? '');
    this.command = unescapeField(command);
    this.writeProcess(-1);
    return true;
  }

  private laneRecord(fields: string[]): boolean {
    const [number = -1, thread = -1, start = -1, base = -1] = fields.slice(1, 5).map(integerField);
    if (!(number >= 0) || !(thread >= 0 && thread <= 0xffffffff) || !(start >= 0) || !(base >= 0))
      return false;
    const [clock, main, text] = fields.slice(5);
    if (text === undefined) return false;
    const lane = this.lanes.get(number) ?? this.newLane(number, start, base, main === '1');
    lane.thread = thread || lane.thread;
    lane.name = unescapeField(text) || (lane.main ? 'MainThread' : '');
    if (clock === 'share' && !lane.shared) this.sharedClocks++;
    lane.shared = clock === 'share';
    this.writeLane(lane, -1, -1);
    return true;
  }

  private newLane(number: number, start: number, base: number, main: boolean): Lane {
    const id = this.rows.newLane();
    const from = Math.max(this.start, Math.min(start, this.time));
    const lane: Lane = {
      id,
      start: from,
      main,
      base,
      samples: new LaneSamples(this.rows.samples, id, from),
      thread: 0,
      shared: false,
      name: '',
      cpu: base,
      stack: -1,
      tick: this.tick,
    };
    this.lanes.set(number, lane);
    return lane;
  }

  private waitRecord(fields: string[]): boolean {
    const lane = this.lanes.get(integerField(fields[1]));
    const what = fields[2];
    if (!lane || !what) return false;
    const number = integerField(what);
    if (what === 'r') lane.samples.waitsFor(STARVED);
    else if (number >= 0) lane.samples.waitsFor(waitOf(this.process, number, -1));
    else lane.samples.waitsFor(WAIT_OF_LETTER[what] ?? UNKNOWN_WAIT);
    return true;
  }

  private endRecord(fields: string[]): boolean {
    const number = integerField(fields[1]);
    const time = integerField(fields[2]);
    if (!this.lanes.has(number) || !(time >= 0)) return false;
    this.endLane(number, Math.min(time, this.time));
    return true;
  }

  private tickRecord(time: number, missed: number, fields: string[], first: number): boolean {
    if (!(time > this.time) || !(missed >= 0)) return false;
    if (time - this.time > LONGEST_PAUSE && !(this.suspect > 0 && time >= this.suspect)) {
      this.suspect = time;
      return false;
    }
    // It was no damage: the process stood still for long.
    if (time - this.time > LONGEST_PAUSE) this.damaged--;
    this.suspect = 0;
    this.previousTime = this.time;
    this.time = time;
    this.tick++;
    this.missed = missed;
    let sensible = true;
    for (let i = first; i < fields.length; i++) {
      const group = fields[i] as string;
      if (group !== '' && !this.observation(group, time)) sensible = false;
    }
    return sensible;
  }

  private observation(group: string, time: number): boolean {
    const [number, stackNumber, cpu] = group.split(',').map(integerField);
    const lane = this.lanes.get(number ?? -1);
    if (!lane || cpu === undefined || !(cpu >= 0)) return false;
    const skipped = this.tick - lane.tick - 1;
    if (skipped > 0) lane.samples.idleUntil(this.previousTime, skipped);
    lane.tick = this.tick;
    const interval = time - lane.samples.lastTime;
    let used = Math.max(0, cpu - lane.cpu);
    lane.cpu = cpu;
    // A share of what many native threads used may exceed the interval; a thread's own clock does not, but for a moment.
    const sensible = lane.shared || used <= interval * LATEST_CLOCK + 100e6;
    used = !sensible ? 0 : lane.shared ? Math.min(used, interval) : used;
    lane.stack = this.stacks.stack(stackNumber);
    lane.samples.observe(time, lane.stack, used);
    return sensible;
  }

  private endLane(number: number, time: number): void {
    const lane = this.lanes.get(number);
    if (!lane) return;
    this.lanes.delete(number);
    const skipped = this.tick - lane.tick;
    if (skipped > 0) lane.samples.idleUntil(Math.max(time, lane.samples.lastTime), skipped);
    lane.samples.flush();
    this.endedSamples += lane.samples.total;
    const cpu = lane.shared ? -1 : Math.max(0, lane.cpu - lane.base);
    this.writeLane(lane, Math.max(lane.start, lane.samples.lastTime), cpu);
  }

  private writeLane(lane: Lane, end: number, cpu: number): void {
    this.rows.lanes.push({
      id: lane.id,
      kind: LANE_KINDS.indexOf('thread'),
      role: LANE_ROLES.indexOf(this.roleOf(lane)),
      process: this.process,
      thread: lane.thread,
      name: lane.name,
      start: lane.start,
      end,
      cpu,
    });
  }

  private roleOf(lane: Lane): LaneRole {
    if (HELPER_THREAD.test(lane.name) || HELPER_PROCESS.test(this.command)) return 'helper';
    return lane.main && this.parent === 0 ? 'main' : 'worker';
  }

  private writeProcess(end: number): void {
    this.rows.processes.push({
      process: this.process,
      parent: this.parent,
      start: this.start,
      end,
      name: this.name,
      command: this.command,
      runtime: this.runtime,
    });
  }
}
