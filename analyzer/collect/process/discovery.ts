import { readdirSync } from 'node:fs';
import {
  numberEnd,
  ProcFile,
  parseDecimal,
  procBuffer,
  readText,
  type TaskStatus,
  taskStatus,
} from './procfs.ts';

/** A range of new ids wider than this is not looked at one by one: the children lists are walked instead. */
const MAX_PROBED_IDS = 2048;
const SPACE = 32;

export interface NewTask {
  readonly process: number;
  readonly thread: number;
  /** Parent of the process, where the task is a new process. */
  readonly parent: number;
}

/**
 * Finds the processes and threads of a run within a tick or two of their birth.
 *
 * The last field of `/proc/loadavg` is the last process or thread id that was given out; reading it costs 0.7 us. When it
 * has moved, only the ids in between are looked at. A poll of the process list every 100 ms, as other samplers do it,
 * never sees a child that lives 20 ms.
 *
 * A process whose parent ended before it was looked at (a daemon's double fork) has been handed to init. It belongs to the
 * run when it is in a process group or session that a process of the run began. Others may share the group that the command
 * was started in, and a leader may have come and gone unseen; then the process must have the very environment of the run's
 * first process too.
 */
export class Discovery {
  private readonly loadavg: ProcFile | null;
  private lastId: number;
  private readonly own: ReadonlySet<number>;
  private readonly shell: number;
  /** The process group that the command was started in, which is perfscope's own and maybe others'. */
  private readonly startGroup: number;
  /** Process groups and sessions that only the run can be in. */
  private readonly groups = new Set<number>();
  /** Whether any process or thread of the machine was born between the last two polls. */
  moved = false;

  /**
   * `own`: processes of perfscope, never part of a run. `shell`: the process that started perfscope, whose other children
   * share perfscope's process group and are no orphans of the run. `group`: the process group that the command was
   * started in, 0 when perfscope did not start it. `first`: the command's process, which may have started others before it
   * is looked at for the first time; 0 when perfscope did not start it.
   */
  constructor(own: ReadonlySet<number>, shell: number, group: number, first: number) {
    this.own = own;
    this.shell = shell;
    this.startGroup = group;
    this.loadavg = ProcFile.open('/proc/loadavg');
    this.lastId = first > 0 ? first : this.readLastId();
  }

  /** New processes and threads of the run since the last call. `known`: live processes of the run. */
  poll(known: ReadonlyMap<number, unknown>): NewTask[] {
    const last = this.readLastId();
    this.moved = last !== this.lastId;
    if (!this.moved) return [];
    const from = this.lastId;
    this.lastId = last;
    // Ids start again from a low number after the highest; then, and after a burst, the lists are the safer way.
    if (last < from || last - from > MAX_PROBED_IDS) return this.walk(known);
    const found: NewTask[] = [];
    const accepted = new Set<number>();
    const vanished = new Set<number>();
    for (let id = from + 1; id <= last; id++) {
      if (this.own.has(id)) continue;
      const status = taskStatus(id);
      if (!status) {
        vanished.add(id);
        continue;
      }
      if (status.process !== id) {
        if (known.has(status.process) || accepted.has(status.process)) {
          found.push({ process: status.process, thread: id, parent: status.parent });
        }
        continue;
      }
      const child = known.has(status.parent) || accepted.has(status.parent);
      if (!child && !this.isOrphan(id, status, known, vanished)) continue;
      accepted.add(id);
      found.push({ process: id, thread: id, parent: child ? status.parent : 0 });
      if (status.processGroup === id || !child) this.groups.add(status.processGroup);
      if (status.session === id || !child) this.groups.add(status.session);
    }
    return found;
  }

  /** Every thread of the given processes and of all their descendants that are alive now. */
  walk(roots: ReadonlyMap<number, unknown>): NewTask[] {
    const found: NewTask[] = [];
    const queue = [...roots.keys()].map((process) => ({ process, parent: 0 }));
    const seen = new Set<number>(roots.keys());
    for (let next = queue.shift(); next; next = queue.shift()) {
      for (const thread of threadsOf(next.process)) {
        found.push({ process: next.process, thread, parent: next.parent });
        const children = readText(`/proc/${next.process}/task/${thread}/children`) ?? '';
        for (const text of children.split(' ')) {
          const child = Number(text);
          if (!child || seen.has(child) || this.own.has(child)) continue;
          seen.add(child);
          queue.push({ process: child, parent: next.process });
        }
      }
    }
    return found;
  }

  close(): void {
    this.loadavg?.close();
  }

  private isOrphan(
    id: number,
    status: TaskStatus,
    known: ReadonlyMap<number, unknown>,
    vanished: ReadonlySet<number>,
  ): boolean {
    if (status.parent === this.shell || this.own.has(status.parent) || !isReaper(status.parent)) return false;
    const { processGroup, session } = status;
    const groups = [processGroup, session];
    if (groups.some((group) => known.has(group) || this.groups.has(group))) return true;
    if (!groups.some((group) => vanished.has(group) || group === this.startGroup)) return false;
    const first = known.keys().next().value;
    const environment = readText(`/proc/${id}/environ`);
    return first !== undefined && environment !== null && environment === readText(`/proc/${first}/environ`);
  }

  private readLastId(): number {
    const length = this.loadavg?.read() ?? -1;
    if (length <= 0) return 0;
    let at = length - 1;
    while (at > 0 && procBuffer[at] !== SPACE) at--;
    const id = parseDecimal(at + 1);
    return numberEnd > at + 1 ? id : 0;
  }
}

/** Thread ids of a process; empty when it has ended. */
export function threadsOf(process: number): number[] {
  try {
    return readdirSync(`/proc/${process}/task`).map(Number);
  } catch {
    return [];
  }
}

/** Whether orphans are handed to this process: init, or the manager of a user's session. */
const isReaper = (process: number): boolean =>
  process === 1 || (readText(`/proc/${process}/comm`) ?? '').trim() === 'systemd';
