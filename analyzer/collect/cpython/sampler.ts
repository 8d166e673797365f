import {
  GIL_WAIT,
  HOLDS_GIL,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  processesSchema,
  type StackId,
  TableBuilder,
  TORN,
} from '../../model/index.ts';
import { type Batch, emptyBatch, type RunContext } from '../collector.ts';
import { type Discovery, threadsOf } from '../process/discovery.ts';
import { isFutex, waitOf } from '../process/syscalls.ts';
import { closeRows } from './closeRows.ts';
import { LockWatch } from './lockWatch.ts';
import { ProcessEntry, threadName } from './processEntry.ts';
import { MEMORY_GONE, STALE } from './runtime/runtime.ts';
import { NO_COUNTS, type SamplerCounts } from './samplerCounts.ts';
import { GONE, SampleBatch, stateOf, ThreadLane, UNCHANGED } from './threadLane.ts';

/** A thread that has been blocked for this long is looked at only every `IDLE_LOOK` nanoseconds. */
const LONG_IDLE = 100e6;
const IDLE_LOOK = 5e6;
/** Nanos between the looks at names and states after attaching: they come some time after a thread or process began. */
const NAME_LOOKS = [2, 5, 10, 10, 10, 10, 20, 20, 20, 50, 50, 50, 100, 200, 500, 1000, 2000].map(
  (ms) => ms * 1e6,
);
const MATCH_RETRY = 2e6;
/** Nanos between two polls, see `pollPeriod`. Waking up is most of what perfscope costs at a low rate. */
const POLL_YOUNG = 2e6;
const POLL_RECENT = 4e6;
const POLL_QUIET = 10e6;
const RECENT = 1e9;
/** Nanos for which a process counts as one that has just begun. */
const YOUNG = 40e6;

/**
 * Samples every thread of a process and of its descendants. One `tick` looks at each thread once; `drain` hands out what
 * was seen. Knows no clock of its own: the time of a tick is an argument.
 */
export class Sampler {
  readonly counts: SamplerCounts = { ...NO_COUNTS };
  /** Sentences for the recording's health, each once. */
  readonly warnings = new Set<string>();
  private readonly run: RunContext;
  private readonly interner = new Interner();
  private readonly discovery: Discovery;
  private readonly processes = new Map<number, ProcessEntry>();
  private readonly lanes = new TableBuilder(lanesSchema);
  private readonly processRows = new TableBuilder(processesSchema);
  private batch = new SampleBatch();
  private nextLane = 0;
  private lastDiscovery: number;
  /** Start of the process that began last. */
  private youngest = 0;
  /** When any process or thread of the machine was last born, in Nanos. */
  private lastBirth: number;
  private readonly pythonProcesses = new WeakSet<ProcessEntry>();
  private readonly locks = new LockWatch(() => this.processes.values());
  private readonly nativeStacks = new Map<string, StackId>();

  /** `now`: Nanos of the run's start. `born`: perfscope started the process, so all its CPU time is the run's. */
  constructor(run: RunContext, discovery: Discovery, now: number, born: boolean) {
    this.run = run;
    this.discovery = discovery;
    this.lastDiscovery = now;
    this.lastBirth = now;
    this.addProcess(run.pid, 0, now, born);
    for (const thread of threadsOf(run.pid)) this.addThread(run.pid, thread, now, born);
    if (!born && run.children) this.discover(discovery.walk(this.processes), now, false);
  }

  /** True while any process of the run is alive. */
  get alive(): boolean {
    return this.processes.size > 0;
  }

  /**
   * Looks for new processes and threads; cheap when there are none. Processes that have just begun are sampled at every
   * call: at a low rate a short one would otherwise come and go between two ticks.
   */
  poll(now: number): void {
    const found = this.discovery.poll(this.processes);
    if (this.discovery.moved) this.lastBirth = now;
    if (found.length > 0) this.discover(found, now, true);
    this.lastDiscovery = now;
    if (!this.hasYoung(now)) return;
    for (const entry of this.processes.values())
      if (entry.start + YOUNG > now) this.sampleProcess(entry, now);
  }

  /**
   * Nanos until the next `poll` is due: soon while processes of the run begin, seldom on a machine where nothing has been
   * started for a second. The first child after a pause may be missed when it lives but a few milliseconds.
   */
  pollPeriod(now: number): number {
    if (this.hasYoung(now)) return POLL_YOUNG;
    return this.lastBirth + RECENT > now ? POLL_RECENT : POLL_QUIET;
  }

  tick(now: number): void {
    this.counts.ticks++;
    if (this.counts.ticks === 1) this.counts.firstTick = now;
    this.counts.lastTick = now;
    for (const entry of this.processes.values()) this.sampleProcess(entry, now);
  }

  /** What was seen since the last call, or null when that is nothing. */
  drain(): Batch | null {
    const interned = this.interner.drain();
    for (const entry of this.processes.values())
      for (const thread of entry.threads.values()) thread.endBatch();
    const samples = closeRows(this.batch);
    const lockWaits = this.locks.drain();
    this.counts.lockWaits = this.locks.observations;
    this.counts.lockWaitsWithoutHolder = this.locks.withoutHolder;
    const lanes = this.lanes.finish();
    const processes = this.processRows.finish();
    this.batch = new SampleBatch();
    this.lanes.clear();
    this.processRows.clear();
    if (samples.length + lanes.length + processes.length === 0) return null;
    return { ...emptyBatch(interned), processes, lanes, samples, lockWaits };
  }

  /** The run is over, or perfscope leaves it: every lane that is still open ends now. */
  end(now: number): void {
    for (const entry of [...this.processes.values()]) {
      for (const thread of [...entry.threads.values()]) this.endThread(entry, thread, now);
      this.endProcess(entry, now);
    }
    this.discovery.close();
  }

  private discover(found: ReturnType<Discovery['poll']>, now: number, born: boolean): void {
    for (const { process, thread, parent } of found) {
      if (!this.run.children && process !== this.run.pid) continue;
      if (!this.processes.has(process)) this.addProcess(process, parent, now, born);
      const entry = this.processes.get(process);
      if (entry && !entry.threads.has(thread)) this.addThread(process, thread, now, born);
    }
  }

  private addProcess(pid: number, parent: number, now: number, born: boolean): void {
    const entry = new ProcessEntry(pid, parent, born ? this.lastDiscovery : now);
    this.processes.set(pid, entry);
    if (born) this.youngest = entry.start;
    this.counts.processes++;
    this.writeProcess(entry, -1);
  }

  private addThread(pid: number, tid: number, now: number, born: boolean): void {
    const entry = this.processes.get(pid);
    if (!entry) return;
    const thread = ThreadLane.open(this.nextLane, pid, tid, born ? this.lastDiscovery : now, born);
    if (!thread) return;
    this.nextLane++;
    this.counts.threads++;
    entry.threads.set(tid, thread);
    entry.nextNames = Math.min(entry.nextNames, now);
    entry.namings = 0;
    entry.nextMatch = 0;
    thread.name = tid === pid ? entry.name : threadName(pid, tid) || entry.name;
    this.writeLane(entry, thread, -1);
  }

  /** Whether a process of the run has just begun. */
  private hasYoung(now: number): boolean {
    return this.youngest + YOUNG > now;
  }

  private sampleProcess(entry: ProcessEntry, now: number): void {
    if (entry.update(now, this.interner)) {
      if (entry.attachment === 'attached') this.countPython(entry);
      else if (entry.reason !== '') this.warnUnreadable(entry);
      this.writeProcess(entry, -1);
    }
    if (entry.runtime && now >= entry.nextNames) this.readNames(entry, now);
    const gil = entry.runtime && this.run.mode === 'gil' ? entry.runtime.gil() : null;
    const holder = gil?.locked ? gil.holder : 0;
    for (const thread of entry.threads.values()) {
      if (now < thread.nextLook || now <= thread.lastTime) continue;
      const seen = thread.look();
      if (seen === GONE) {
        this.endThread(entry, thread, now);
        continue;
      }
      this.counts.samples++;
      if (seen === UNCHANGED) {
        if (now - thread.idleSince > LONG_IDLE) thread.nextLook = now + IDLE_LOOK;
      } else {
        thread.idleSince = now;
        this.readStack(entry, thread, now);
        const gilWait = isFutex(thread.syscall) && entry.runtime?.isGilAddress(thread.argument) === true;
        thread.state = stateOf(thread, gilWait);
        thread.wait = thread.isBlocked
          ? gilWait
            ? 1
            : waitOf(entry.pid, thread.syscall, thread.argument)
          : 0;
        if (holder !== 0 && holder === thread.threadState && thread.state !== GIL_WAIT)
          thread.flags |= HOLDS_GIL;
      }
      this.locks.note(thread, thread.lastTime);
      thread.observe(this.batch, now);
    }
    this.locks.settle(entry, now);
    if (entry.threads.size === 0) this.endProcess(entry, now);
  }

  private readStack(entry: ProcessEntry, thread: ThreadLane, now: number): void {
    thread.flags = 0;
    const { runtime } = entry;
    if (!runtime) {
      thread.stack = this.nativeStack(entry, thread);
      return;
    }
    if (thread.threadState === 0 && now >= entry.nextMatch) this.matchThreads(entry, now);
    if (thread.threadState === 0) {
      thread.stack = this.nativeStack(entry, thread);
      return;
    }
    let stack = runtime.walk(thread.threadState, thread.thread);
    if (stack === STALE) {
      this.matchThreads(entry, now);
      stack = thread.threadState === 0 ? -1 : runtime.walk(thread.threadState, thread.thread);
    }
    if (stack === MEMORY_GONE) {
      this.countTruncated(entry);
      entry.detach();
      this.writeProcess(entry, -1);
      thread.stack = this.nativeStack(entry, thread);
      return;
    }
    if (runtime.torn) {
      thread.flags |= TORN;
      this.counts.torn++;
    }
    thread.stack = stack >= 0 ? stack : this.nativeStack(entry, thread);
  }

  /** Finds the interpreter's state of each thread. A thread without one is looked for again, but not at every tick. */
  private matchThreads(entry: ProcessEntry, now: number): void {
    if (!entry.runtime) return;
    const states = entry.runtime.threads([...entry.threads.keys()]);
    for (const thread of entry.threads.values()) {
      const found = states.get(thread.thread) ?? 0;
      // Asleep since before its state could be found: nothing else would have its stack read until it wakes.
      if (thread.threadState === 0 && found !== 0) thread.lookAfresh();
      thread.threadState = found;
    }
    entry.nextMatch = now + MATCH_RETRY;
  }

  private readNames(entry: ProcessEntry, now: number): void {
    const { runtime } = entry;
    if (!runtime) return;
    const wait = NAME_LOOKS[entry.namings++];
    entry.nextNames = wait === undefined ? Number.POSITIVE_INFINITY : now + wait;
    const processName = runtime.processName();
    // Every process is a MainProcess to itself until it is told its name.
    if (processName !== null && processName !== 'MainProcess' && processName !== entry.name) {
      entry.name = processName;
      this.writeProcess(entry, -1);
    }
    if ([...entry.threads.values()].some((thread) => thread.threadState === 0)) this.matchThreads(entry, now);
    const names = runtime.threadNames([...entry.threads.keys()]);
    for (const thread of entry.threads.values()) {
      const own = names.get(thread.thread);
      // The main thread of a worker process is called as its process is: "MainThread" would be the name of them all.
      const name = thread.thread === entry.pid && entry.pid !== this.run.pid ? entry.name : own;
      if (name !== undefined && name !== '' && name !== thread.name) {
        thread.name = name;
        this.writeLane(entry, thread, -1);
      }
    }
  }

  /** The stack of a thread that runs no Python: one frame that says what it is. */
  private nativeStack(entry: ProcessEntry, thread: ThreadLane): StackId {
    const name = nativeName(entry, thread);
    let stack = this.nativeStacks.get(name);
    if (stack === undefined) {
      stack = this.interner.stack(-1, this.interner.frame(name, '', 0, 0, 'native'));
      this.nativeStacks.set(name, stack);
    }
    return stack;
  }

  private endThread(entry: ProcessEntry, thread: ThreadLane, now: number): void {
    // What it used after the last look is still in its counters, as long as its parent has not collected it.
    if (thread.newCpu > 0 && now > thread.lastTime) thread.observe(this.batch, now);
    thread.close();
    entry.threads.delete(thread.thread);
    this.writeLane(entry, thread, Math.max(thread.lastTime, Math.min(now, thread.lastTime + 1e6)));
  }

  private endProcess(entry: ProcessEntry, now: number): void {
    this.countTruncated(entry);
    entry.close();
    this.processes.delete(entry.pid);
    this.writeProcess(entry, now);
  }

  /** Once a process, also when it becomes another Python. */
  private countPython(entry: ProcessEntry): void {
    if (this.pythonProcesses.has(entry)) return;
    this.pythonProcesses.add(entry);
    this.counts.pythonProcesses++;
  }

  /** Stacks of an interpreter that is about to be left that were too deep to be read whole. */
  private countTruncated(entry: ProcessEntry): void {
    this.counts.truncated += entry.runtime?.stats.truncated ?? 0;
  }

  private warnUnreadable(entry: ProcessEntry): void {
    this.warnings.add(
      `process ${entry.pid} (${entry.name}) has no Python stacks: ${entry.reason}. With --python-agent on it is recorded from inside.`,
    );
  }

  private writeLane(entry: ProcessEntry, thread: ThreadLane, end: number): void {
    const main = entry.pid === this.run.pid && thread.thread === entry.pid;
    this.lanes.push({
      id: thread.lane,
      kind: LANE_KINDS.indexOf('thread'),
      role: LANE_ROLES.indexOf(main ? 'main' : thread.thread === entry.pid ? 'worker' : 'helper'),
      process: entry.pid,
      thread: thread.thread,
      name: thread.name,
      start: thread.start,
      end,
      cpu: end < 0 ? -1 : thread.cpu,
    });
  }

  private writeProcess(entry: ProcessEntry, end: number): void {
    this.processRows.push({
      process: entry.pid,
      parent: entry.parent,
      start: entry.start,
      end,
      name: entry.name,
      command: entry.command,
      runtime: entry.runtimeName,
    });
  }
}

/** What a thread without Python frames is called in a stack. */
function nativeName(entry: ProcessEntry, thread: ThreadLane): string {
  if (entry.attachment === 'pending') return `[${entry.program} starting]`;
  if (thread.threadState !== 0) return '[interpreter starting or ending]';
  return `[native: ${thread.thread === entry.pid ? entry.program : thread.name || entry.program}]`;
}
