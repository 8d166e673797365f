import { closeSync, openSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';

/**
 * Reads of `/proc` for a loop that makes thousands of them a second: descriptors stay open, one buffer serves all, digits
 * are parsed in place. An exception of `fs` costs ten microseconds, so what may well be absent is asked for with `stat`.
 */
/** Enough for `/proc/stat` of a machine with some hundred cores, the largest file that is read. */
const BUFFER_BYTES = 65536;
const buffer = new Uint8Array(BUFFER_BYTES);
const latin1 = new TextDecoder('latin1');
const SPACE = 32;
const ZERO = 48;
const NEWLINE = 10;

/** Whether a file of `/proc` is there. A process that ends meanwhile makes `stat` itself fail with ESRCH. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** A file of `/proc` that is read again and again from its start. */
export class ProcFile {
  private fd: number;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** Null when it is not there or not ours to read. */
  static open(path: string): ProcFile | null {
    if (!isThere(path)) return null;
    try {
      return new ProcFile(openSync(path, 'r'));
    } catch {
      return null;
    }
  }

  /** Reads into the shared buffer, valid until the next read; gives the length, or -1 when the process is gone. */
  read(): number {
    if (this.fd < 0) return -1;
    try {
      return readSync(this.fd, buffer, 0, BUFFER_BYTES, 0);
    } catch {
      return -1;
    }
  }

  /** What `read` gives, as text; null when the process is gone. */
  text(): string | null {
    const length = this.read();
    return length < 0 ? null : latin1.decode(buffer.subarray(0, length));
  }

  close(): void {
    if (this.fd >= 0) closeSync(this.fd);
    this.fd = -1;
  }
}

/** The buffer that `ProcFile.read` fills. */
export const procBuffer = buffer;

/** The decimal number at `at`; `numberEnd` is where it stopped. */
export let numberEnd = 0;
export function parseDecimal(at: number): number {
  let value = 0;
  let i = at;
  for (; i < BUFFER_BYTES; i++) {
    const digit = (buffer[i] as number) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  numberEnd = i;
  return value;
}

/** The hexadecimal number at `at`, which follows its `0x`. */
export function parseHex(at: number): number {
  let value = 0;
  for (let i = at; i < BUFFER_BYTES; i++) {
    const code = buffer[i] as number;
    if (code >= ZERO && code <= 57) value = value * 16 + code - ZERO;
    else if (code >= 97 && code <= 102) value = value * 16 + code - 87;
    else break;
  }
  return value;
}

export const isSpace = (code: number | undefined): boolean => code === SPACE || code === NEWLINE;

/** A whole small file as text, or null when it is not there any more. */
export function readText(path: string): string | null {
  if (!isThere(path)) return null;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

export function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

export interface TaskStatus {
  readonly name: string;
  /** Thread group: the process. */
  readonly process: number;
  readonly parent: number;
  readonly processGroup: number;
  readonly session: number;
  readonly zombie: boolean;
}

/** What `/proc/ID/stat` and `status` say of a process or thread; null when it is gone. */
export function taskStatus(id: number): TaskStatus | null {
  const status = readText(`/proc/${id}/status`);
  const stat = status === null ? null : readText(`/proc/${id}/stat`);
  if (status === null || stat === null) return null;
  const field = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const fields = statFields(stat);
  return {
    name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    process: field('Tgid'),
    parent: field('PPid'),
    processGroup: Number(fields[2]),
    session: Number(fields[3]),
    zombie: fields[0] === 'Z' || fields[0] === 'X',
  };
}

/**
 * The fields of a process's `stat` that follow its name, which stands in brackets and may itself hold brackets and
 * spaces: the first is its state, which proc(5) numbers 3.
 */
export const statFields = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** Arguments of a process, joined by a space; empty for a kernel thread or a process that has ended. */
export function commandLine(pid: number): string {
  return (readText(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** Ticks a second in `/proc/PID/stat`: the kernel's USER_HZ, 100 on every architecture that Node runs on. */
const STAT_HZ = 100;
/** Fields of `/proc/PID/stat` from the state on: the time after boot at which the process began, in ticks. */
const BEGIN_FIELD = 19;

/** When a process began, in milliseconds since 1970; null when it is gone. Exact to 10 ms. */
export function beganAt(pid: number): number | null {
  const begin = Number(statFields(readText(`/proc/${pid}/stat`) ?? ') ')[BEGIN_FIELD] ?? Number.NaN);
  const uptime = Number.parseFloat(readText('/proc/uptime') ?? '');
  const age = uptime - begin / STAT_HZ;
  return Number.isFinite(age) ? Date.now() - age * 1000 : null;
}
