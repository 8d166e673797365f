import { basename } from 'node:path';
import type { Interner } from '../../model/index.ts';
import { commandLine, ProcFile, readText, statFields } from '../process/procfs.ts';
import { attachPython, type PythonRuntime } from './runtime/runtime.ts';
import type { ThreadLane } from './threadLane.ts';

/** Nanos between two tries to attach to an interpreter that is not ready yet. */
const NOT_READY_RETRY = 2e6;
/**
 * Nanos between two looks whether a process has become another program. A child between vfork and exec shares its
 * parent's memory: what was opened then goes on showing the parent after the exec, and no read ever fails. Such a child
 * is young, so the young are looked at often.
 */
const EXEC_CHECK_YOUNG = 1e6;
const EXEC_CHECK = 20e6;
const YOUNG = 50e6;

export type Attachment = 'pending' | 'attached' | 'notPython' | 'unsupported' | 'denied';

/** A process of the run: its threads, and the interpreter in it once there is one. */
export class ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly start: number;
  readonly threads = new Map<number, ThreadLane>();
  runtime: PythonRuntime | null = null;
  attachment: Attachment = 'pending';
  /** Why the interpreter cannot be read, as a phrase. */
  reason = '';
  name = '';
  command: string;
  /** Program and version, such as `CPython 3.11.7`. */
  runtimeName = '';
  /** Nanos of the next look at names, and how often they were looked at. */
  nextNames = 0;
  namings = 0;
  /** Nanos of the next try to find threads of the interpreter that have no lane state yet. */
  nextMatch = 0;
  /** Name of the program in it, as the kernel has it. */
  program: string;
  private nextAttach = 0;
  private nextExecCheck = 0;
  private readonly stat: ProcFile | null;
  private image: string | null;

  constructor(pid: number, parent: number, start: number) {
    this.pid = pid;
    this.parent = parent;
    this.start = start;
    this.command = commandLine(pid);
    this.stat = ProcFile.open(`/proc/${pid}/stat`);
    this.image = this.readImage();
    this.program = programName(pid);
    this.name = this.program;
  }

  /** Attaches when it is time to. True when something that is written to the recording has changed. */
  update(now: number, interner: Interner): boolean {
    const replaced = now >= this.nextExecCheck && this.isReplaced(now);
    if (replaced) this.detach();
    if (this.attachment !== 'pending' || now < this.nextAttach) return replaced;
    const result = attachPython(this.pid, interner);
    switch (result.kind) {
      case 'attached':
        this.runtime = result.runtime;
        this.attachment = 'attached';
        this.runtimeName = `CPython ${result.runtime.version}`;
        this.nextNames = now;
        break;
      case 'notReady':
        this.nextAttach = now + NOT_READY_RETRY;
        return replaced;
      case 'unsupported':
      case 'denied':
        this.attachment = result.kind;
        this.reason = result.reason;
        break;
      case 'notPython':
        this.attachment = 'notPython';
        break;
      case 'gone':
        this.nextAttach = now + NOT_READY_RETRY;
        return replaced;
    }
    return true;
  }

  /** The interpreter's memory is gone: the process ended, or became another program. */
  detach(): void {
    this.runtime?.close();
    this.runtime = null;
    this.attachment = 'pending';
    this.nextAttach = 0;
    this.namings = 0;
    for (const thread of this.threads.values()) thread.threadState = 0;
    this.image = this.readImage();
    this.runtimeName = '';
    this.reason = '';
    this.command = commandLine(this.pid) || this.command;
    this.program = programName(this.pid) || this.program;
    this.name = this.program;
  }

  close(): void {
    this.runtime?.close();
    this.runtime = null;
    for (const thread of this.threads.values()) thread.close();
    this.threads.clear();
    this.stat?.close();
  }

  private isReplaced(now: number): boolean {
    this.nextExecCheck = now + (now - this.start < YOUNG ? EXEC_CHECK_YOUNG : EXEC_CHECK);
    const image = this.readImage();
    return image !== null && image !== this.image;
  }

  /**
   * What changes when a process becomes another program and at no other time: where its stack and its arguments begin
   * (fields 28 and 48 of /proc/PID/stat), which the kernel lays out at random. A fork has those of its parent.
   */
  private readImage(): string | null {
    const stat = this.stat?.text() ?? '';
    const fields = statFields(stat);
    return stat === '' ? null : `${fields[25]} ${fields[45]}`;
  }
}

/** Node 24 and newer call the first thread so, and with it the process. */
const FIRST_THREAD = /^(?:node-)?MainThread$/;

/** What the kernel calls a thread; empty while it has but inherited the name of the first one. */
export function threadName(pid: number, thread: number): string {
  const name = (readText(`/proc/${pid}/task/${thread}/comm`) ?? '').trim();
  return FIRST_THREAD.test(name) ? '' : name;
}

/** What the kernel calls a process, which is what it calls the first thread. */
function programName(pid: number): string {
  const name = (readText(`/proc/${pid}/comm`) ?? '').trim();
  return FIRST_THREAD.test(name) ? basename(commandLine(pid).split(' ')[0] ?? '') || name : name;
}
